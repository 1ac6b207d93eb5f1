"""``hotich custody``: physical books, their handover notes, and who holds them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import RegistryError
from pipeline.base.files import printable, read_regular_file
from pipeline.base.localtime import local_date
from pipeline.cli.context import HERE, ME, JsonOption, WorkspaceOption, by_option
from pipeline.cli.group import Command, command_group
from pipeline.cli.print_papers import OutOption, write_printed
from pipeline.cli.screen import plain, say, show
from pipeline.registry.custody.model import (
    BookDescription,
    CustodyAct,
    CustodyNote,
    CustodyOrder,
    CustodyParty,
    Direction,
)

COLUMNS = ("folder", "place", "kind", "volume", "shelf", "box", "condition", "pages")
MOST_BYTES = 4 << 20
NOTE_STATES = {True: "đủ chữ ký", False: "chờ ký"}

app = command_group("""Giao nhận sổ giấy: kê khai, lập phiếu, ký, ai đang giữ quyển nào.""")

NoteArgument = Annotated[int, typer.Argument(metavar="PHIẾU", help="Số của phiếu giao nhận.")]
ByOption = Annotated[str, by_option("Người làm")]
PartyOption = Annotated[str, typer.Option(help="Cơ quan; người; chức vụ, cách nhau bằng dấu chấm phẩy.")]


@app.command("describe", cls=Command)
def describe(
    path: Annotated[Path, typer.Argument(metavar="TỆP", help=f"Tệp CSV có các cột {', '.join(COLUMNS)}.")],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Kê khai sổ giấy theo một tệp CSV: kệ, hộp, tình trạng, số trang đếm trước khi quét."""
    books = descriptions_in(path)
    with work.open_registry() as registry:
        changed = registry.describe_books(books, author=by)
    say(f"Đã đọc {len(books)} quyển, {changed} quyển mới hoặc khác lần kê khai trước.")


def descriptions_in(path: Path) -> list[BookDescription]:
    """Return the books of a CSV file in UTF-8.

    Raises:
        RegistryError: It is not readable, lacks a column, or a row has a page count that is no number.
    """
    try:
        text = read_regular_file(path, MOST_BYTES).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise RegistryError(f"Không đọc được {path} như một tệp CSV chữ UTF-8. Hãy lưu lại tệp.") from None
    if not rows or not set(COLUMNS) <= rows[0].keys():
        raise RegistryError(f"Tệp phải có dòng đầu với các cột {', '.join(COLUMNS)}, và ít nhất một quyển.")
    found = []
    for number, row in enumerate(rows, start=2):
        values = {name: (row[name] or "").strip() for name in COLUMNS}
        pages = values.pop("pages")
        if pages and not (pages.isascii() and pages.isdecimal() and len(pages) < 9):
            raise RegistryError(
                f"Dòng {number}: số trang phải là một số, hay để trống. Hãy sửa rồi kê khai lại."
            )
        values = {{"folder": "folder_name", "place": "place_code", "kind": "record"}.get(name, name): text
                  for name, text in values.items()}  # fmt: skip
        found.append(BookDescription(**values, pages=int(pages) if pages else None))
    return found


