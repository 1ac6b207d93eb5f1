"""The scripts that install an office, and single functions of them run by bash."""

from __future__ import annotations

import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
OFFICE = PROJECT / "scripts" / "office"
LIBRARIES = ("common", "machine", "version", "learning", "settings", "database", "services")
CANNOT, REFUSED = 3, 4


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run lines of bash with all functions of the scripts; what they write lies in ``folder``."""
    sources = [f". '{OFFICE}/lib/{name}.sh'" for name in LIBRARIES]
    places = [f"LOG='{folder}/log'", f"SETTINGS='{folder}/etc'", f"ENVIRONMENT='{folder}/etc/hotich.env'"]
    places += [f"LEARNING='{folder}/etc/learning'"]
    text = "\n".join(["set -euo pipefail", *sources, *places, f"mkdir -p '{folder}/etc'", script])
    return subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False, cwd=folder)
