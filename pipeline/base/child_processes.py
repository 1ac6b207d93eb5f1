"""Processes that open what others send: they inherit no secret of this process and can win no privilege."""

from __future__ import annotations

import ctypes
import os
import struct
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


_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_CHANGES = sum(1 << bit for bit in (1, *range(4, 13)))  # write, remove and make files of every kind
_TRUNCATE, _TCP, _OTHERS = 1 << 14, 0b11, 0b11  # linux/landlock.h: from versions 3, 4 and 6 on


def confinement_version() -> int:
    """Return the version of the kernel's Landlock; 0 where there is none."""
    return max(0, _landlock(_CREATE_RULESET, None, 0, _VERSION_FLAG)) if sys.platform == "linux" else 0


def confine_this_process(scratch: str) -> int:
    """Let this thread and what it starts change files below ``scratch`` alone, and win no privileges.

    From version 4 on they also open no TCP connection, from version 6 on they signal no process outside. Call it before
    threads start. Files of the account can still be read.

    Returns:
        The version of Landlock; 0: only privileges are refused.
    """
    refuse_new_privileges()
    version = confinement_version()
    if not version:
        return 0
    changes = _CHANGES | (_TRUNCATE if version >= 3 else 0)
    kinds = [changes, *([_TCP] if version >= 4 else []), *([_OTHERS] if version >= 6 else [])]
    handled = struct.pack(f"{len(kinds)}Q", *kinds)
    rules = _landlock(_CREATE_RULESET, handled, len(handled), 0)
    for place in (scratch, os.path.dirname(os.devnull)):  # noqa: PTH120 (a text)
        folder = os.open(place, os.O_PATH | os.O_CLOEXEC)
        _landlock(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", changes, folder), 0)
        os.close(folder)
    confined = _landlock(_RESTRICT_SELF, rules, 0)
    os.close(rules)
    return version if confined == 0 else 0


def _landlock(*arguments: object) -> int:
    return int(ctypes.CDLL(None).syscall(*arguments))
