"""The handover note of physical books as a paper: books, condition, both sides and their signatures."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.base.localtime import format_moment
from pipeline.declarations.schema import Schemas
from pipeline.delivery.printing.minutes import Minutes, MinutesSigner, facts, listed, note_printed, sentence
from pipeline.delivery.printing.offices import IssuingOffices
from pipeline.delivery.printing.service import Asker, PrintedFile
from pipeline.registry import Registry
from pipeline.registry.custody.model import CustodyAct, CustodyNote, Direction

COLUMNS = (
    ("STT", 0.6),
    ("Loại sổ, quyển số", 2.4),
    ("Thư mục", 1.8),
    ("Kệ, hộp", 1.6),
    ("Số trang", 0.9),
    ("Tình trạng", 3.2),
)
HEADINGS = {Direction.OUT: "Giao sổ để số hóa", Direction.BACK: "Nhận lại sổ sau số hóa"}


def custody_paper(
    registry: Registry, schemas: Schemas, offices: IssuingOffices, note_id: int, asker: Asker
) -> PrintedFile:
    """Return a handover note as PDF, and record that it was printed.

    Raises:
        RowTampered: A row of it is not the program's own.
        NotThere: There is none of that number.
        NotYours: It is of a place that the person may not see.
    """
    note = registry.custody_note_of(note_id, asker.person)
    names = {account.person.login: account.person.name for account in registry.accounts().list()}
    content = _minutes(note, schemas, names).pdf(offices.of(note.place_code), note.handed_on, asker.name)
    note_printed(registry, "custody-printed", f"custody:{note_id}", content, asker.login)
    return PrintedFile(f"phieu-giao-nhan-so-{note_id:04d}.pdf", content)


def _minutes(note: CustodyNote, schemas: Schemas, names: Mapping[str, str]) -> Minutes:
    titles = {spec.record: spec.title for spec in schemas.records.values()}
    rows = [
        [
            str(number),
            f"{titles.get(one.record, one.record)}, {one.volume}",
            one.folder_name,
            ", ".join(filter(None, (one.shelf, one.box))),
            "" if one.pages is None else str(one.pages),
            one.condition,
        ]
        for number, one in enumerate(note.books, start=1)
    ]
    counted = [one.pages for one in note.books if one.pages is not None]
    said = [
        ("Số phiếu", str(note.note_id)),
        ("Nơi đăng ký của sổ", note.place_code),
        ("Bên giao", _side(note.giver.office, note.giver.name, note.giver.title)),
        ("Bên nhận", _side(note.receiver.office, note.receiver.name, note.receiver.title)),
        ("Ngày giao", f"{note.handed_on:%d/%m/%Y}"),
    ]
    if note.due_on is not None:
        said.append(("Hẹn trả", f"{note.due_on:%d/%m/%Y}"))
    if note.remark:
        said.append(("Ghi chú", note.remark))
    uncounted = len(note.books) - len(counted)
    total = f"Cộng: {len(note.books)} quyển, {sum(counted)} trang đã đếm" + (
        f"; {uncounted} quyển chưa đếm trang." if uncounted else "."
    )
    state = (
        [sentence("PHIẾU ĐÃ HỦY: " + note.acts[CustodyAct.CANCELLED].reason)]
        if note.is_cancelled
        else []
        if note.is_signed
        else [
            sentence("Phiếu chưa đủ chữ ký hai bên trong chương trình, nên sổ chưa tính là đã đổi người giữ.")
        ]
    )
    return Minutes(
        "PHIẾU GIAO NHẬN SỔ",
        HEADINGS[note.direction],
        (
            *state,
            facts("", said),
            listed("CÁC QUYỂN SỔ", COLUMNS, rows, numbers=(4,)),
            sentence(total),
            sentence("Phiếu được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản."),
        ),
        (
            MinutesSigner("Bên giao", note.giver.name, _signed(note, CustodyAct.GIVER, names)),
            MinutesSigner("Bên nhận", note.receiver.name, _signed(note, CustodyAct.RECEIVER, names)),
        ),
    )


def _side(office: str, name: str, title: str) -> str:
    return ", ".join(filter(None, (name, title, office)))


def _signed(note: CustodyNote, side: CustodyAct, names: Mapping[str, str]) -> str:
    act = note.acts.get(side)
    if act is None:
        return ""
    author = names.get(act.author, act.author)
    where = f"ký trên giấy, {author} ghi nhận" if act.on_paper else f"{author} ký trong chương trình"
    return f"{act.name}: {where} lúc {format_moment(act.acted_at)}"
