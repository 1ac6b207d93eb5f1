#!/usr/bin/env bash
# Builds the wheel and its software bill of materials in dist/. The same tree gives the same bytes: hatchling sorts the
# entries and gives each one time, SOURCE_DATE_EPOCH where it is set, and the modes follow from nothing but "executable".
# An argument names another folder than dist/. HOTICH_PYTHON names the Python that has the locked packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=${1:-dist}
python=${HOTICH_PYTHON:-.venv/bin/python}
export PYTHONHASHSEED=0 LC_ALL=C.UTF-8 TZ=UTC

mkdir -p "$target"
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' pipeline/__init__.py)
bill=hotich-$version.cdx.json
"$python" -m hatchling build -t wheel -d "$target"
"$python" scripts/bill_of_materials.py scripts/office/requirements.lock --output "$target/$bill"
cd "$target"
sha256sum "hotich-$version-py3-none-any.whl" "$bill"