@app.command("books", cls=Command)
def list_books(
    late: Annotated[bool, typer.Option("--late", help="Chỉ sổ quá hẹn chưa trả; có thì mã thoát 1.")] = False,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê sổ giấy: ở kệ nào, ai đang giữ, hẹn trả ngày nào, đã quét bao nhiêu trang."""
    today = local_date(datetime.now(UTC))
    with work.open_registry() as registry:
        books = [one for one in registry.books_in_custody() if not late or one.is_late(today)]
    show(
        books,
        {
            "Sổ": lambda one: printable(one.description.folder_name),
            "Nơi": lambda one: one.description.place_code,
            "Quyển": lambda one: one.description.volume,
            "Kệ, hộp": lambda one: ", ".join(filter(None, (one.description.shelf, one.description.box))),
            "Đang ở": lambda one: str(one.out.receiver) if one.out else "trên kệ",
            "Hẹn trả": lambda one: f"{one.out.due_on:%d/%m/%Y}" if one.out and one.out.due_on else "–",
            "Quá hẹn": lambda one: "quá hẹn" if one.is_late(today) else "–",
            "Trang đếm": lambda one: one.description.pages or "–",
            "Trang quét": lambda one: one.scanned,
        },
        as_json,
        {"books": [plain(one) for one in books]},
    )
    raise typer.Exit(1 if late and books else 0)


@app.command("note", cls=Command)
def make_note(
    books: Annotated[list[str], typer.Option("--book", "-b", help="Tên thư mục của sổ; nêu được nhiều lần.")],
    giver: PartyOption,
    receiver: PartyOption,
    back: Annotated[bool, typer.Option("--back", help="Phiếu nhận lại sổ.")] = False,
    handed: Annotated[str, typer.Option("--on", help="Ngày giao, dạng 2026-12-03 [hôm nay].")] = "",
    due: Annotated[str, typer.Option("--due", help="Hẹn trả, dạng 2026-12-31.")] = "",
    remark: Annotated[str, typer.Option("--remark", help="Ghi chú.")] = "",
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Lập phiếu giao nhận. Sổ đổi người giữ khi cả hai bên đã ký."""
    order = CustodyOrder(
        Direction.BACK if back else Direction.OUT,
        tuple(books),
        _party(giver),
        _party(receiver),
        _day(handed, "--on") or local_date(datetime.now(UTC)),
        _day(due, "--due"),
        remark,
    )
    with work.open_registry() as registry:
        note = registry.make_custody_note(order, author=by)
    say(
        f"Đã lập phiếu số {note.note_id}, {len(note.books)} quyển. Hai bên ký: hotich custody sign {note.note_id}"
    )


@app.command("sign", cls=Command)
def sign(
    note_id: NoteArgument,
    side: Annotated[CustodyAct, typer.Option("--side", help="giver: bên giao; receiver: bên nhận.")],
    name: Annotated[str, typer.Option("--name", help="Người đã ký trên giấy của bên ấy.")],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Ghi nhận chữ ký trên giấy của một bên. Ký bằng tài khoản thì vào trang Giao nhận sổ."""
    with work.open_registry() as registry:
        note = registry.sign_custody_note(note_id, side, author=by, name=name)
    say(f"Phiếu số {note.note_id}: {NOTE_STATES[note.is_signed]}.")


@app.command("cancel", cls=Command)
def cancel(
    note_id: NoteArgument,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao hủy.")],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Hủy một phiếu chưa đủ chữ ký."""
    with work.open_registry() as registry:
        registry.cancel_custody_note(note_id, reason, author=by)
    say(f"Đã hủy phiếu số {note_id}.")


@app.command("notes", cls=Command)
def list_notes(work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Liệt kê các phiếu giao nhận, phiếu mới nhất trước."""
    with work.open_registry() as registry:
        notes = registry.custody_notes()
    show(
        notes,
        {
            "Phiếu": lambda note: note.note_id,
            "Ngày": lambda note: f"{note.handed_on:%d/%m/%Y}",
            "Loại": lambda note: "nhận lại" if note.direction is Direction.BACK else "giao đi",
            "Bên giao": lambda note: str(note.giver),
            "Bên nhận": lambda note: str(note.receiver),
            "Sổ": lambda note: len(note.books),
            "Tình trạng": _state,
        },
        as_json,
        {"notes": [plain(one) for one in notes]},
    )


@app.command("print", cls=Command)
def print_note(
    note_id: NoteArgument, target: OutOption = Path(), by: ByOption = ME, work: WorkspaceOption = HERE
) -> None:
    """In một phiếu giao nhận ra PDF."""
    from pipeline.delivery.printing.custody_paper import custody_paper
    from pipeline.delivery.printing.offices import read_offices
    from pipeline.delivery.printing.service import Asker

    with work.open_registry() as registry:
        offices = read_offices(work.workspace.print)
        write_printed(custody_paper(registry, work.schemas, offices, note_id, Asker(by)), target)


def _state(note: CustodyNote) -> str:
    return "đã hủy" if note.is_cancelled else NOTE_STATES[note.is_signed]


def _party(text: str) -> CustodyParty:
    office, name, title = (*(part.strip() for part in text.split(";", 2)), "", "")[:3]
    return CustodyParty(office, name, title)


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("Phải là một ngày, dạng 2026-12-03.", param_hint=option) from None
