"""Preloading in the server process from which all readers are forked (``reader_process``), and only there.

Python loads the main program of the leading process into each child; for readers, that would load all of Prefect or all
commands of ``hotich`` in every process, for each book and after each crash. Readers need nothing of it and skip it.
pytesseract, loaded late by ``pipeline.recognition.ocr.tesseract``, would load pandas, if installed, for tables that no
reader uses; this takes longer than everything else. Networks, words, Tesseract's data and the gazetteer are loaded here
too: the readers share them and need not load them for their first page. The C library keeps memory freed by a page for
the next page.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from multiprocessing import spawn

import pipeline.run_context
import pipeline.runs.workers  # noqa: F401

KEPT_BYTES = 256 * 1024**2
"""Free memory that a reader keeps, in bytes: the largest need of a page beyond the networks."""

LARGEST_KEPT = 32 * 1024**2
"""Largest block of memory to keep, the maximum of glibc: a picture at 300 dpi."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def _keep_freed_memory() -> None:
    """Have the C library keep freed memory: clearing fresh memory for the pictures costs 50 ms a page.

    Forked processes inherit the setting. Libraries other than glibc are unaffected.
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

with suppress(Exception):  # a reader that needs a missing or damaged file reports it
    read_gazetteer(default_folder() / PLACES).prepare()
    load_default_engines()
