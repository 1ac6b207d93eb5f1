"""What ``prefect.yaml`` declares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def deployment_of(wanted: str) -> dict[str, Any]:
    """The deployment of that name."""
    declared = yaml.safe_load(Path("prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    found: dict[str, Any]
    (found,) = [one for one in declared if one["name"] == wanted]
    return found
