#!/usr/bin/env bash
# Adds what only the measurements need (others' programs, to be measured beside this one) to .venv, once. What brings
# another build of OpenCV goes to .venv/peers, which only the process that measures it looks into.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

stamp=.venv/hotich-bench
wanted=$(cat requirements-bench.lock requirements-peers.lock | sha256sum | cut -d' ' -f1)
[ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && [ $stamp -nt .venv/hotich-setup ] && exit 0
.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-bench.lock
rm -rf .venv/peers
.venv/bin/python -m pip install --quiet --no-deps --require-hashes --target .venv/peers -r requirements-peers.lock
echo "$wanted" >$stamp
