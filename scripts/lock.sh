#!/usr/bin/env bash
# Writes the lock files from pyproject.toml: exact versions with hashes, and no address of any package index.
# Kept versions stay unless --upgrade (or --upgrade-package NAME) is given; arguments go to `uv pip compile`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    .venv/bin/python -m venv "$tools/venv"
    "$tools/venv/bin/python" -m pip install --quiet uv
    uv=$tools/venv/bin/uv
fi

compile() {
    "$uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}

compile --extra dev --output-file requirements.lock "$@"

# The bench extra on top of that, without what the first lock holds already.
cp requirements-bench.lock "$tools/bench.lock" 2>/dev/null || true
compile --extra bench --constraint requirements.lock --output-file "$tools/bench.lock" "$@"
.venv/bin/python - "$tools/bench.lock" requirements-bench.lock <<'PYTHON'
import re
import sys
from pathlib import Path

def blocks(text: str) -> dict[str, str]:
    """A lock file's entries by ``name==version``; each entry is a line and its hashes."""
    return {block.split()[0]: block for block in re.split(r"\n(?=\S)", text.rstrip("\n")) if block.strip()}

have = blocks(Path("requirements.lock").read_text())
wanted = blocks(Path(sys.argv[1]).read_text())
Path(sys.argv[2]).write_text("".join(f"{wanted[key]}\n" for key in wanted if key not in have))
PYTHON

# What an office installs: no tools of developers, but those that put the project itself in place.
cp scripts/office/requirements.lock "$tools/office.lock"
printf 'editables\nhatchling\nsetuptools\n' >"$tools/office.in"
compile "$tools/office.in" --constraint requirements.lock --output-file "$tools/office.lock" "$@"
cp "$tools/office.lock" scripts/office/requirements.lock

if grep -nE '://|--(extra-)?index-url|--find-links' requirements.lock requirements-bench.lock \
    scripts/office/requirements.lock; then
    echo "A lock file names an address; that must not be." >&2
    exit 1
fi
