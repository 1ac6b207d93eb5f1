"""Loaded once in the server process that all readers are forked from (``reader_process``), and nowhere else.

Python loads the main program of the leading process into each of its children: for readers that would be all of
Prefect, or every command of ``hotich``, anew in every process, for each book and after each crash. Nothing that they
are given comes from there, so they leave it out. pytesseract, which ``pipeline.recognition.ocr.tesseract`` loads late,
would load pandas, if it is there, for tables that no reader wants: longer than for all else. Networks, words,
Tesseract's data and the administrative units are loaded here too: readers share them, and none loads them at its first
page. What a page frees the C library keeps for the next one.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from multiprocessing import spawn

import pipeline.run_context
import pipeline.runs.workers  # noqa: F401

KEPT_BYTES = 256 * 1024**2
"""How much free memory a reader keeps: what a page needs at most on top of the networks."""

LARGEST_KEPT = 32 * 1024**2
"""The largest piece of memory that is kept, which is the most that glibc allows: a picture of 300 pixels an inch."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def _keep_freed_memory() -> None:
    """Have the C library keep freed memory: to clear it anew for each picture of a page costs the kernel 50 ms a page.

    Forked processes inherit this. Libraries other than glibc go on as they do.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, LARGEST_KEPT)
        library.mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES)


_keep_freed_memory()


def _nothing(_main: str) -> None:
    return


vars(spawn)["_fixup_main_from_name"] = vars(spawn)["_fixup_main_from_path"] = _nothing

vars(sys)["modules"]["pandas"] = None
import pytesseract  # noqa: E402, F401

del sys.modules["pandas"]

from pipeline.declarations.schema.declaration import PLACES, default_folder  # noqa: E402
from pipeline.digitize.engines import load_default_engines  # noqa: E402
from pipeline.values.places import read_gazetteer  # noqa: E402

with suppress(Exception):  # what is missing or damaged is told by the reader that needs it
    read_gazetteer(default_folder() / PLACES).prepare()
    load_default_engines()
