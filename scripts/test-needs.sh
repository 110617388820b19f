#!/bin/sh
# Installs what the tests need beside Python: PostgreSQL with PostGIS, Chromium, Chinese fonts, strace.
# Only as root where apt is at hand; elsewhere the tests that need them are skipped by name.
set -u

missing=
ls /usr/share/postgresql/*/extension/postgis.control >/dev/null 2>&1 || missing="$missing postgresql postgresql-postgis"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
  command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || missing="$missing fonts-noto-cjk"
command -v strace >/dev/null 2>&1 || missing="$missing strace"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "test: not installed:$missing (their tests will be skipped; as root: apt-get install$missing)"
  exit 0
fi
echo "test: installing$missing"
apt-get update -qq
for package in $missing; do
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
    echo "test: $package could not be installed; its tests will be skipped"
done
exit 0
