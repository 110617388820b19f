#!/bin/sh
# Makes .venv with everything in requirements-dev.lock, and the command wangge. Unattended.
set -eu
cd "$(dirname "$0")/.."

fail() { echo "setup: $*" >&2; exit 1; }

python=
for candidate in ${WANGGE_PYTHON:-} python3 python3.13 python3.12 python3.11; do
  if command -v "$candidate" >/dev/null 2>&1 &&
     "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || fail "Python 3.11 or newer is needed (set WANGGE_PYTHON to one)"

# Debian and Ubuntu keep venv in a package of its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "python$version-venv" >/dev/null
  else
    fail "Python's venv is missing: as root, apt-get install python3-venv"
  fi
fi

[ -x .venv/bin/python ] || { rm -rf .venv; echo "setup: making .venv with $python"; "$python" -m venv .venv; }
echo "setup: installing the packages of requirements-dev.lock (a minute or two, once)"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
.venv/bin/python -m pip install -q --require-hashes -r requirements-dev.lock
.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e .
touch .venv/.ready
