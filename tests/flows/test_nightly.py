"""The nightly flow: the same batch under Prefect, counts only, retries only where they can help."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

import flows
from flows import nightly, order, summary, trying
from flows.morning import morning_report
from pipeline.base.errors import BrokenScan, LedgerError, RegistryError, StorageError
from pipeline.declarations.ledger import load_ledger
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.route import RoutingOptions
from pipeline.registry import LinkVerdict, Registry
from pipeline.registry.audit.seal import seals_in
from pipeline.run_context import RunContext
from pipeline.runs.book_run import BookReport, ScanFailure
from pipeline.scans.store_check import StoreFlawKind, read_state
from pipeline.scans.workspace import Workspace
from tests.cli.checked_book import store, usual
from tests.fake_books import FakeSettings, make_book
from tests.fake_pages import BREAK, GOOD, draw
from tests.flows.deployments import deployment_of
from tests.recognition.calibration.drawn_samples import drawn
from tests.registry.audit.history import live
from tests.registry.pages import LEDGER, SCAN, entry, page, read


@pytest.fixture
def books(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        make_book(tmp_path / "books" / name)
    draw(tmp_path / "books" / "a" / "1.tiff", GOOD, BREAK)
    (tmp_path / "books" / "b" / "ledger.toml").write_text("", encoding="utf-8")
    return tmp_path / "books"


class CalibratedSettings(FakeSettings):
    """The same, with a calibration for the reader of fake pages; the whole store is checked in one night."""

    store_nights: int = 1

    def run_context(self, workspace: Path | None = None) -> RunContext:
        options = DigitizeOptions(routing=RoutingOptions(calibration=calibration()))
        return replace(super().run_context(workspace), options=options)


calibration = cache(usual)


class Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    """What tasks warn of."""
    handler, logger = Kept(), logging.getLogger("prefect.task_runs")
    logger.addHandler(handler)
    yield handler.told
    logger.removeHandler(handler)


@pytest.mark.slow
@pytest.mark.flows
@pytest.mark.usefixtures("prefect_server")
def test_the_flow_reads_every_book_and_tells_counts_only(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    """It warns of the one whose handwriting, read before, is unlike that calibrated on; it looks through the store and
    seals the audit, and the morning report says what came of both."""
    from prefect.artifacts import Artifact

    unlike = drawn(600, 1, harder=3.5).samples
    store(tmp_path / "workspace", books / "a", unlike, checked=False, accepted=True)
    altered = add_altered_scan(tmp_path / "workspace", books / "a")
    monkeypatch.setattr(nightly, "read_settings", CalibratedSettings)
    watched: list[tuple[str, int, int]] = []
    before = nightly.WATCHER.set(lambda page: watched.append((page.folder, page.done, page.total)))
    first, second = nightly.nightly(str(books), str(tmp_path / "workspace"), 1)
    nightly.WATCHER.reset(before)
    assert watched[-1][1:] == (2, 2), "who waits at a terminal sees the pages go by"
    assert (first["book"], first["pages"], first["read"], first["review"]) == ("a", 2, 1, 1)
    assert first["failures"] == ["broken: 1.tiff trang 2"]
    assert second["failures"] == ["ledger: ledger.toml"]
    left: list[Any] = [Artifact.get(key) for key in ("nightly-morning", "nightly-progress")]
    assert "| a | 2 | 1 |" in left[0].data
    assert left[1].data == 100.0
    told, held, in_doubt, to_do = first["drift"]
    assert "kém chắc hơn" in told
    assert "ô quan trọng của sổ này được giữ lại chờ người xem" in held
    assert "ô viết tay của sổ này đã vào sổ dữ liệu không qua người xem" in in_doubt
    assert f"hotich calibrate {books / 'a'} --workspace {tmp_path / 'workspace'}" in to_do
    assert second["drift"] == []
    assert "- a: chữ viết trong sổ không giống" in left[0].data
    assert warnings == [f"a: {told} {held} {in_doubt} {to_do}"]
    workspace = Workspace(tmp_path / "workspace")
    assert "Kho bản quét: đêm nay kiểm 2 tệp, cả kho kiểm xong lần cuối" in left[0].data
    assert "**2 bản quét sai**" in left[0].data
    wrong = {flaw.sha256: flaw.kind for flaw in read_state(workspace).known_flaws}
    assert wrong == {altered: StoreFlawKind.ALTERED, "a" * 64: StoreFlawKind.MISSING}
    (seal,) = seals_in(workspace.seals)
    assert f"Niêm phong nhật ký kiểm tra: {seal.in_words()}." in left[0].data
    assert "không khớp" not in left[0].data
    with CalibratedSettings().run_context(workspace.root).open_registry() as registry:
        assert registry.audit().verify(seal).passed


@pytest.mark.slow
@pytest.mark.flows
@pytest.mark.usefixtures("prefect_server")
def test_the_night_of_an_office_without_a_book_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing can be suggested: the report and the seal of the audit are made all the same."""
    from prefect.artifacts import Artifact

    monkeypatch.setattr(nightly, "read_settings", CalibratedSettings)
    monkeypatch.setattr(order, "read_settings", CalibratedSettings)
    monkeypatch.setattr(nightly, "suggest_links", out_of_memory)
    (tmp_path / "books").mkdir()
    assert nightly.nightly(str(tmp_path / "books"), str(tmp_path / "workspace"), 1) == []
    left: Any = Artifact.get("nightly-morning")
    assert left.data.startswith("## 0 sổ")
    assert "Chưa tìm được gợi ý cùng một người" in left.data
    assert len(seals_in(Workspace(tmp_path / "workspace").seals)) == 1


