#!/bin/sh
# Style, types, the floor plan and the examples in docstrings: everything that runs no service.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
$bin/ruff check .
$bin/ruff format --check .
$bin/mypy
$bin/lint-imports
$bin/python -m pytest -q --doctest-modules gis maps api
sh scripts/check-js.sh
