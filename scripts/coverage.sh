#!/bin/sh
# The suite under coverage, its child processes too; fails below the floor in pyproject.toml.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
rm -rf var/coverage
mkdir -p var/coverage
$python -m coverage run -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q "$@"
$python -m coverage combine -q
$python -m coverage report
