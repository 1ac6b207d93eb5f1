"""A night learns the hand of a book from what people confirmed in it, once for what there is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from importlib import util
from pathlib import Path

import pytest

from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.adapters import Adapter
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import load_network, read_card
from pipeline.runs import hand_learning
from pipeline.runs.book_adapters import BookAdapters
from pipeline.runs.hand_learning import HandReport, learn_hand
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.decided_lines import entry_key
from pipeline.training.office_reader.line_store import LineStore
from tests.fake_books import make_book
from tests.fake_pages import FakeReader
from tests.runs.test_book_adapters import FIGURES, adapter
from tests.training.office_reader.decided_pages import DecidedBook, Written, shipped_hand

pytestmark = pytest.mark.skipif(util.find_spec("torch") is None, reason="torch is not installed")

NAMES = ("Trần Văn Tuấn", "Lê Thị Hạnh", "Phạm Văn Bé", "Nguyễn Thị Sáu", "Võ Văn Mười", "Đỗ Thị Nga")
FIELDS = ("child_name", "father_name", "mother_name", "declarant_name", "registrar_name", "signer_name")
LEDGER = 'form = "birth-2006"\nplace = "Xã Thử Nghiệm"\nplace_code = "00000"\nvolume = "01/2010"\n'


@dataclass
class Taught:
    """A book with decided lines, and the tiny reader that is to learn it."""

    book: DecidedBook
    folder: Path


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Taught:
    from tests.training.shipped_model import shipped_model

    root = tmp_path_factory.mktemp("taught")
    shipped_model(root / "models" / "hand-t")
    book = DecidedBook(root)
    for page in range(3):
        names = NAMES[page:] + NAMES[:page]
        book.add(*(Written(field, (name,), name) for field, name in zip(FIELDS, names, strict=True)))
    book.context = replace(book.context, make_engines=partial(tiny_engines, root / "models"))
    return Taught(book, make_book(root / "books" / "book-1", LEDGER))


def tiny_engines(models: Path) -> Engines:
    reader = FakeReader()
    hand = HandwritingReader((load_network(read_card("hand-t", models), models),))
    return Engines(reader, reader, hand=hand)


def learn(taught: Taught, least: int = 12) -> HandReport:
    from pipeline.training.adaptation import AdaptOptions
    from pipeline.training.adaptation_lesson import BookLearning
    from tests.training.shipped_model import TINY

    options = BookLearning(
        AdaptOptions(steps=1, size=4, rate=0.0),
        folds=2, least_lines=least, drawn=16, shapes={"tiny": TINY},
    )  # fmt: skip
    return learn_hand(taught.folder, taught.book.context, options=options, shipped=shipped_hand())


def adapters_of(taught: Taught) -> BookAdapters:
    """The adapters of the book, whatever the audit says."""
    return BookAdapters(Workspace(taught.book.context.workspace).adapters(1), lambda _: True)


def reader_of(taught: Taught) -> str:
    hand = taught.book.context.make_engines().hand
    assert isinstance(hand, HandwritingReader)
    return hand.fingerprint


def keep_noted(taught: Taught, made: Adapter) -> None:
    with taught.book.context.open_registry() as registry:
        adapters_of(taught).keep(
            made, lambda digest: registry.note_learning("(máy)", "hand-learnt", "book:1", {"file": digest})
        )


def test_a_book_is_tried_once_for_what_is_confirmed_and_kept_out_of_use_where_nothing_is_gained(
    taught: Taught,
) -> None:
    first, second = learn(taught), learn(taught)
    assert (first.outcome, first.version) == ("no-gain", 0)
    assert 12 <= first.lines == second.lines <= 18
    assert second.outcome == "nothing-new"
    assert adapters_of(taught).cards() == ()
    assert "giữ nguyên bộ đọc" in first.sentence


def audited(taught: Taught) -> list[tuple[str, dict[str, object]]]:
    with closing(sqlite3.connect(Workspace(taught.book.context.workspace).root / "hotich.db")) as database:
        rows = database.execute("SELECT action, detail FROM audit ORDER BY id").fetchall()
    return [(action, json.loads(detail)) for action, detail in rows if action.startswith("hand-")]


def test_what_the_gate_lets_through_is_kept_told_in_the_audit_and_read_with_until_there_is_more(
    taught: Taught, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.training import adaptation_of_book

    def learnt_at_once(
        reader: HandwritingReader, lines: Sequence[object], *, version: int, **_: object
    ) -> adaptation_of_book.Learnt:
        made = adapter(version, reader.fingerprint, book=1)
        return adaptation_of_book.Learnt("better", len(lines), made, FIGURES)

    monkeypatch.setattr(adaptation_of_book, "learn_book", learnt_at_once)
    adapters_of(taught).forget()
    learnt, later = learn(taught), learn(taught)
    assert (learnt.outcome, learnt.version) == ("learnt", 1)
    assert (later.outcome, later.version) == ("nothing-new", 1)
    assert "lỗi chữ từ 80 xuống 40 trên 60 dòng giữ lại" in learnt.sentence
    ((action, detail),) = audited(taught)
    assert (action, detail["version"], detail["after"]) == ("hand-learnt", 1, 40)
    assert not any(name in str(detail) for name in NAMES)


def test_a_version_that_nobody_learnt_is_removed_said_and_in_the_audit(taught: Taught) -> None:
    adapters_of(taught).keep(adapter(9, reader_of(taught), book=1), lambda _: None)
    report = learn(taught, least=99)
    assert (report.version == 9, report.foreign) == (False, 1)
    assert "không có trong nhật ký kiểm tra" in report.sentence
    assert ("hand-refused", {"files": 1}) in audited(taught)
    assert 9 not in {card.version for card in adapters_of(taught).cards()}


def test_without_torch_that_is_said_and_nothing_is_tried(
    taught: Taught, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand_learning, "TRAINING", ("no_such_package",))
    report = learn(taught)
    assert report.outcome == "no-torch"
    assert "hotich[train]" in report.sentence


def test_a_book_that_nobody_has_read_is_left_alone(taught: Taught, tmp_path: Path) -> None:
    folder = make_book(tmp_path / "books" / "other", LEDGER.replace("01/2010", "09/2010"))
    assert learn_hand(folder, taught.book.context).outcome == "unknown"


def test_what_people_removed_is_forgotten_with_every_version_that_may_have_learnt_it(taught: Taught) -> None:
    learn(taught)
    keep_noted(taught, adapter(4, parent="of another reader", book=1))
    with taught.book.context.open_registry() as registry:
        first = next(iter(registry.stored_entries(1)))
    store = LineStore(Workspace(taught.book.context.workspace).learning)
    store.remove(entry=entry_key(1, first.ref, first.row))
    again = learn(taught, least=6)
    assert again.outcome == "no-gain"
    assert adapters_of(taught).cards() == ()
    assert audited(taught)[-1] == ("hand-forgotten", {})


def test_versions_whose_attempt_is_not_known_are_forgotten_where_anything_was_removed(taught: Taught) -> None:
    adapters = adapters_of(taught)
    adapters.forget()
    keep_noted(taught, adapter(adapters.next_version(), parent="of another reader", book=1))
    LineStore(Workspace(taught.book.context.workspace).learning).remove(login="nobody")
    learn(taught, least=99)
    assert adapters.cards() == ()
    assert audited(taught)[-1] == ("hand-forgotten", {})


def test_what_is_learnt_while_lines_of_it_are_removed_is_not_kept(
    taught: Taught, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.training import adaptation_of_book

    store = LineStore(Workspace(taught.book.context.workspace).learning)

    def learnt_meanwhile(
        reader: HandwritingReader, lines: Sequence[object], *, version: int, **_: object
    ) -> adaptation_of_book.Learnt:
        store.remove(login="somebody else")
        made = adapter(version, reader.fingerprint, book=1)
        return adaptation_of_book.Learnt("better", len(lines), made, FIGURES)

    monkeypatch.setattr(adaptation_of_book, "learn_book", learnt_meanwhile)
    adapters_of(taught).forget()
    report = learn(taught, least=6)
    assert (report.outcome, report.version) == ("removed", 0)
    assert "gỡ" in report.sentence
    assert adapters_of(taught).is_empty()
