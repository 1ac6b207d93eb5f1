"""The whole way of a hand that is read badly: learnt, let through, read with, and taken back when it is gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib import util
from pathlib import Path

import pytest

from pipeline.base.errors import ScanError
from pipeline.base.model import Crop, FieldStatus, PageResult
from pipeline.base.model.adapted_reader import ADAPTER_MARK
from pipeline.declarations.office.learning import LearningPolicy
from pipeline.recognition.ocr.adapters import adapted_reader, unpack_adapter
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.registry import Registry, StoredEntry, Verdict
from pipeline.run_context import RunContext
from pipeline.runs import hand_learning
from pipeline.runs.book_adapters import BookAdapters
from pipeline.runs.book_reading import digitize_book
from pipeline.runs.hand_learning import HandReport, learn_hand
from pipeline.runs.workers import PageJob
from pipeline.scans.intake import ScanFile
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.decided_lines import DecidedLine
from tests.books.book_context.written_books import NUMBER, REGISTRAR, ink
from tests.books.book_context.written_books import page as page_of
from tests.context_pages import OTHER, UNSURE, written_page
from tests.fake_pages import draw
from tests.runs.test_hand_learning import tiny_engines

pytestmark = pytest.mark.skipif(util.find_spec("torch") is None, reason="torch is not installed")

ON_PAPER, MISREAD = "Phạm Thị Học", "Phạm Thị Hạc"


@dataclass
class ByInk:
    """Workers with the reader of the job; a page says what is on paper where that reads unseen strokes better."""

    reader: HandwritingReader

    def counted(self, scans: Iterable[ScanFile]) -> Iterator[tuple[ScanFile, int | ScanError]]:
        raise AssertionError("the pages are known: no scan is counted")

    def read(self, jobs: Iterable[PageJob]) -> Iterator[tuple[PageJob, PageResult | ScanError]]:
        for job in jobs:
            reader = self.reader
            if job.adapter is not None:
                reader = adapted_reader(reader, unpack_adapter(job.adapter))
            is_better = wrong_letters(reader) < wrong_letters(self.reader)
            page = page_of(job.ref, {REGISTRAR: [ink(ON_PAPER if is_better else MISREAD)], NUMBER: []})
            (entry,) = page.entries
            regions = tuple(
                replace(
                    region,
                    lines=tuple(
                        replace(line, reading=replace(line.reading, engine=reader.name))
                        for line in region.lines
                    ),
                )
                for region in entry.regions
            )
            yield (
                job,
                replace(page, hand_reader=reader.fingerprint, entries=(replace(entry, regions=regions),)),
            )


def wrong_letters(reader: HandwritingReader) -> int:
    """How many letters of lines that nothing was learnt from are wrong."""
    from pipeline.training.adaptation_gate import HeldLine
    from tests.training.test_adaptation_of_book import strokes

    read = reader.read([Crop(strokes(100 + number), 300.0, "number") for number in range(6)])
    return sum(HeldLine("number", "7", one.text, "", one.confidence, 0.0).errors_before for one in read)


def confirmed(*_: object) -> tuple[DecidedLine, ...]:
    """Lines of the hand, as the workspace keeps them."""
    from tests.training.test_adaptation_of_book import lines

    return tuple(
        DecidedLine(
            pixels=line.crop.pixels, text=line.text, book_id=1, ref=line.page, row=0, field="of no form",
            number=number, kind=line.crop.kind, form="birth-2006", deciders=("an",),
            decided_at=datetime(2026, 11, 28, tzinfo=UTC), cost=0.1,
        )
        for number, line in enumerate(lines())
    )  # fmt: skip


def learn(book: Path, context: RunContext) -> HandReport:
    from tests.training.test_adaptation_of_book import OPTIONS

    hand = context.make_engines().hand
    assert isinstance(hand, HandwritingReader)
    return learn_hand(book, context, pool=lambda *_: nullcontext(ByInk(hand)), options=OPTIONS, shipped=hand)


def stored(registry: Registry) -> list[StoredEntry]:
    return list(registry.stored_entries(1))


def registrars(entries: list[StoredEntry]) -> list[tuple[str, str]]:
    return [
        next((one.text, one.engine) for one in entry.readings if one.field == REGISTRAR) for entry in entries
    ]


def test_a_hand_is_learnt_passes_the_gate_is_read_with_and_taken_back_when_its_adapter_is_dropped(
    book: Path, context: RunContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from tests.training.shipped_model import shipped_model

    with torch.random.fork_rng():
        torch.manual_seed(7)
        shipped_model(tmp_path / "models" / "hand-t")
    context = dataclasses.replace(
        context, read_page=written_page, make_engines=partial(tiny_engines, tmp_path / "models")
    )
    draw(book / "a.tiff", OTHER, UNSURE)
    digitize_book(book, context, workers=1)
    with context.open_registry() as registry:
        first = stored(registry)[0]
        names = [reading.field for reading in first.readings if reading.field != NUMBER]
        registry.decide(
            first.entry_id, [Verdict(name, FieldStatus.READ, "Lê Thị Hạnh") for name in names], author="an"
        )
        before = stored(registry)
    monkeypatch.setattr(hand_learning, "confirmed_lines", confirmed)

    off = learn(book, dataclasses.replace(context, learning=LearningPolicy(hands=False)))
    assert (off.outcome, off.version) == ("off", 0)
    learnt = learn(book, context)
    assert (learnt.outcome, learnt.version, learnt.lines) == ("learnt", 1, 24)
    assert learnt.figures is not None
    assert learnt.figures.errors_after < learnt.figures.errors_before / 2
    adapters = BookAdapters(Workspace(context.workspace).adapters(1), lambda _: True)
    (fingerprint,) = adapters.fingerprints()
    with context.open_registry() as registry:
        after = stored(registry)
    assert registrars(after)[1:] == [(ON_PAPER, "hand.1.1")]
    assert (after[1].hand_reader or "").endswith(f"{ADAPTER_MARK}{fingerprint}")
    assert (after[0].values, after[0].decisions) == (before[0].values, before[0].decisions)

    adapters.forget(relearn=False)
    monkeypatch.setattr(hand_learning, "TRAINING", ("no_such_package",))
    scan = Workspace(context.workspace).stored(after[1].ref.scan_sha256)
    assert scan is not None
    lost = scan.rename(tmp_path / "lost")
    without = learn(book, context)
    assert (without.taken_back, without.unread) == (0, 1)
    assert "1 trang dựa vào bản học không còn chưa đọc lại được" in without.sentence
    lost.rename(scan)

    back = learn(book, context)
    assert (back.outcome, back.version, back.taken_back, back.unread) == ("no-torch", 0, 1, 0)
    assert "đọc lại như chưa học" in back.sentence
    with context.open_registry() as registry:
        now = stored(registry)
        acts = [row.action for row in registry.audit().recent(9) if row.action.startswith("hand-")]
    assert registrars(now)[1:] == [(MISREAD, "hand")]
    assert ADAPTER_MARK not in (now[1].hand_reader or "")
    assert (now[0].values, now[0].decisions) == (before[0].values, before[0].decisions)
    assert acts == ["hand-taken-back", "hand-learnt"]
    assert learn(book, context).taken_back == 0
