"""Loaded once in the server process that all readers are forked from (``reader_process``), and nowhere else.

Python loads the main program of the leading process into each of its children: for readers that would be all of
Prefect, or every command of ``hotich``, anew in every process, for each book and after each crash. Nothing that they
are given comes from there, so they leave it out. pytesseract, which ``pipeline.ocr.tesseract`` loads late, would load
pandas, if it is there, for tables that no reader wants: longer than for all else. Networks, words, Tesseract's data
and the administrative units are loaded here too: readers share them, and none loads them at its first page.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from multiprocessing import spawn

import pipeline.batch.workers
import pipeline.run_context  # noqa: F401


def _nothing(_main: str) -> None:
    return


vars(spawn)["_fixup_main_from_name"] = vars(spawn)["_fixup_main_from_path"] = _nothing

vars(sys)["modules"]["pandas"] = None
import pytesseract  # noqa: E402, F401

del sys.modules["pandas"]

from pipeline.digitize.engines import load_default_engines  # noqa: E402
from pipeline.places import read_gazetteer  # noqa: E402
from pipeline.schema.declaration import PLACES, default_folder  # noqa: E402

with suppress(Exception):  # what is missing or damaged is told by the reader that needs it
    read_gazetteer(default_folder() / PLACES).prepare()
    load_default_engines()
