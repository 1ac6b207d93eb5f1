"""Packages asked for in the web application: made in the background, one at a time, taken by those of the place."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.base.errors import StorageError
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.delivery.export.package_folder import package_flaws
from pipeline.delivery.package import LoadingOverride
from pipeline.delivery.printing.volume_table import volume_table
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.context import ServerWork
from pipeline.web.package_making import package_maker
from pipeline.web.package_queue import PackagePhase, PackageQueue, PackageRefusal
from tests.delivery.export.books import CLEAN, stored, verdicts
from tests.registry.pages import SCHEMAS
from tests.web.browser import text_of
from tests.web.conftest import browser_of, join

OnCopied = Callable[[int, int], None]


def written(target: Path, name: str = "goi") -> None:
    (target / name).mkdir(parents=True)
    (target / name / "manifest.json").write_text("{}", encoding="utf-8")


def test_a_supervisor_asks_watches_and_takes_a_real_package(tmp_path: Path) -> None:
    book = stored(tmp_path, "death-2006", replace(CLEAN, entries=1, dpi=100, cover=False))
    folder = Workspace(book.context.workspace).packages
    with (
        book.context.open_registry() as registry,
        PackageQueue(folder, package_maker(registry, book.context, 1)) as packages,
    ):
        policies, work = OfficePolicies(approval=ApprovalPolicy(book=True)), ServerWork(packages=packages)
        app = create_app(new_site(registry, SCHEMAS, policies=policies, work=work))
        join(registry.accounts(), "dung", Role.SUPERVISOR, book.ledger.place_code)
        dung = browser_of(app, registry.accounts(), "dung")
        registry.approve_book(book.book_id, registry.value_digest(book.book_id)[0], author="dung")
        assert dung.submit(f"/packages/{book.book_id}").headers["location"] == "/packages"
        packages.wait()
        shown = text_of(dung.get("/packages"))
        names = packages.state(book.book_id).files
        assert len(names) == 4
        assert all(name in shown for name in names)
        assert ("bản kê của gói" in shown, "danh sách sự kiện (Excel)" in shown) == (True, True)
        taken = {name: dung.get(f"/packages/{book.book_id}/{name}") for name in names}
        archive = next(one.content for name, one in taken.items() if name.endswith(".zip"))
        workbook = next(one.content for name, one in taken.items() if name.endswith(".xlsx"))
        assert zipfile.ZipFile(io.BytesIO(archive)).testzip() is None
        assert openpyxl.load_workbook(io.BytesIO(workbook)).sheetnames == ["Sheet1"]
        assert taken["manifest.json"].headers["cache-control"] == "no-store"
        assert dung.get(f"/packages/{book.book_id}/..%2Fpackage.key").status_code == 404
        (package,) = folder.glob("*/*/*/manifest.json")
        assert package_flaws(package.parent) == ()
        volumes = dung.get("/packages/khoi-luong.xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(volumes.content)).active
        assert sheet is not None
        told = [row[:3] + row[3:7] for row in sheet.iter_rows(min_row=5, max_row=7, values_only=True)]
        manifest = json.loads(taken["manifest.json"].content)
        counts, empty = manifest["counts"], manifest["empty_columns"]
        assert f"{len(empty)} cột trống trong cả quyển" in shown
        assert all(column in shown for column in empty)
        short, long = counts["fields_under_16"], counts["fields_from_16"]
        assert all(row[3:] == ("1", str(short), str(long), str(short + long)) for row in told), told
        assert dung.get("/packages/khoi-luong.pdf").content[:5] == b"%PDF-"
        table = volume_table([package.parent], "another key")
        assert (table.books, len(table.unproven)) == ((), 1), "only the office's own key counts"
        actions = [row.action for row in registry.audit().recent(10)]
        assert (actions.count("package-asked"), actions.count("package-taken")) == (1, 4)
        join(registry.accounts(), "so", Role.SUPERVISOR, None)
        so = browser_of(app, registry.accounts(), "so")
        asked = f"/packages/refusals/{book.book_id}?name=tu-choi.csv"
        sent = {"content": "Dòng,Cột,Lý do\n2,nktGioiTinh,mã lạ\n2,nktHoTen,tên lạ\n".encode()}
        kind = {"content-type": "application/octet-stream", "accept": "application/json"}
        assert dung.ask("POST", asked, headers={"X-CSRF-Token": dung.csrf, **kind}, **sent).status_code == 403
        to = so.ask("POST", asked, headers={"X-CSRF-Token": so.csrf, **kind}, **sent).json()["address"]
        assert "new=1&left=1" in to
        assert "1 quy tắc mới của tỉnh" in text_of(so.get(to))
        assert "1 dòng sẽ bị phần mềm dùng chung từ chối" in text_of(so.get(to))
        registry.withdraw_approval(book.book_id, author="dung", reason="xem sót")
        late = dung.get(f"/packages/{book.book_id}/manifest.json")
        assert (late.status_code, "đã được rút" in text_of(late)) == (422, True)


def test_what_keeps_a_book_back_is_listed_with_where_to_mend_it(tmp_path: Path) -> None:
    book = stored(tmp_path, "death-2006", replace(CLEAN, entries=1, dpi=100, cover=False), decided=False)
    folder = Workspace(book.context.workspace).packages
    with (
        book.context.open_registry() as registry,
        PackageQueue(folder, package_maker(registry, book.context, 1)) as packages,
    ):
        app = create_app(new_site(registry, SCHEMAS, work=ServerWork(packages=packages)))
        join(registry.accounts(), "dung", Role.SUPERVISOR, book.ledger.place_code)
        dung = browser_of(app, registry.accounts(), "dung")
        dung.submit(f"/packages/{book.book_id}")
        packages.wait()
        page = dung.get("/packages")
        assert "còn 1 chỗ chưa xong" in text_of(page)
        assert "--partial" not in text_of(page), "that is for the command line"
        where = f"/reports/waiting?book={book.book_id}"
        assert f'href="{where}"' in page.text
        assert dung.get(where).status_code == 200
        (entry_id,) = registry.entries(book.book_id)
        said = verdicts(book.truth.entries[0], SCHEMAS.record("death"))
        wrong = Verdict("registered_on", FieldStatus.READ, "3/2013")
        registry.decide(entry_id, [*(one for one in said if one.field != wrong.field), wrong], author="thu")
        dung.submit(f"/packages/{book.book_id}")
        packages.wait()
        told = text_of(dung.get("/packages"))
        dung.submit(f"/packages/{book.book_id}", {"partial": "true"})
        packages.wait()
        rest = text_of(dung.get("/packages"))
    assert "Xuất phần giao được" in told
    assert "chưa có sự kiện nào xong" in rest, "the only entry is the one that cannot go"
    assert "ngày đăng ký trống hoặc không phải dd.mm.yyyy, U2, Ngày đăng ký" in told
    assert f"(mã: sự kiện {entry_id})" in told
    assert "U2" in told


def test_a_book_that_is_not_done_says_why_and_keeps_its_last_package(tmp_path: Path) -> None:
    answers = iter((None, PackageRefusal("còn 3 chỗ chưa xong.")))

    def make(
        book_id: int,
        target: Path,
        on_copied: OnCopied,
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        answer = next(answers)
        if answer is None:
            written(target)
        return answer

    with PackageQueue(tmp_path, make) as desk:
        for _ in range(2):
            assert desk.start(7)
            desk.wait()
        state = desk.state(7)
    assert (state.phase, state.files) == (PackagePhase.REFUSED, ("manifest.json",))
    assert state.refusal == PackageRefusal("còn 3 chỗ chưa xong.")


class EndsInBetween(PackageQueue):
    """An export is made while somebody looks for its files."""

    def __init__(self, folder: Path) -> None:
        self.looked_for = threading.Event()
        super().__init__(folder, self._make_late)

    def _make_late(
        self,
        book_id: int,
        target: Path,
        on_copied: OnCopied,
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        assert self.looked_for.wait(60)
        written(target)
        return None

    def _last(self, book_id: int) -> Path | None:
        found = super()._last(book_id)
        self.looked_for.set()
        self.wait()
        return found


def test_no_package_is_told_as_done_without_its_files(tmp_path: Path) -> None:
    with EndsInBetween(tmp_path) as desk:
        assert desk.start(7)
        first, then = desk.state(7), desk.state(7)
    assert (first.is_under_way, first.files) == (True, ())
    assert (then.phase, then.files) == (PackagePhase.DONE, ("manifest.json",))


def test_why_a_package_was_refused_outlives_the_server_until_one_is_made(tmp_path: Path) -> None:
    refusal = PackageRefusal("còn 2 chỗ chưa xong.", (("a.pdf trang 2", "/entries/12"), ("b.pdf", "")))
    answers = iter((refusal, None))

    def make(
        book_id: int,
        target: Path,
        on_copied: OnCopied,
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        answer = next(answers)
        if answer is None:
            written(target)
        return answer

    with PackageQueue(tmp_path, make) as desk:
        desk.start(7)
        desk.wait()
        told = desk.state(7)
    assert told.refused_at is not None
    with PackageQueue(tmp_path, make) as desk:
        assert desk.state(7) == told
        assert desk.state(8).phase is PackagePhase.NONE
        assert desk.state(7).refusal == refusal
        desk.start(7)
        desk.wait()
    state = PackageQueue(tmp_path).state(7)
    assert (state.phase, state.refusal, state.files) == (PackagePhase.DONE, None, ("manifest.json",))


def test_a_refusal_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "7" / "20260302T080000000000").mkdir(parents=True)
    (tmp_path / "7" / "20260302T080000000000" / "refusal.json").write_text("{", encoding="utf-8")
    assert PackageQueue(tmp_path).state(7).phase is PackagePhase.NONE


@pytest.mark.parametrize(
    ("error", "told"),
    [(StorageError("Hết chỗ trên ổ đĩa."), "Hết chỗ"), (ValueError("Trần Thị Thử"), "quản trị")],
)
def test_what_goes_wrong_is_told_without_what_an_exception_says(
    tmp_path: Path, error: Exception, told: str
) -> None:
    def make(
        book_id: int,
        target: Path,
        on_copied: OnCopied,
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        raise error

    with PackageQueue(tmp_path, make) as desk:
        desk.start(7)
        desk.wait()
        refusal = desk.state(7).refusal
    assert refusal is not None
    sentence = refusal.sentence
    assert told in sentence
    assert "Trần" not in sentence


def test_one_book_is_under_way_at_a_time_and_asked_for_once(tmp_path: Path) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def make(
        book_id: int,
        target: Path,
        on_copied: OnCopied,
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        on_copied(3, 10)
        begun.set()
        assert may_end.wait(60)
        written(target)
        return None

    with PackageQueue(tmp_path, make) as desk:
        assert desk.start(7)
        assert begun.wait(60)
        assert (desk.start(7), desk.start(8)) == (False, True)
        running, waiting = desk.state(7), desk.state(8)
        may_end.set()
        desk.wait()
        assert (desk.state(7).phase, desk.state(8).phase) == (PackagePhase.DONE, PackagePhase.DONE)
    assert (running.phase, running.done, running.total) == (PackagePhase.RUNNING, 3, 10)
    assert waiting.phase is PackagePhase.WAITING


def test_a_server_that_stops_ends_the_work(tmp_path: Path) -> None:
    begun, goes_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def make(
        book_id: int,
        target: Path,
        on_copied: OnCopied,
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        begun.set()
        assert goes_on.wait(60)
        try:
            on_copied(1, 2)
        except BaseException as error:
            ended.append(type(error).__name__)
            raise
        return None

    desk = PackageQueue(tmp_path, make)
    desk.start(7)
    assert begun.wait(60)
    leaving = threading.Thread(target=desk.__exit__)
    leaving.start()
    assert desk._stopping.wait(60)
    goes_on.set()
    leaving.join(60)
    assert ended == ["_Stopped"]
    assert desk.file(7, "manifest.json") is None


def test_a_server_without_packages_says_so(registry: Registry, tmp_path: Path) -> None:
    app = create_app(new_site(registry, SCHEMAS))
    join(registry.accounts(), "khong.goi", Role.SUPERVISOR)
    browser = browser_of(app, registry.accounts(), "khong.goi")
    assert "hotich export" in text_of(browser.get("/packages"))
    assert browser.submit("/packages/1").status_code == 303


def test_a_package_that_leaves_something_out_says_so(tmp_path: Path) -> None:
    asked = []

    def make(
        book_id: int,
        target: Path,
        on_copied: OnCopied,
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        asked.append(partial)
        if not partial:
            return PackageRefusal("còn 2 chỗ chưa xong.", (("a.pdf trang 2", ""),))
        written(target)
        (target / "goi" / "manifest.json").write_text('{"not_settled": [{}, {}]}', encoding="utf-8")
        return None

    with PackageQueue(tmp_path, make) as desk:
        desk.start(7)
        desk.wait()
        assert desk.state(7).held == 0
        desk.start(7, partial=True)
        desk.wait()
        state = desk.state(7)
    assert asked == [False, True]
    assert (state.phase, state.held) == (PackagePhase.DONE, 2)
