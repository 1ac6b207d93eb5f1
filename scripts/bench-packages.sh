#!/usr/bin/env bash
# Adds what only the measurements need (others' programs, to be measured beside this one) to .venv, once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stamp=.venv/hotich-bench
wanted=$(cat requirements-bench.lock | sha256sum | cut -d' ' -f1)
[ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && [ $stamp -nt .venv/hotich-setup ] && exit 0
.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-bench.lock
echo "$wanted" >$stamp
