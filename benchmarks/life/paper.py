"""The paper of the books: what stands on every scanned page, and a reader that reads it as far as it is told to.

The pictures are drawn and real; only the recognition is played, so that a month takes minutes and everything behind
the reading can be held against what stands on the paper.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.books.made_pages import made_page
from pipeline.base.files import sha256_of_file, write_atomically
from pipeline.base.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Ledger,
    PageImage,
    PageKind,
    PageResult,
    Quality,
    Severity,
    Writing,
)
from pipeline.declarations.schema import FieldSpec, Form, RecordSpec, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.recognition.ocr import Engines
from pipeline.training.evaluation import TrueEntry, load_truth
from pipeline.values import kinds

DOUBTED, MISREAD = 0.06, 0.02
"""Shares of the values that the reader is not sure of, and that it reads wrong (always without being sure)."""

Values = Mapping[str, str]
"""What stands on the paper, by field."""


@dataclass(frozen=True)
class PaperEntry:
    """An entry on paper.

    Attributes:
        values: The texts by field; ``""`` is a blank.
        ink: The boxes of the ink of each field.
        read: Whether the reader finds the entry at all.
    """

    values: Values
    ink: Mapping[str, Sequence[Sequence[float]]]
    row: int
    read: bool = True


@dataclass(frozen=True)
class PaperPage:
    """A page on paper.

    Attributes:
        known: Whether the reader knows its form.
        faint: The fields that the reader cannot read on it.
    """

    entries: tuple[PaperEntry, ...]
    known: bool = True
    faint: frozenset[str] = frozenset()


class Paper:
    """What stands on the pages of all scans, kept in one file beside the books."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pages: dict[str, PaperPage] = {}
        """By the SHA-256 of the scan; every scan holds one page."""

    def add(self, scan: Path, page: PaperPage) -> str:
        """Note what stands on a scan; return the SHA-256 of the scan."""
        sha256 = sha256_of_file(scan)
        self.pages[sha256] = page
        return sha256

    def save(self) -> None:
        """Write the file, for the processes that read."""
        write_atomically(
            self.path,
            json.dumps(
                {
                    sha256: {
                        "entries": [
                            {
                                "values": dict(entry.values),
                                "ink": {
                                    name: [list(quad) for quad in quads] for name, quads in entry.ink.items()
                                },
                                "row": entry.row,
                                "read": entry.read,
                            }
                            for entry in page.entries
                        ],
                        "known": page.known,
                        "faint": sorted(page.faint),
                    }
                    for sha256, page in self.pages.items()
                }
            ).encode(),
        )


def pages_of(folder: Path, form: Form, record: RecordSpec, ledger: Ledger) -> dict[str, PaperPage]:
    """Return what stands on the pages of a drawn book, by the name of the scan."""
    truth = load_truth(folder / "truth.json")
    by_scan: dict[str, list[PaperEntry]] = {page.scan: [] for page in truth.pages if page.kind == "entries"}
    for number, entry in enumerate(truth.entries, 1):
        page = truth.pages[entry.page or 0]
        values = _values(entry, form, record, ledger, number)
        by_scan[page.scan].append(PaperEntry(values, entry.ink, entry.row or 0))
    return {scan: PaperPage(tuple(entries)) for scan, entries in by_scan.items()}


def _values(entry: TrueEntry, form: Form, record: RecordSpec, ledger: Ledger, number: int) -> dict[str, str]:
    """The texts of the fields on the form, with the ordinary forms of numbers and of the day of registration."""
    values = {}
    for spec in (record.by_name[name] for name in form.field_names):
        if spec.column == "so":
            values[spec.name] = f"{number:02}/{ledger.year}"
        elif spec.column == "ngayDangKy":
            values[spec.name] = f"15/06/{ledger.year}"
        elif spec.column == "trangSo":
            values[spec.name] = str((entry.page or 0) + 1)
        elif spec.ledger is None and spec.column in entry.values:
            values[spec.name] = entry.values[spec.column]
    return values