def out_of_memory(_: Registry) -> None:
    raise MemoryError


def test_an_empty_folder_of_an_office_with_books_may_be_a_share_that_is_away(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "read_settings", CalibratedSettings)
    with CalibratedSettings().run_context(tmp_path / "workspace").open_registry() as registry:
        registry.book_id(load_ledger(books / "a"), "a")
    (tmp_path / "away").mkdir()
    with pytest.raises(StorageError, match="không có sổ nào"):
        order.list_books.fn(str(tmp_path / "away"), str(tmp_path / "workspace"))
    with pytest.raises(StorageError, match="Không thấy thư mục"):
        order.list_books.fn(str(tmp_path / "gone"), str(tmp_path / "new"))


def add_altered_scan(folder: Path, book: Path) -> str:
    """Store a scan of a book that is read no more, alter its object, and return its SHA-256."""
    workspace = Workspace(folder)
    scan = folder / "old.png"
    draw(scan, GOOD, mark=9)
    stored = workspace.store(scan)
    with Registry.open(workspace.registry_url) as registry:
        book_id = registry.book_id(load_ledger(book), book.name)
        registry.store_scan(book_id, stored.sha256, scan.name, scan.stat().st_size, 1)
    stored.path.chmod(0o600)
    stored.path.write_bytes(b"another page")
    return stored.sha256


def test_a_night_whose_audit_lost_its_end_says_so_in_the_morning_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seal of the night before shows it; what was cut and written anew is consistent by itself."""
    monkeypatch.setattr(nightly, "read_settings", FakeSettings)
    with FakeSettings().run_context(tmp_path).open_registry() as registry:
        live(registry)
    before = nightly.seal_audit.fn(str(tmp_path))
    assert "không khớp" not in before
    with closing(sqlite3.connect(Workspace(tmp_path).root / "hotich.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM audit WHERE id > 12")
        database.commit()
    after = nightly.seal_audit.fn(str(tmp_path))
    assert "**Nhật ký không khớp 1 niêm phong trước" in after
    assert after in morning_report([], "", sealed=after)
    assert len(seals_in(Workspace(tmp_path).seals)) == 2


def test_a_night_finds_the_child_that_was_registered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to give a command for it; the next night has nothing new, and what people said stands."""
    monkeypatch.setattr(nightly, "read_settings", FakeSettings)
    child = {"child_name": "Thử Văn An", "child_sex": "Nam", "child_born_on": "05.03.1990"}
    parents = {"mother_name": "Thử Thị Bé", "father_name": "Thử Văn Cả"}
    with FakeSettings().run_context(tmp_path).open_registry() as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 1)
        words = [read(field, text) for field, text in (child | parents).items()]
        registry.save_page(book, page(*(entry(*words, row=row) for row in range(2))), "f1")
    assert ": 1 gợi ý mới" in nightly.link_people.fn(str(tmp_path))
    with FakeSettings().run_context(tmp_path).open_registry() as registry:
        (link,) = registry.links()
        registry.decide_link(link.link_id, LinkVerdict.REJECTED, author="lan", reason="hai người")
    assert ": 0 gợi ý mới" in nightly.link_people.fn(str(tmp_path))


def test_a_summary_holds_counts_and_codes_and_no_message() -> None:
    failure = ScanFailure("broken", "a.tiff", 2, "Lý Thử")
    told = summary.summary_of(BookReport("a", read=3, failures=(failure,)))
    assert "Lý Thử" not in json.dumps(told, ensure_ascii=False)
    assert told["failures"] == ["broken: a.tiff trang 2"]


def test_what_an_unforeseen_error_says_does_not_reach_prefect(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> BookReport:
        raise ValueError("Lý Thử")

    monkeypatch.setattr(nightly, "book_report", broken)
    with pytest.raises(RuntimeError, match="ValueError") as caught:
        nightly.read_book.fn(str(books / "a"), str(tmp_path), 1)
    assert "Lý Thử" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (StorageError("đầy"), True),
        (RegistryError("bận"), True),
        (LedgerError("sai"), False),
        (BrokenScan("hỏng"), False),
        (ValueError("lỗi"), False),
    ],
)
def test_only_what_can_pass_by_itself_is_tried_again(error: Exception, again: bool) -> None:
    from prefect.states import Failed

    state: Any = Failed(data=error, message="")
    assert asyncio.run(trying.may_pass(nightly.read_book, None, state)) is again  # type: ignore[arg-type]


def test_prefect_is_told_to_stay_offline() -> None:
    assert {name: os.environ[name] for name in flows.OFFLINE} == flows.OFFLINE


@pytest.mark.parametrize("name", ["nightly", "export", "intake", "report", "reread", "backup"])
def test_a_deployment_names_a_flow_and_parameters_that_are_there(name: str) -> None:
    deployment = deployment_of(name)
    path, _, function = deployment["entrypoint"].partition(":")
    flow = getattr(import_module(Path(path).with_suffix("").as_posix().replace("/", ".")), function)
    assert set(deployment["parameters"]) <= set(signature(flow.fn).parameters)


def test_the_nightly_deployment_runs_each_night_one_at_a_time() -> None:
    deployment = deployment_of("nightly")
    (schedule,) = deployment["schedules"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 19 * * *", "Asia/Ho_Chi_Minh")
    assert deployment["concurrency_limit"]["limit"] == 1
