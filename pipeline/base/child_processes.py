"""Processes that open what others send: they inherit no secret of this process and can win no privilege."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import pipeline

_INHERITED = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
_PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h


def child_environment(scratch: str) -> dict[str, str]:
    """Return the whole environment of a child: where programs and this package lie, a language, a folder for its files.

    Whatever else the environment holds stays here: addresses of databases, secrets of other programs.
    """
    root = os.fspath(Path(pipeline.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "PYTHONPATH": paths, "TMPDIR": scratch}


def refuse_new_privileges() -> None:
    """Refuse new privileges to this process and its children: set-user-ID programs run as anybody's (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