def read_paper(
    page: PageImage,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions,  # noqa: ARG001 (the signature of digitize_page)
    *,
    paper: Path,
) -> PageResult:
    """Read a page as ``digitize_page`` would: what stands on the paper, some of it in doubt, some of that wrong."""
    page_record = _loaded(paper, paper.stat().st_mtime_ns)[page.ref.scan_sha256]
    record = schemas.record(form.record)
    height, width = page.pixels.shape[:2]
    entries = tuple(
        _entry(
            entry,
            page_record["faint"],
            page.ref.scan_sha256,
            record,
            schemas,
            ledger,
            engines.labels.fingerprint,
        )
        for entry in page_record["entries"]
        if entry["read"]
    )
    known = page_record["known"]
    return made_page(
        page.ref, *(entries if known else ()), form=form.id if known else "", size=(width, height),
        kind=PageKind.ENTRIES if known else PageKind.UNKNOWN, quality=Quality(100.0, 120.0, 0.0, page.dpi),
        findings=() if known else (Finding("PAGE-FORM", Severity.REVIEW, ()),),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _loaded(path: Path, written: int) -> Any:  # noqa: ARG001 (a new state of the file is another key)
    return json.loads(path.read_bytes())


def _entry(
    texts: Mapping[str, Any],
    faint: Sequence[str],
    sha256: str,
    record: RecordSpec,
    schemas: Schemas,
    ledger: Ledger,
    fingerprint: str,
) -> EntryResult:
    readings = list(_readings(texts, faint, sha256, record, schemas, ledger, fingerprint))
    doubted = tuple(reading.field for reading in readings if not reading.accepted)
    findings = (Finding("READ-LOW", Severity.REVIEW, doubted),) if doubted else ()
    return EntryResult(texts["row"], tuple(readings), findings)


def _readings(
    texts: Mapping[str, Any],
    faint: Sequence[str],
    sha256: str,
    record: RecordSpec,
    schemas: Schemas,
    ledger: Ledger,
    fingerprint: str,
) -> Iterator[FieldReading]:
    for spec in record.fields:
        if spec.ledger:
            text = str(getattr(ledger, spec.ledger))
            yield _reading(spec, text, schemas, fingerprint)
        elif spec.name in texts["values"]:
            text = texts["values"][spec.name]
            drawn = share(f"{sha256} {texts['row']} {spec.name}")
            if text and drawn < MISREAD:
                text = misread(text)
            lines = tuple(_box(quad) for quad in texts["ink"].get(spec.name, ()))
            sure = drawn >= DOUBTED and spec.name not in faint
            yield _reading(spec, text, schemas, fingerprint, lines, sure=sure)


def _reading(
    spec: FieldSpec,
    text: str,
    schemas: Schemas,
    fingerprint: str,
    lines: tuple[Box, ...] = (),
    *,
    sure: bool = True,
) -> FieldReading:
    canonical = kinds.KINDS[spec.kind].parse(text, schemas.vocabulary(spec)).canonical
    status = FieldStatus.READ if text else FieldStatus.BLANK
    box = lines[0] if lines else None
    return FieldReading(
        spec.name, status, text, canonical, 0.99 if sure else 0.6, Writing.HAND, fingerprint, box, lines, sure
    )


def misread(text: str) -> str:
    """Return a text whose last letter or figure is another one."""
    last = text[-1]
    return text[:-1] + (str((int(last) + 1) % 10) if last.isdecimal() else "n" if last not in "nN" else "m")


def share(what: str) -> float:
    """Return a number in [0, 1) that is always the same for the same text."""
    return int.from_bytes(hashlib.blake2b(what.encode(), digest_size=6).digest()) / 2**48


def _box(quad: Sequence[float]) -> Box:
    return Box(min(quad[::2]), min(quad[1::2]), max(quad[::2]), max(quad[1::2]))
