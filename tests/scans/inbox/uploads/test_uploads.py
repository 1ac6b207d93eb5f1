"""What browsers send: in pieces, proven, and a scan of a book only when it is whole and can be used."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.intake.made_scans import encoded, encrypted_pdf, picture, scanned_pdf
from pipeline.base.errors import StorageError
from pipeline.base.localtime import iso_date
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.scans.inbox import manifest
from pipeline.scans.inbox.assignment import has_waiting_pages
from pipeline.scans.inbox.book_folder import place_in_book
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.inbox.uploads import (
    Upload,
    UploadDesk,
    UploadOptions,
    UploadRefused,
    UploadState,
    checking,
)
from pipeline.scans.inbox.uploads import upload_desk as uploads_desk
from pipeline.scans.inbox.uploads.checking import BROWSERS
from pipeline.scans.inbox.uploads.upload import write_note
from pipeline.scans.intake import folder_contents
from pipeline.scans.workspace import Workspace
from tests.scans.inbox.desk import TameLooker

BOOK, FOLDER, LOGIN = 1, "KS.2010.01", "an"
LEDGER = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/2010")
NOW = 1_790_000_000.0
SCAN = encoded(picture(), "JPEG")


def opened(
    root: Path, elsewhere: dict[str, str] | None = None, *, tame: bool = True, **limits: float
) -> UploadDesk:
    return UploadDesk(
        Workspace(root / "workspace"),
        root / "books",
        lambda book_id: LEDGER,
        lambda digest, book_id: (elsewhere or {}).get(digest, ""),
        options=UploadOptions(free_bytes=0, **limits),  # type: ignore[arg-type]
        inspector=TameLooker if tame else None,
        now=lambda: NOW,
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[UploadDesk]:
    with opened(tmp_path) as one:
        yield one


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def send(
    desk: UploadDesk, content: bytes, name: str = "trang-1.jpg", book: int = BOOK, login: str = LOGIN
) -> str:
    """All of a file in two pieces; returns the upload's id."""
    upload, here = desk.begin(book, FOLDER, login, name, len(content), 0)
    for start, end in ((0, len(content) // 2), (len(content) // 2, len(content))):
        if start >= here:
            desk.append(book, upload.upload_id, login, start, content[start:end], sha(content[start:end]))
    desk.end(book, upload.upload_id, login, sha(content))
    desk.wait()
    return upload.upload_id


def in_book(root: Path) -> dict[str, bytes]:
    folder = root / "books" / FOLDER
    return {one.path.name: one.path.read_bytes() for one in folder_contents(folder).scans}


def test_a_whole_file_becomes_a_scan_of_its_book_and_is_told_in_the_manifest(
    desk: UploadDesk, tmp_path: Path
) -> None:
    send(desk, SCAN)
    assert in_book(tmp_path) == {"trang-1.jpg": SCAN}
    assert load_ledger(tmp_path / "books" / FOLDER) == LEDGER
    assert Workspace(tmp_path / "workspace").flaw_of(sha(SCAN)) == ""
    told = manifest.read_manifest(
        IntakeFolders(tmp_path / "workspace" / "intake").manifest(BROWSERS, iso_date(NOW))
    )
    (row,) = told.rows.values()
    assert (row.name, row.sha256, len(row.pages)) == ("trang-1.jpg", sha(SCAN), 1)
    assert (told.assignments[1].by, told.assignments[1].parts[0].book) == (LOGIN, FOLDER)


def test_the_photograph_of_a_page_that_was_cut_out_is_kept_and_is_no_scan(
    desk: UploadDesk, tmp_path: Path
) -> None:
    upload, _ = desk.begin(BOOK, FOLDER, LOGIN, "anh-goc.jpg", len(SCAN), 0, is_original=True)
    desk.append(BOOK, upload.upload_id, LOGIN, 0, SCAN, sha(SCAN))
    desk.end(BOOK, upload.upload_id, LOGIN, sha(SCAN))
    desk.wait()
    assert in_book(tmp_path) == {}
    assert Workspace(tmp_path / "workspace").flaw_of(sha(SCAN)) == ""
    told = manifest.read_manifest(
        IntakeFolders(tmp_path / "workspace" / "intake").manifest(BROWSERS, iso_date(NOW))
    )
    assert [(row.name, row.sha256) for row in told.rows.values()] == [("anh-goc.jpg", sha(SCAN))]
    assert not has_waiting_pages(told.rows[1], told.assignments[1])
    assert (desk.page_of(BOOK).stored, desk.page_of(BOOK).refused) == (0, ())
    again, here = desk.begin(BOOK, FOLDER, LOGIN, "anh-goc.jpg", len(SCAN), 0, is_original=True)
    assert (again.state, here) == (UploadState.STORED, len(SCAN))


def test_a_half_upload_is_no_scan_and_goes_on_where_it_stopped_also_on_another_server(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        upload, _ = desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", len(SCAN), 7)
        desk.append(BOOK, upload.upload_id, LOGIN, 0, SCAN[:100], sha(SCAN[:100]))
        with pytest.raises(UploadRefused, match="chưa gửi hết"):
            desk.end(BOOK, upload.upload_id, LOGIN, sha(SCAN))
        desk.wait()
    assert not (tmp_path / "books").exists()
    with opened(tmp_path) as desk:
        again, here = desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", len(SCAN), 7)
        assert (again.upload_id, here) == (upload.upload_id, 100)
        assert desk.append(BOOK, upload.upload_id, LOGIN, 0, SCAN[:50], sha(SCAN[:50])) == 100
        desk.append(BOOK, upload.upload_id, LOGIN, 100, SCAN[100:], sha(SCAN[100:]))
        desk.end(BOOK, upload.upload_id, LOGIN, sha(SCAN))
        desk.wait()
    assert in_book(tmp_path) == {"a.jpg": SCAN}


def test_what_was_whole_when_the_server_stopped_becomes_a_scan_when_it_starts(tmp_path: Path) -> None:
    desk = opened(tmp_path)
    upload, _ = desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", len(SCAN), 0)
    desk.append(BOOK, upload.upload_id, LOGIN, 0, SCAN, sha(SCAN))
    desk._worker.shutdown()
    with pytest.raises(RuntimeError, match="shutdown"):
        desk.end(BOOK, upload.upload_id, LOGIN, sha(SCAN))
    with opened(tmp_path) as desk:
        desk.wait()
    assert in_book(tmp_path) == {"a.jpg": SCAN}


def test_bytes_that_were_changed_on_the_way_are_refused_by_piece_and_as_a_whole(
    desk: UploadDesk, tmp_path: Path
) -> None:
    upload, _ = desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", len(SCAN), 0)
    with pytest.raises(UploadRefused, match="đường truyền"):
        desk.append(BOOK, upload.upload_id, LOGIN, 0, SCAN[:-1] + b"x", sha(SCAN))
    other = SCAN[:-1] + b"x"
    desk.append(BOOK, upload.upload_id, LOGIN, 0, other, sha(other))
    desk.end(BOOK, upload.upload_id, LOGIN, sha(SCAN))
    desk.wait()
    (told,) = desk.of_book(BOOK)
    assert told.state is UploadState.REFUSED
    assert "không đúng như tệp đã gửi" in told.message
    assert not (tmp_path / "books").exists()
    send(desk, SCAN, "a.jpg")
    assert in_book(tmp_path) == {"a.jpg": SCAN}


def test_what_is_no_usable_scan_is_kept_apart_with_the_reason(tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    encrypted_pdf(pdf)
    locked = pdf.read_bytes()
    scanned_pdf(pdf, 2)
    cut = pdf.read_bytes()[:-400]
    wanted = {
        "locked.pdf": ("encrypted", locked), "cut.pdf": ("broken", cut), "x.pdf": ("unknown-type", b"MZ" * 99),
    }  # fmt: skip
    with opened(tmp_path, tame=False) as desk:
        for name, (code, content) in wanted.items():
            send(desk, content, name)
            (told,) = (one for one in desk.page_of(BOOK).refused if one.name == name)
            assert told.code == code
            assert name in told.message
    folder = IntakeFolders(tmp_path / "workspace" / "intake").quarantine(BROWSERS, iso_date(NOW))
    kept = {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(".ly-do.txt")}
    assert kept == {f"{n:05}-{name}": content for n, (name, (_, content)) in enumerate(wanted.items(), 1)}
    assert not (tmp_path / "books" / FOLDER).exists()


def test_one_name_for_two_files_keeps_both_and_the_same_file_is_there_once(
    desk: UploadDesk, tmp_path: Path
) -> None:
    other = encoded(picture(70), "JPEG")
    send(desk, SCAN)
    send(desk, other)
    send(desk, other, login="binh")
    assert in_book(tmp_path) == {"trang-1.jpg": SCAN, "trang-1 (2).jpg": other}


@pytest.mark.parametrize("name", ["ledger.toml", "../../a.jpg", ".an.jpg", "a.jpg.part", "~a.jpg", "-rf.jpg"])
def test_no_name_leads_out_of_the_book_or_hides_the_scan(desk: UploadDesk, tmp_path: Path, name: str) -> None:
    send(desk, SCAN, name)
    assert list(in_book(tmp_path).values()) == [SCAN]
    assert load_ledger(tmp_path / "books" / FOLDER) == LEDGER
    assert [path.name for path in (tmp_path / "books").iterdir()] == [FOLDER]


def test_a_scan_of_another_book_is_refused_and_names_the_book(tmp_path: Path) -> None:
    with opened(tmp_path, {sha(SCAN): "KT.2010.01"}) as desk:
        send(desk, SCAN)
        assert "«KT.2010.01»" in desk.page_of(BOOK).refused[0].message


def test_a_folder_that_is_a_link_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "books" / FOLDER).symlink_to(tmp_path / "elsewhere")
    with opened(tmp_path) as desk:
        send(desk, SCAN)
        assert "liên kết" in desk.page_of(BOOK).refused[0].message
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_nobody_adds_to_the_upload_of_another_person_or_book(desk: UploadDesk) -> None:
    upload, _ = desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", len(SCAN), 0)
    for book, login in ((BOOK, "binh"), (2, LOGIN)):
        with pytest.raises(UploadRefused, match="Không còn lần gửi này"):
            desk.append(book, upload.upload_id, login, 0, SCAN, sha(SCAN))
        with pytest.raises(UploadRefused, match="Không còn lần gửi này"):
            desk.end(book, upload.upload_id, login, sha(SCAN))


def test_sizes_and_half_uploads_are_bounded(tmp_path: Path) -> None:
    with opened(tmp_path, open_by_person=2) as desk:
        for size, why in ((0, "rỗng"), (200_000_001, "lớn hơn 200 MB")):
            with pytest.raises(UploadRefused, match=why):
                desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", size, 0)
        for number in range(2):
            desk.begin(BOOK, FOLDER, LOGIN, f"{number}.jpg", 10, 0)
        with pytest.raises(UploadRefused, match="gửi dở"):
            desk.begin(BOOK, FOLDER, LOGIN, "3.jpg", 10, 0)
        desk.begin(BOOK, FOLDER, "binh", "3.jpg", 10, 0)
        upload, _ = desk.begin(BOOK, FOLDER, LOGIN, "0.jpg", 10, 0)
        with pytest.raises(UploadRefused, match="đường truyền"):
            desk.append(BOOK, upload.upload_id, LOGIN, 0, b"x" * 11, sha(b"x" * 11))


def test_a_disk_that_is_nearly_full_takes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        desk.options = UploadOptions(free_bytes=1 << 62)
        with pytest.raises(UploadRefused, match="sắp đầy"):
            desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", 10, 0)


def test_a_disk_that_refuses_costs_no_upload(tmp_path: Path) -> None:
    """The folder of books cannot be made: the upload waits, and is a scan when somebody asks after it could be."""
    now = [NOW]
    (tmp_path / "books").write_bytes(b"")
    desk = UploadDesk(
        Workspace(tmp_path / "workspace"),
        tmp_path / "books",
        lambda book_id: LEDGER,
        options=UploadOptions(free_bytes=0),
        inspector=TameLooker,
        now=lambda: now[0],
    )
    with desk:
        send(desk, SCAN)
        assert [one.state for one in desk.of_book(BOOK)] == [UploadState.CHECKING]
        (tmp_path / "books").unlink()
        now[0] += 31
        desk.of_book(BOOK)
        desk.wait()
        assert [one.state for one in desk.of_book(BOOK)] == [UploadState.STORED]
    assert in_book(tmp_path) == {"trang-1.jpg": SCAN}


def test_half_uploads_together_leave_the_disk_what_must_stay_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [1_000]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free[0]))
    with opened(tmp_path) as desk:
        desk.options = UploadOptions(free_bytes=500)
        upload, _ = desk.begin(BOOK, FOLDER, LOGIN, "1.jpg", 200, 0)
        for number in range(5):  # nothing of them has arrived, so they keep no place
            desk.begin(BOOK, FOLDER, "binh", f"{number}.jpg", 200, 0)
        desk.append(BOOK, upload.upload_id, LOGIN, 0, b"x", sha(b"x"))
        with pytest.raises(UploadRefused, match="sắp đầy"):
            desk.begin(BOOK, FOLDER, LOGIN, "2.jpg", 200, 0)
        free[0] = 499
        with pytest.raises(UploadRefused, match="sắp đầy"):
            desk.append(BOOK, upload.upload_id, LOGIN, 1, b"x", sha(b"x"))


def test_half_files_of_one_person_keep_room_only_up_to_a_bound(tmp_path: Path) -> None:
    with opened(tmp_path, missing_by_person=300) as desk:
        for number in range(2):
            upload, _ = desk.begin(BOOK, FOLDER, LOGIN, f"{number}.jpg", 200, 0)
            desk.append(BOOK, upload.upload_id, LOGIN, 0, b"x", sha(b"x"))
        with pytest.raises(UploadRefused, match="còn thiếu"):
            desk.begin(BOOK, FOLDER, LOGIN, "2.jpg", 200, 0)
        desk.begin(BOOK, FOLDER, "binh", "2.jpg", 200, 0)


def test_half_uploads_that_nobody_goes_on_with_keep_no_person_from_sending(tmp_path: Path) -> None:
    now = [NOW]
    desk = UploadDesk(
        Workspace(tmp_path / "workspace"),
        tmp_path / "books",
        lambda book_id: LEDGER,
        options=UploadOptions(free_bytes=0, open_by_person=1),
        inspector=TameLooker,
        now=lambda: now[0],
    )
    with desk:
        desk.begin(BOOK, FOLDER, LOGIN, "0.jpg", 10, 0)
        now[0] += 1.1 * 86400  # nothing of it has arrived
        half, _ = desk.begin(BOOK, FOLDER, LOGIN, "1.jpg", 10, 0)
        desk.append(BOOK, half.upload_id, LOGIN, 0, b"x", sha(b"x"))
        now[0] += 6.9 * 86400
        with pytest.raises(UploadRefused, match="gửi dở"):
            desk.begin(BOOK, FOLDER, LOGIN, "2.jpg", 10, 0)
        now[0] += 0.2 * 86400
        other, _ = desk.begin(BOOK, FOLDER, LOGIN, "2.jpg", 10, 0)
        assert [one.upload_id for one in desk.of_book(BOOK)] == [other.upload_id]
        with pytest.raises(UploadRefused, match="Không còn lần gửi này"):
            desk.append(BOOK, half.upload_id, LOGIN, 1, b"x", sha(b"x"))


def test_bytes_whose_note_cannot_be_read_are_not_thrown_away(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", len(SCAN), 0)
    (part,) = (tmp_path / "workspace").rglob("part*")
    (part.parent / "upload.json").write_text('{"of": "a later release"}', encoding="utf-8")
    with opened(tmp_path) as desk:
        assert desk.of_book(BOOK) == ()
    assert part.exists()


def test_an_ending_that_no_disk_takes_is_no_fault(desk: UploadDesk, tmp_path: Path) -> None:
    send(desk, SCAN, "a.\0pg")
    assert list(in_book(tmp_path).values()) == [SCAN]


def test_a_name_that_another_takes_meanwhile_costs_neither_file(
    desk: UploadDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scanner writes into the folder between the look and the writing."""
    place = place_in_book

    def late(copy: Path, folder: Path, file: str) -> None:
        if file == "trang-1.jpg":
            (folder / file).write_bytes(b"another")
        place(copy, folder, file)

    monkeypatch.setattr(checking, "place_in_book", late)
    send(desk, SCAN)
    (told,) = desk.of_book(BOOK)
    assert (told.state, told.file) == (UploadState.STORED, "trang-1 (2).jpg")
    assert (tmp_path / "books" / FOLDER / "trang-1.jpg").read_bytes() == b"another"
    assert in_book(tmp_path)["trang-1 (2).jpg"] == SCAN


def test_an_outcome_that_cannot_be_noted_is_noted_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [NOW]
    desk = UploadDesk(
        Workspace(tmp_path / "workspace"),
        tmp_path / "books",
        lambda book_id: LEDGER,
        options=UploadOptions(free_bytes=0),
        inspector=TameLooker,
        now=lambda: now[0],
    )
    note = write_note

    def full(folder: Path, upload: Upload) -> None:
        if upload.is_over and now[0] == NOW:
            raise StorageError("đầy")
        note(folder, upload)

    monkeypatch.setattr(uploads_desk, "write_note", full)
    with desk:
        send(desk, SCAN)
        assert [one.state for one in desk.of_book(BOOK)] == [UploadState.CHECKING]
        now[0] += 31
        desk.of_book(BOOK)
        desk.wait()
        assert [one.state for one in desk.of_book(BOOK)] == [UploadState.STORED]
    assert in_book(tmp_path) == {"trang-1.jpg": SCAN}


def test_what_never_closes_a_ticket_is_not_taken_for_it(tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    scanned_pdf(pdf, 2)
    known = encoded(picture(70), "JPEG")
    with UploadDesk(
        Workspace(tmp_path / "workspace"),
        tmp_path / "books",
        lambda book_id: LEDGER,
        lambda digest, besides: FOLDER if digest == sha(known) and besides != BOOK else "",
        options=UploadOptions(free_bytes=0),
        now=lambda: NOW,
    ) as desk:
        for content, name in ((pdf.read_bytes(), "a.pdf"), (known, "b.jpg"), (SCAN, "c.jpg")):
            upload, _ = desk.begin(BOOK, FOLDER, LOGIN, name, len(content), 0, 12, "phieu-12-")
            desk.append(BOOK, upload.upload_id, LOGIN, 0, content, sha(content))
            desk.end(BOOK, upload.upload_id, LOGIN, sha(content))
        desk.wait()
        told = {one.name: one for one in desk.of_book(BOOK)}
    assert "đúng một trang" in told["a.pdf"].message
    assert "giống hệt" in told["b.jpg"].message
    assert in_book(tmp_path) == {"phieu-12-c.jpg": SCAN}


def test_a_book_whose_folder_is_renamed_meanwhile_gets_no_second_folder(
    desk: UploadDesk, tmp_path: Path
) -> None:
    upload, _ = desk.begin(BOOK, FOLDER, LOGIN, "a.jpg", len(SCAN), 0)
    desk.append(BOOK, upload.upload_id, LOGIN, 0, SCAN, sha(SCAN))
    desk.end(BOOK, upload.upload_id, LOGIN, sha(SCAN), "KS.2010.99")
    desk.wait()
    assert [path.name for path in (tmp_path / "books").iterdir()] == ["KS.2010.99"]
    assert (tmp_path / "books" / "KS.2010.99" / "a.jpg").read_bytes() == SCAN
