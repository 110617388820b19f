#!/bin/sh
# The suite under coverage, its child processes too; fails below the floor in pyproject.toml.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
rm -rf var/coverage
mkdir -p var/coverage
$bin/coverage run -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q "$@"
$bin/coverage combine -q
$bin/coverage report
