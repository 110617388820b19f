#!/bin/sh
# Looks after the scripts of the pages with Node's tools. Only `make check` wants them: where Node or
# npm is missing, what is skipped is said by name and the rest of the checks go on.
set -eu
cd "$(dirname "$0")/.."

skip() {
  echo "check: skipped for the scripts of the pages: biome (format, lint), tsc (types), node --test: $1"
  exit 0
}

command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || skip "install Node 18 or newer, and npm"
  echo "check: installing nodejs npm"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm; } \
    >/dev/null 2>&1 || skip "nodejs and npm could not be installed"
}
[ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ] || skip "Node 18 or newer is needed"

# node_modules is made anew when package.json has changed.
cmp -s package.json node_modules/.package.json || {
  echo "check: installing the tools of package.json"
  npm install --no-package-lock --no-audit --no-fund --silent || skip "npm could not install them"
  cp package.json node_modules/.package.json
}
bin=node_modules/.bin
$bin/biome ci --colors=off --diagnostic-level=warn

# Types: strictly for core and what is new; for the rest the count of errors may only fall.
$bin/tsc -p tests/js/tsconfig.json
most=$(cat tests/js/loose-errors)
found=$($bin/tsc -p tests/js/tsconfig.loose.json) || true
count=$(printf '%s\n' "$found" | grep -c 'error TS' || true)
if [ "$count" -gt "$most" ]; then
  printf '%s\n' "$found"
  echo "check: $count type errors in the scripts of the pages, more than the $most there were"
  exit 1
elif [ "$count" -lt "$most" ]; then
  echo "check: $count type errors in the scripts of the pages, fewer than before: write $count into tests/js/loose-errors"
  exit 1
fi
node --import ./tests/js/setup.js --test --test-reporter=dot tests/js/*.test.js
