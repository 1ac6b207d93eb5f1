"""Where the declarations of this installation are."""

from __future__ import annotations

import sys
from pathlib import Path

PLACES = "places"
"""The folder of ``schemas/`` that holds the tables of administrative units."""


def default_folder() -> Path:
    """The declarations of this installation: beside the package in a checkout, else under ``share``."""
    checkout = Path(__file__).resolve().parents[2] / "schemas"
    return checkout if checkout.is_dir() else Path(sys.prefix) / "share" / "hotich" / "schemas"
