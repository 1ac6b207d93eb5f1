"""``hotich models`` and ``hotich learn`` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.base.errors import CalibrationError, SetupError
from pipeline.registry import Registry
from pipeline.runs.book_adapters import BookAdapters, LearningAttempt
from pipeline.runs.machine_checks.office import reader_check
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader import learning_run
from pipeline.training.office_reader.decided_lines import DecidedLines
from pipeline.training.office_reader.line_store import LineStore
from pipeline.training.office_reader.reader_proposal import write_taught
from pipeline.training.office_reader.versions import SHIPPED, ReaderVersions
from tests.cli.conftest import Hotich
from tests.registry.pages import LEDGER, SCAN, entry, page, read
from tests.runs.test_book_adapters import adapter
from tests.training.office_reader.test_line_store import line
from tests.training.office_reader.test_versions import NotedVersions, made, promoted


class AnyFile:
    """An audit that holds every file."""

    def __contains__(self, _digest: object) -> bool:
        return True


def audited(workspace: Path) -> list[tuple[str, str, str]]:
    place = Workspace(workspace)
    with Registry.open(place.registry_url, audit_key=place.audit_key) as registry:
        rows = registry.audit().recent(9)
    return [
        (row.actor, row.action, row.subject) for row in rows if row.action.startswith(("reader", "lines"))
    ]


def test_versions_are_listed_and_the_way_back_is_in_the_audit(hotich: Hotich, workspace: Path) -> None:
    versions = ReaderVersions(Workspace(workspace).models)
    assert "bản đi kèm phần mềm" in hotich("models", "list").stdout
    number = made(versions)
    assert "chờ đồng ý" in hotich("models", "list").stdout
    refused = hotich("models", "rollback")
    assert (refused.exit_code, "không có bản trước" in refused.output) == (6, True)
    promoted(workspace, number)
    told = json.loads(hotich("models", "list", "--json").stdout)
    assert (told["in_use"], told["versions"][0]["state"]) == (number, "in-use")
    assert "hand-b-0001" in told["versions"][0]["networks"][0]
    back = hotich("models", "rollback", "--by", "phu")
    assert (back.exit_code, "bộ đọc đi kèm" in back.stdout, versions.in_use) == (0, True, SHIPPED)
    assert hotich("models", "rollback", number).exit_code == 0
    assert versions.in_use == number
    assert audited(workspace)[1] == ("phu", "reader-rolled-back", "reader:1")


def test_what_one_person_decided_is_forgotten_and_versions_that_learnt_it_are_named(
    hotich: Hotich, workspace: Path
) -> None:
    place = Workspace(workspace)
    versions, store = ReaderVersions(place.models), LineStore(place.learning)
    with Registry.open(place.registry_url, audit_key=place.audit_key) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 1)
        registry.save_page(book, page(entry(read("child_name", "Thử Một"))), "f1")
        (entry_id,) = registry.entries(book)
    mine = line(1, deciders=("an",))
    store.keep(1, DecidedLines((mine, line(2, deciders=("bình",))), {}, "m"))
    version = versions.version(made(versions))
    assert version is not None
    write_taught(version.folder, [mine.entry], ["an"])
    for hand in (book, book + 1):
        BookAdapters(place.adapters(hand)).keep(adapter(1, book=hand), lambda _: None)
    assert hotich("models", "forget").exit_code == 2
    told = hotich("models", "forget", "--account", "an", "--by", "phu")
    assert (told.exit_code, "Đã gỡ 1 dòng" in told.stdout, "Bản 1 đã học" in told.stdout) == (0, True, True)
    assert [one.deciders for one in store.lines()] == [("bình",)]
    assert "nay đã gỡ" in " ".join(hotich("models", "list").stdout.split())
    assert hotich("models", "forget", "--entry", entry_id).exit_code == 0
    assert f"{book}/{SCAN}/1/0" in store.removed.entries
    assert hotich("models", "forget", "--entry", 999999).exit_code != 0
    assert all(BookAdapters(place.adapters(hand)).is_empty() for hand in (book, book + 1))
    assert [action for _, action, _ in audited(workspace)] == ["lines-forgotten"] * 2


def test_what_was_learnt_of_a_hand_is_dropped_by_who_wants_none_of_it(
    hotich: Hotich, workspace: Path
) -> None:
    place = Workspace(workspace)
    with Registry.open(place.registry_url, audit_key=place.audit_key) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
    adapters = BookAdapters(place.adapters(book))
    adapters.keep(adapter(1, book=book), lambda _: None)
    attempt = LearningAttempt("better", "abc", 40, "hand-1", "2026-11-28T02:00:00+07:00")
    adapters.note(attempt)
    told = hotich("models", "forget", "--book", book, "--by", "phu")
    assert (told.exit_code, adapters.is_empty(), adapters.last_attempt()) == (0, True, attempt)
    assert hotich("models", "forget", "--book", book + 9).exit_code != 0
    assert hotich("models", "forget", "--book", book, "--account", "an").exit_code == 2
    with Registry.open(place.registry_url, audit_key=place.audit_key) as registry:
        last = registry.audit().recent(1)[0]
    assert (last.actor, last.action, last.subject) == ("phu", "hand-forgotten", f"book:{book}")


@pytest.mark.parametrize(
    ("fault", "code", "told"),
    [
        (ImportError("x", name="torch"), SetupError.exit_code, "hotich[train]"),
        (CalibrationError("Mới có 3 dòng"), CalibrationError.exit_code, "Mới có 3 dòng"),
    ],
)
def test_what_is_lacking_is_told_with_what_to_do(
    hotich: Hotich, workspace: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: int, told: str
) -> None:
    def lacking(*_: object) -> None:
        raise fault

    monkeypatch.setattr(learning_run, "learn", lacking)
    answer = hotich("learn")
    assert (answer.exit_code, told in " ".join(answer.output.split())) == (code, True)
    assert not Workspace(workspace).models.exists()


def test_the_doctor_says_which_version_reads_and_that_one_of_other_weights_reads_no_more(
    workspace: Path,
) -> None:
    place = Workspace(workspace)
    noted = NotedVersions.at(place.models)
    assert reader_check(None, noted.versions).found == "bản đi kèm"
    noted.promote(made(noted.versions))
    check = reader_check(None, noted.versions)
    assert (check.state, check.found) == ("ok", "bản 1")
    assert "nhật ký" in reader_check(None, ReaderVersions(place.models)).found
    card = next(place.models.glob("0001/*/model.toml"))
    told = card.read_text(encoding="utf-8")
    card.write_text(told.replace('from_sha256 = "', 'from_sha256 = "0'), encoding="utf-8")
    everything = ReaderVersions(place.models, lambda *_: AnyFile())
    assert reader_check(None, everything).state == "warning"
    (card.parent / "model.onnx").unlink()
    check = reader_check(None, everything)
    assert (check.state, "rollback 0" in check.advice) == ("missing", True)
