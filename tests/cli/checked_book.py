"""A book in the registry whose fields people have checked, for the calibration to learn from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.base.model import (
    EntryResult,
    FieldReading,
    FieldStatus,
    PageKind,
    PageRef,
    PageResult,
    Quality,
    Writing,
)
from pipeline.declarations.ledger import load_ledger
from pipeline.recognition.calibration import Calibration, Sample, fit_calibration
from pipeline.registry import Registry, Verdict
from pipeline.scans.workspace import Workspace
from tests.recognition.calibration.drawn_samples import drawn

FIELD = {
    "choice:sex": ("child_sex", "Nam", "Nữ"),
    "date": ("child_born_on", "1/2/2010", "7/2/2010"),
    "entry_number": ("entry_number", "41/2010", "47/2010"),
    "name": ("child_name", "Lý Thử", "Lý Thứ"),
    "place": ("mother_residence_place", "Xã Thử Nghiệm", "Xã Thử Nghiện"),
}
"""For each kind a field, what the machine reads there and what else could stand there."""


def store(
    workspace: Path,
    book: Path,
    samples: Iterable[Sample],
    *,
    checked: bool = True,
    reader: str = "",
    accepted: bool = False,
) -> None:
    """A book in the registry: one page an entry, its fields as the samples have them, each decided by a person."""
    entries: dict[str, dict[str, Sample]] = {}
    for sample in samples:
        entries.setdefault(sample.entry, {}).setdefault(sample.features.kind, sample)
    workspace.mkdir(parents=True, exist_ok=True)
    with Registry.open(Workspace(workspace).registry_url) as registry:
        book_id = registry.book_id(load_ledger(book), book.name)
        registry.store_scan(book_id, "a" * 64, "scan.pdf", 1000, len(entries))
        for number, by_kind in enumerate(entries.values(), start=1):
            registry.save_page(
                book_id, replace(page(number, by_kind, accepted=accepted), hand_reader=reader), "print"
            )
        for entry_id, by_kind in zip(registry.entries(book_id), entries.values(), strict=True):
            verdicts = [
                Verdict(FIELD[kind][0], FieldStatus.READ, FIELD[kind][1 if sample.right else 2])
                for kind, sample in by_kind.items()
            ]
            if checked:
                registry.decide(entry_id, verdicts, author="người thử")


def usual() -> Calibration:
    """Fitted on samples as the registry gives them back: every value parses, no finding doubts any."""
    samples = drawn(6000, 3).samples
    return fit_calibration(
        [replace(s, features=replace(s.features, parses=True, doubted=False, letters=7)) for s in samples]
    )


def page(number: int, by_kind: dict[str, Sample], *, accepted: bool = False) -> PageResult:
    readings = tuple(
        FieldReading(
            FIELD[kind][0],
            FieldStatus.READ,
            FIELD[kind][1],
            "01.02.2010" if kind == "date" else FIELD[kind][1],
            sample.features.evidence.chance,
            Writing.HAND,
            "hand",
            accepted=accepted,
            evidence=sample.features.evidence,
        )
        for kind, sample in by_kind.items()
    )
    entries = (EntryResult(0, readings, ()),)
    return PageResult(
        PageRef("a" * 64, number), PageKind.ENTRIES, "birth-2006", (30, 40), np.eye(3), 0, 0.0,
        Quality(1.0, 1.0, 0.0, 300.0), None, (), entries, (), {},
    )  # fmt: skip
