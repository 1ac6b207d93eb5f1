"""What becomes of the odd values of old books on their way into the shared software?

Entries with one odd value each (and what may stand beside it) go through the delivery rules as values that a person
typed from paper; each register's rows are written as a package and rehearsed. Counted is what nobody is asked about:

- a key that goes out otherwise than meant (wrong key),
- a text of which nothing is left in the row and its note (silent loss),
- a column that stays empty, or gets a text that its list has not, though the paper says what belongs there (empty).

"Asked" is a value that waits for a person, or an entry that the check before the upload holds back. What only the
rehearsal speaks of, after the export, is counted apart. Wanted: 0, 0, 0, and 12,000 rows in at most 60 CPU seconds,
which is the time of rehearsing a workbook of as many rows.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures, say
from pipeline.base.model import FieldStatus, Ledger
from pipeline.declarations import schema
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.delivery.export.package_values import WorkbookFault
from pipeline.delivery.export.rehearsal import LoadingRehearsal, rehearse
from pipeline.delivery.export.workbook import cells_of, write_workbook
from pipeline.delivery_rules import WrittenEntry, WrittenField, entry_layers, notes_with
from pipeline.values.kinds import KINDS

TEMPLATES = {"birth": "KS60", "marriage": "KH44", "death": "KT48"}
YEAR = 1985
LEDGERS = {
    name: Ledger(form=f"{name}-table", place="Xã Thử", place_code="00000", volume=f"01/{YEAR}")
    for name in TEMPLATES
}
PLAIN = {
    "birth": {
        "registration_type": "Đúng hạn",
        "child_name": "Lý Thử Một",
        "child_sex": "Nam",
        "child_born_on": "2/1/1985",
        "child_ethnicity": "Kinh",
        "child_nationality": "Việt Nam",
    },
    "marriage": {"registration_type": "1", "husband_name": "Lý Thử Hai", "wife_name": "Lý Thử Ba"},
    "death": {"registration_type": "Đúng hạn", "deceased_name": "Lý Thử Tư", "deceased_sex": "Nam"},
}


@dataclass(frozen=True)
class OddValue:
    """An odd value of a kind of the report, planted in a field.

    Attributes:
        wanted: The cells that may go out without a question; a wanted column other than the field's is one that must
            not stay empty.
        column: The column that is judged; ``""``: that of the field.
        beside: Values of other fields.
    """

    kind: str
    record: str
    name: str
    text: str
    wanted: tuple[str, ...] = ()
    column: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)


def odd_values() -> tuple[OddValue, ...]:
    """Return the odd values of the report of 1 December 2026, sections 1, 5 and 6."""
    numbers = [OddValue("số có dấu", "birth", "entry_number", text, ("25/1985",)) for text in (
        "25.85", "25/85", "25-1985", "25/HT/1985", "1.985", "3.0", "10/KH", "KS 12", "VII", "15/2",
    )]  # fmt: skip
    years = [
        OddValue("năm dưới dấu chấm, lời kèm", "birth", "mother_born_on", text, (year,))
        for text, year in (
            ("../../1965", "1965"), ("--/--/1965", "1965"), ("00/00/1965", "1965"), ("sanh năm 1945", "1945"),
            ("1945 (thế vì khai sanh)", "1945"), ("năm Bính Thìn (1976)", "1976"), ("Canh Tý 1960", "1960"),
            ("10/84", "1984"), ("khoảng 40 tuổi", "40 tuổi"), ("khoảng 1930", ""),
        )
    ]  # fmt: skip
    dates = [
        OddValue("ngày La Mã, Pháp, giờ", "birth", "child_born_on", text, (day,))
        for text, day in (
            ("2/I/1979", "02.01.1979"), ("II/1979", "1979"), ("2 Janvier 1979", "02.01.1979"),
            ("le 5 janvier 1936", "05.01.1936"), ("3 tháng giêng 1979", ""), ("Lúc 3 giờ ngày 2/1/1979", "02.01.1979"),
            ("15/8/1984 ÂL", "10.09.1984"),
        )
    ]  # fmt: skip
    registered = [
        OddValue("ngày đăng ký không đủ", "birth", "registered_on", text)
        for text in ("6/1", "1979", "tháng 3/1979", "30/2/1979", "")
    ]
    names = [
        OddValue("tên có dấu chấm cuối", "birth", "child_name", text, (text,))
        for text in ("Nguyễn Thị T.", "Lý Thử Jr.")
    ] + [
        OddValue("lời thay tên", "birth", name, text, ("",))
        for name, text in (
            ("father_name", "Không rõ"),
            ("father_name", "Vô danh"),
            ("child_name", "Chưa đặt tên"),
        )
    ]
    nations = [
        OddValue("quốc tịch", "birth", "mother_nationality", text, (listed,))
        for text, listed in (
            ("Mỹ", "Hoa Kỳ (American)"), ("Đại Hàn", "Hàn Quốc (South Korean)"),
            ("Đài Loan", "Trung Quốc (Đài Loan) (Taiwanese)"),
            ("Không quốc tịch", "Người không quốc tịch (Stateless person)"), ("Việt Nam, Hoa Kỳ", "Việt Nam"),
        )
    ]  # fmt: skip
    peoples = [
        OddValue("dân tộc", "birth", "mother_ethnicity", text, (listed,))
        for text, listed in (
            ("Cao Lan", "Sán Chay (Cao Lan)"), ("Mèo", "Mông (Mèo)"), ("Pa Cô", "Tà Ôi (Pa-co)"),
            ("Vân Kiều", "Bru Vân Kiều (Vân Kiều)"), ("Rục", "Chứt (Rục)"), ("Dao Đỏ", "Dao (Dao Đỏ)"),
        )
    ]  # fmt: skip
    sexes = [
        OddValue("giới tính", "birth", "child_sex", text, (code,))
        for text, code in (("Trai", "1"), ("Gái", "2"), ("con trai", "1"), ("N", ""))
    ]
    papers = [
        OddValue("giấy tờ không ghi loại", "birth", "mother_paper_number", "365123456", ("1",), "meLoaiGiayToTuyThan"),
        OddValue(
            "loại giấy trong ô số", "birth", "mother_paper_number", "Hộ chiếu 301234567", ("2",), "meLoaiGiayToTuyThan"
        ),
        OddValue("tạm trú", "birth", "mother_residence_place", "Tạm trú: ấp 5, xã Thử", ("2",), "meLoaiCuTru"),
        OddValue("giấy báo tử", "death", "death_notice_number", "12", ("1",), "gbtLoai"),
        OddValue("loại đăng ký kết hôn", "marriage", "registration_type", "", ("1",), "loaiDangKy", {"notes": ""}),
    ]  # fmt: skip
    notes = [
        OddValue("ghi chú", record, "notes", text, (), column)
        for record, text, column in (
            ("marriage", "Đã ly hôn theo QĐ 12/2015/QĐST-HNGĐ", "tinhTrangKetHon"),
            ("marriage", "Hủy kết hôn theo QĐ số 3/1999", "tinhTrangKetHon"),
            ("death", "Tòa án tuyên bố chết theo QĐ 04/2018", "nktTinhTrangTuyenBoViecChet"),
            ("birth", "Tuyên bố mất tích theo QĐ 5/2001", "nksMatTich"),
            ("birth", "Hạn chế năng lực hành vi theo QĐ 7/2002", "nksHanCheNangLucHanhVi"),
            ("birth", "Ghi vào sổ theo GKS số 123/2015 của cơ quan nước ngoài, California", "soDangKyNuocNgoai"),
        )
    ]  # fmt: skip
    units = [
        OddValue(
            "nơi sinh",
            "birth",
            "child_birth_place_unit",
            "Xã Mỹ Thuận, Huyện Hòn Đất, Tỉnh Kiên Giang",
            ("Tỉnh Kiên Giang",),
        )
    ]
    times = [OddValue("giờ chết", "death", "deceased_died_at", "3 giờ ngày 2/1/1979", ())]
    return (
        *numbers, *years, *dates, *registered, *names, *nations, *peoples, *sexes, *papers, *notes, *units, *times,
    )  # fmt: skip


@dataclass(frozen=True)
class Delivered:
    """An entry as it goes out.

    Attributes:
        waits: Whether the office is asked before it is delivered.
    """

    odd: OddValue
    cells: Mapping[str, str]
    waits: bool


def delivered(odd: OddValue, number: int, schemas: Schemas) -> Delivered:
    """Return the row of an entry with an odd value, all proposals taken as they come first."""
    record = schemas.record(odd.record)
    texts = {
        "entry_number": f"{number}/{YEAR}",
        "volume_number": f"01/{YEAR}",
        "registered_on": f"6/1/{YEAR}",
    }
    texts |= {"registration_place": "Xã Thử", **PLAIN[odd.record], **odd.beside, odd.name: odd.text}
    fields = {
        name: _written(record, name, text, schemas)
        for name, text in texts.items()
        if name in record.by_name and (text or record.by_name[name].required or name in odd.beside)
    }
    layers = entry_layers(WrittenEntry(record, LEDGERS[odd.record], fields), None, schemas, DeliveryPolicy())
    values = {name: both.delivered.value for name, both in layers.items()}
    assert record.book is not None
    values[record.book.notes] = notes_with(values.get(record.book.notes, ""), layers)
    judged = record.by_column[odd.column].name if odd.column else odd.name
    waits = any(name in layers and layers[name].waits for name in (odd.name, judged))
    return Delivered(odd, cells_of(values, record, schemas), waits)


def _written(record: RecordSpec, name: str, text: str, schemas: Schemas) -> WrittenField:
    spec = record.by_name[name]
    if not text:
        return WrittenField(FieldStatus.BLANK, "", "", is_decided=True)
    canonical = KINDS[spec.kind].parse(text, schemas.vocabulary(spec)).canonical
    return WrittenField(FieldStatus.READ, text, canonical or text, is_decided=True)


@dataclass
class Verdict:
    """Entries by what became of them."""

    entries: int = 0
    waits: int = 0
    held: int = 0
    only_rehearsal: int = 0
    wrong_keys: int = 0
    lost: int = 0
    empty: int = 0


def judge(row: Delivered, faults: Sequence[WorkbookFault], record: RecordSpec, verdict: Verdict) -> None:
    """Count an entry."""
    odd = row.odd
    verdict.entries += 1
    if row.waits:
        verdict.waits += 1
        return
    own = record.by_name[odd.name].column
    column = odd.column or own
    cell = row.cells[column]
    named = [fault for fault in faults if fault.column in (column, own) and fault.check != "U7"]
    kept = odd.text in row.cells[record.by_name[record.book.notes].column] if record.book else False
    fits = cell in odd.wanted or (not odd.wanted and bool(cell) and bool(odd.column))
    if fits and (cell or kept):
        return
    if any(fault.blocking for fault in named):
        verdict.held += 1
    elif named:
        verdict.only_rehearsal += 1
    elif own == record.key_columns.number:
        verdict.wrong_keys += 1
    elif not cell and not kept and not odd.column:
        verdict.lost += bool(odd.text)
    else:
        verdict.empty += 1


def _package(folder: Path, template: str, rows: Sequence[Mapping[str, str]], schemas: Schemas) -> Path:
    folder.mkdir()
    write_workbook(folder / "goi.xlsx", template, rows, schemas)
    with zipfile.ZipFile(folder / "goi.zip", "w") as archive:
        for at, cells in enumerate(rows):
            number = cells["so"].split("/", maxsplit=1)[0] or str(at)
            archive.writestr(f"X.{at}.{number.zfill(2)}.pdf", b"%PDF-1.7")
    return folder


def _timed(
    folder: Path, template: str, rows: Sequence[Mapping[str, str]], schemas: Schemas
) -> tuple[LoadingRehearsal, float]:
    package = _package(folder, template, rows, schemas)
    began = time.process_time()
    return rehearse(package, schemas), time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument(
        "--rows", type=int, default=12000, help="rows of the workbook whose rehearsal is timed"
    )
    chosen = parser.parse_args()
    schemas = schema.load()
    rows: defaultdict[str, list[Delivered]] = defaultdict(list)
    for number, odd in enumerate(itertools.islice(itertools.cycle(odd_values()), chosen.entries), start=1):
        rows[odd.record].append(delivered(odd, number % 900 + 1, schemas))
    verdicts: defaultdict[str, Verdict] = defaultdict(Verdict)
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as temporary:
        for record, held in rows.items():
            say(f"{record}: {len(held)}")
            outcome, _ = _timed(
                Path(temporary) / record, TEMPLATES[record], [row.cells for row in held], schemas
            )
            faults: defaultdict[int, list[WorkbookFault]] = defaultdict(list)
            for fault in outcome.faults:
                faults[fault.row].append(fault)
            for at, row in enumerate(held, start=2):
                verdict = verdicts[row.odd.kind]
                before = (verdict.wrong_keys, verdict.lost, verdict.empty)
                judge(row, faults[at], schemas.record(record), verdict)
                if (verdict.wrong_keys, verdict.lost, verdict.empty) != before:
                    texts[row.odd.kind][row.odd.text] += 1
        plain = [row.cells for row in rows["birth"]]
        many = list(itertools.islice(itertools.cycle(plain), chosen.rows))
        _, seconds = _timed(Path(temporary) / "many", "KS60", many, schemas)
    _show(verdicts, texts)
    total = {
        key: sum(getattr(verdict, key) for verdict in verdicts.values())
        for key in ("entries", "waits", "held", "only_rehearsal", "wrong_keys", "lost", "empty")
    }
    report_figures("loading", {**total, "rows": chosen.rows, "cpu_seconds": round(seconds, 2)})


def _show(verdicts: Mapping[str, Verdict], texts: Mapping[str, Counter[str]]) -> None:
    table = Table(
        "loại",
        "việc",
        "chờ người",
        "giữ lại",
        "chỉ diễn tập nói",
        "sai khóa",
        "mất",
        "trống, sai",
        "chữ không ai được hỏi",
    )
    for kind, one in verdicts.items():
        cells = (one.entries, one.waits, one.held, one.only_rehearsal, one.wrong_keys, one.lost, one.empty)
        table.add_row(kind, *map(str, cells), ", ".join(map(repr, texts.get(kind, ()))))
    Console(stderr=True, width=180).print(table)


if __name__ == "__main__":
    main()
