"""``hotich learn`` the whole way, once, with a network that knows nothing: lines, training, gate, what is proposed.

How many steps such a network takes depends on the machine, so chance decides whether it reads a letter more or
less than before; all its lines are of one writer, so what comes of it must never be let through.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from fcntl import LOCK_EX, flock
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from pipeline.base.errors import CalibrationError
from pipeline.base.files import sha256_of_file
from pipeline.base.model import PageRef
from pipeline.digitize.engines import default_engines
from pipeline.recognition.ocr.models import damaged_files, default_folder
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader import learning_run
from pipeline.training.office_reader.decided_lines import entry_key
from pipeline.training.office_reader.gate import GateOptions, Refusal
from pipeline.training.office_reader.learning_run import LearningOptions, learn
from pipeline.training.office_reader.line_store import LinePart, LineStore, part_of
from pipeline.training.office_reader.reader_proposal import has_learnt_removed, read_proposal
from pipeline.training.office_reader.versions import SHIPPED, ReaderVersion, ReaderVersions, VersionState

shipped = pytest.importorskip("tests.training.shipped_model", reason="torch is not installed (make training)")

from PIL import Image  # noqa: E402

from pipeline.training.network import LETTERS, CtcNetwork  # noqa: E402
from tests.registry.pages import LEDGER, entry, page  # noqa: E402
from tests.training.office_reader.decided_pages import SIZE, DecidedBook, Written, decide, drawn  # noqa: E402

ROWS = 14
NAMES = tuple(
    f"Trần Văn {name}"
    for name in (
        "An",
        "Bé",
        "Ca",
        "Dũng",
        "Em",
        "Gia",
        "Hoa",
        "Ích",
        "Kha",
        "Lan",
        "My",
        "Nga",
        "Oanh",
        "Phú",
    )
)
QUICK = LearningOptions(
    minutes=0.004, least=1, pages=0, drawn=4, replay=24, gate=GateOptions(lines=1, writers=1, rounds=50)
)


def needs(sha256: str) -> bool:
    """Whether the entries of a page are for everything that entries are for."""
    return {part_of(entry_key(1, PageRef(sha256, 1), row)) for row in range(ROWS)} == set(LinePart)


def see_every_letter(network: CtcNetwork) -> None:
    """Have a network see every letter everywhere, so that every text fits every line."""
    network.letters.weight.mul_(0.01)
    network.letters.bias.zero_()
    for place, letter in enumerate(LETTERS, start=1):
        if not letter.isalnum():
            network.letters.bias[place] = -9.0
    network.letters.bias[0] = -9.0


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return models with a tiny network in place of the shipped networks."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("tesseract-vie", "print-or-hand", "page-gate"):
        shutil.copytree(default_folder() / name, folder / name)
    shipped.shipped_model(folder / "hand-t", see_every_letter)
    return folder


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory, models: Path) -> RunContext:
    """A page with many decided names."""
    book = DecidedBook(tmp_path_factory.mktemp("office"))
    fields = [Written("child_name", (name,), name) for name in NAMES]
    path = book.folder / "page.png"
    for mark in count(1):
        sheet, readings = drawn(fields, mark)
        Image.fromarray(sheet).save(path, dpi=(150, 150))
        if needs(digest := sha256_of_file(path)):
            break
    Workspace(book.context.workspace).store(path, digest)
    with book.context.open_registry() as registry:
        book_id = registry.book_id(LEDGER, "book-1")
        registry.store_scan(book_id, digest, path.name, path.stat().st_size, 1)
        entries = [entry(reading, row=row) for row, reading in enumerate(readings)]
        registry.save_page(book_id, page(*entries, scan=digest, size=SIZE), "print")
        for entry_id, field in zip(registry.entries(book_id), fields, strict=True):
            decide(registry, entry_id, [field], "an")
    return replace(book.context, make_engines=partial(default_engines, models))


TOLD: list[str] = []


@pytest.fixture(scope="module")
def version(context: RunContext, models: Path) -> ReaderVersion:
    """The version that comes of two commands: the first is killed when all is learnt but nothing is judged."""
    options = replace(QUICK, networks=(shipped.TINY,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning_run, "_judged", killed)
        with pytest.raises(KeyboardInterrupt):
            learn(context, models, options, "hotich learn", lambda _: None)
    assert ReaderVersions(Workspace(context.workspace).models).all() == ()
    return learn(context, models, options, "hotich learn", TOLD.append)


def killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow
def test_what_was_learnt_before_the_command_was_killed_is_not_learnt_again(version: ReaderVersion) -> None:
    assert version.number == 1
    assert [line for line in TOLD if line.startswith("Tiếp tục từ bước")]
    assert not [line for line in TOLD if line.startswith("Học tiếp từ mô hình")]


@pytest.mark.slow
def test_a_version_is_written_with_its_card_and_what_it_went_on_from(
    version: ReaderVersion, models: Path, context: RunContext
) -> None:
    (card,) = version.cards
    assert card.name == "hand-t-0001"
    assert damaged_files(card, version.folder) == ()
    assert card.history[-1].from_sha256 == sha256_of_file(models / "hand-t" / "model.onnx")
    text = (version.folder / card.name / "model.toml").read_text(encoding="utf-8")
    assert not [name for name in NAMES if name in text], "a card names nobody"
    assert "birth-2006" in card.training_data
    read_by = default_engines(models, version.folder).hand_fingerprint
    assert "hand-t-0001" in read_by
    left = [path.name for path in Workspace(context.workspace).training.iterdir()]
    assert left == [".lock"], "its state is done with"


@pytest.mark.slow
def test_what_one_writer_taught_does_not_pass_and_nothing_is_taken_into_use(
    version: ReaderVersion, context: RunContext
) -> None:
    assert version.state is VersionState.REFUSED
    assert ReaderVersions(Workspace(context.workspace).models).in_use == SHIPPED
    proposal = read_proposal(version.folder)
    assert Refusal.ONE_WRITER in {objection.why for objection in proposal.verdict.objections}
    told = json.dumps(proposal.as_json(), ensure_ascii=False)
    assert not [name for name in NAMES if name in told]
    parts = [part_of(line.entry) for line in LineStore(Workspace(context.workspace).learning).lines()]
    assert (proposal.lines, proposal.frozen) == (parts.count(LinePart.LEARNT), parts.count(LinePart.FROZEN))


@pytest.mark.slow
def test_lines_that_were_removed_are_known_to_have_taught_it(
    version: ReaderVersion, context: RunContext
) -> None:
    store = LineStore(Workspace(context.workspace).learning)
    assert not has_learnt_removed(version.folder, store.removed)
    learnt = next(line for line in store.lines() if part_of(line.entry) is LinePart.LEARNT)
    store.remove(entry=learnt.entry)
    assert has_learnt_removed(version.folder, store.removed)


@pytest.mark.slow
def test_two_commands_do_not_teach_at_once(version: ReaderVersion, context: RunContext, models: Path) -> None:
    assert version.number == 1
    with (Workspace(context.workspace).training / ".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        with pytest.raises(CalibrationError, match="đang dạy"):
            learn(context, models, QUICK, "hotich learn", lambda _: None)


@pytest.mark.slow
def test_too_little_is_told_before_anything_is_trained(context: RunContext, models: Path) -> None:
    with pytest.raises(CalibrationError, match="Cần ít nhất"):
        learn(context, models, LearningOptions(), "hotich learn", lambda _: None)
