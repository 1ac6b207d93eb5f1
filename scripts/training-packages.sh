#!/usr/bin/env bash
# Adds what only training needs (torch, onnx) to .venv, once. No lock: torch's CPU and GPU builds bear one version and
# different hashes, and every machine takes the one it finds. Reading ledgers needs neither.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

.venv/bin/python -c 'import fontTools, onnx, torch' 2>/dev/null && exit 0
printf 'hotich: Cài gói để huấn luyện (torch, onnx)…\n' >&2
.venv/bin/python -m pip install --quiet --constraint <(grep -oE '^[A-Za-z0-9_.-]+==[^\\]+' requirements.lock) \
    $(.venv/bin/python -c '
import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["train"])' | tr -d '\n')
