"""The rehearsal of loading: a package read as a stranger reads it, from its workbook and its archive alone.

It says row by row what the shared software would refuse and what it would read otherwise than meant. Refusals of the
real software become rules, unless it took another row of the same package with the same text.
"""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from pipeline.base.errors import StorageError
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.declarations.schema.shared_software import (
    LoadingRule,
    read_province_rules,
    write_province_rules,
)
from pipeline.delivery.export.package_values import WorkbookFault
from pipeline.delivery.export.preupload import preupload_faults
from pipeline.delivery.export.workbook import ReadRow, read_back
from pipeline.delivery.workbook_reading import open_workbook
from pipeline.delivery.workbook_reading.sheet_parts import CellContent
from pipeline.delivery.workbook_reading.upload_bounds import check_sent_workbook


@dataclass(frozen=True, slots=True)
class LoadingRehearsal:
    """The outcome of a rehearsal.

    Attributes:
        template: The template by its headers; ``""``: none has these headers.
        rows: Number of rows.
        faults: What would be refused, and what would be read otherwise.
    """

    template: str
    rows: int
    faults: tuple[WorkbookFault, ...]

    @property
    def refused_rows(self) -> int:
        """Number of rows that would be refused."""
        return len({fault.row for fault in self.faults if fault.blocking})


def rehearse(folder: Path, schemas: Schemas, province: tuple[LoadingRule, ...] = ()) -> LoadingRehearsal:
    """Return what the shared software, as far as it is known, makes of a package.

    Args:
        folder: The folder with one workbook and one archive.
        province: Rules that refusals of the real software became.

    Raises:
        StorageError: The folder has not exactly one workbook and one archive, or a file cannot be read.
    """
    workbook, archive = (_only(folder, ending) for ending in (".xlsx", ".zip"))
    template = _template_of(workbook, schemas)
    if not template:
        return LoadingRehearsal("", 0, (WorkbookFault("HEADER", 1),))
    faults = preupload_faults(workbook, template, schemas, province=province)
    rows = _rows(workbook, template, schemas)
    number = schemas.record(schemas.exports[template].record).key_columns.number
    pdfs = _pdf_faults(archive, [(row.row, row.cells.get(number, "")) for row in rows])
    return LoadingRehearsal(template, len(rows), (*faults, *pdfs))


def _only(folder: Path, ending: str) -> Path:
    files = sorted(folder.glob(f"*{ending}")) if folder.is_dir() else []
    if len(files) != 1:
        raise StorageError(f"{folder}: một gói có đúng một tệp {ending}, ở đây có {len(files)}.")
    return files[0]


def _template_of(path: Path, schemas: Schemas) -> str:
    """Return the template whose headers a workbook has; ``""``: none."""
    for name, spec in schemas.exports.items():
        try:
            with read_back(path, spec.sheet) as book:
                if book.header == schemas.columns(name):
                    return name
        except StorageError:  # the sheet of another template
            continue
    return ""


def _rows(path: Path, template: str, schemas: Schemas) -> tuple[ReadRow, ...]:
    with read_back(path, schemas.exports[template].sheet) as book:
        return tuple(book.rows())


def _pdf_faults(archive: Path, rows: Sequence[tuple[int, str]]) -> Iterator[WorkbookFault]:
    """Yield the rows whose number has not as many PDFs as rows, and PDFs without a row as row 0."""
    try:
        with zipfile.ZipFile(archive) as members:
            names = [name for name in members.namelist() if not name.endswith("/")]
            broken = [name for name in names if members.open(name).read(5) != b"%PDF-"]
    except (OSError, zipfile.BadZipFile):
        raise StorageError(f"{archive.name}: không mở được như một tệp .zip.") from None
    pdfs = Counter(_number_in(name) for name in names if name not in broken and not _is_correction(name))
    wanted = Counter(_short(number) for _, number in rows)
    for row, number in rows:
        if pdfs[_short(number)] != wanted[_short(number)]:
            yield WorkbookFault("PDF", row, "", number)
    for short in sorted((pdfs - wanted).keys() - wanted.keys()):
        yield WorkbookFault("PDF", 0, "", short)
    if broken:
        yield WorkbookFault("PDF", 0)


def _short(number: str) -> str:
    return number.split("/", maxsplit=1)[0].zfill(2).casefold()


def _number_in(name: str) -> str:
    """Return the number at the end of the name of a PDF, without the mark of a repeated name."""
    return re.sub(r"\(\d+\)$", "", Path(name).stem.rsplit(".", maxsplit=1)[-1]).casefold()


def _is_correction(name: str) -> bool:
    return _number_in(name).endswith("cc")


# --- refusals of the real software ------------------------------------------------------------------------------------

_HEADS: Mapping[str, tuple[str, ...]] = {
    "row": ("dòng", "dong", "row"),
    "number": ("số", "so"),
    "column": ("cột", "cot", "column"),
    "reason": ("lý do", "ly do", "lỗi", "loi", "reason"),
}
"""The headers of a file of refusals, by what they say."""


@dataclass(frozen=True, slots=True)
class LoadingRefusal:
    """A cell that the real software refused, by row of the workbook or number of the entry."""

    row: str
    number: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class LearntRules:
    """What refusals became.

    Attributes:
        rules: The new rules.
        kept_out: Refusals that become no rule, with the reason in Vietnamese.
    """

    rules: tuple[LoadingRule, ...]
    kept_out: tuple[tuple[LoadingRefusal, str], ...]


MOST_REFUSALS = 100_000
"""Lines of a file of refusals; a book has some hundred entries."""


def read_refusals(path: Path) -> tuple[LoadingRefusal, ...]:
    """Return the refusals in a CSV file or a workbook with the columns row or number, column, reason.

    Raises:
        StorageError: The CSV file cannot be read, a column is missing, or there are too many lines.
        ReconcileError: The workbook cannot be read.
    """
    lines = _lines(path)
    heads = {text.strip().casefold(): at for at, text in reversed(next(lines, {}).items())}
    at = {key: next((heads[word] for word in words if word in heads), -1) for key, words in _HEADS.items()}
    if at["column"] < 0 or max(at["row"], at["number"]) < 0:
        raise StorageError(f"{path.name}: cần các cột “Dòng” hay “Số”, “Cột”, và nên có “Lý do”.")
    found: list[LoadingRefusal] = []
    for number, line in enumerate(lines):
        if number == MOST_REFUSALS:
            raise StorageError(
                f"{path.name}: quá {MOST_REFUSALS} dòng. Hãy để lại các dòng bị từ chối của quyển này."
            )
        if any(line.values()):
            found.append(LoadingRefusal(*(line.get(at[key], "").strip() for key in _HEADS)))
    return tuple(found)


def _lines(path: Path) -> Iterator[dict[int, str]]:
    """Yield the filled cells of each line by column: a workbook may name its last column in every line."""
    if path.suffix.casefold() == ".csv":
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield from (dict(enumerate(line)) for line in csv.reader(file))
        except (OSError, ValueError, csv.Error):
            raise StorageError(f"{path.name}: không đọc được như một tệp CSV.") from None
        return
    check_sent_workbook(path)
    with open_workbook(path) as book:
        for _, cells in book.rows(next(iter(book.sheets))) if book.sheets else ():
            yield {at: _stored_text(cell) for at, cell in cells.items()}


def _stored_text(cell: CellContent) -> str:
    """Return the text of a cell; a whole number without its decimals."""
    return cell if isinstance(cell, str) else cell.text.removesuffix(".0")


def learn_from_file(
    folder: Path, refusals: Path, schemas: Schemas, province_file: Path, source: str
) -> LearntRules:
    """Add the rules that a file of refusals becomes to the province's file; see ``learn_rules``.

    The folder of the province's file is locked meanwhile, so that no rule is lost where two people bring some in.
    """
    read = read_refusals(refusals)
    descriptor = os.open(province_file.parent, os.O_RDONLY)
    try:
        flock(descriptor, LOCK_EX)
        known = read_province_rules(province_file)
        learnt = learn_rules(folder, read, schemas, known, source)
        if learnt.rules:
            write_province_rules(province_file, (*known, *learnt.rules))
        return learnt
    finally:
        os.close(descriptor)


def learn_rules(
    folder: Path,
    refusals: Iterable[LoadingRefusal],
    schemas: Schemas,
    known: Sequence[LoadingRule],
    source: str,
) -> LearntRules:
    """Return the rules that refusals of a package become.

    A term or a code is refused as it is, a date or a number by its form, a blank as a blank. Other texts, such as
    names, become no rule: they are people's data, and the next book has others. Nor does what the software took in
    another row.

    Args:
        known: The rules of the province so far.
        source: Where the refusals come from.
    """
    workbook = _only(folder, ".xlsx")
    template = _template_of(workbook, schemas)
    if not template:
        raise StorageError(f"{workbook.name}: tiêu đề cột không phải của mẫu nào đã khai báo.")
    record = schemas.record(schemas.exports[template].record)
    rows = _rows(workbook, template, schemas)
    by_place = {str(row.row): row for row in rows}
    by_number = {row.cells.get(record.key_columns.number, ""): row for row in reversed(rows)}
    found = [(refusal, by_place.get(refusal.row) or by_number.get(refusal.number)) for refusal in refusals]
    refused = {(row.row, refusal.column) for refusal, row in found if row is not None}
    rules: dict[tuple[object, ...], LoadingRule] = {_key(rule): rule for rule in known}
    kept_out: list[tuple[LoadingRefusal, str]] = []
    for refusal, row in found:
        spec = record.by_column.get(refusal.column)
        if row is None or spec is None:
            kept_out.append((refusal, "không có dòng hay cột ấy trong gói"))
            continue
        text = row.cells.get(refusal.column, "")
        test = _test_of(text, spec)
        if not test:
            kept_out.append((refusal, "chữ của riêng sự kiện này, không thành quy tắc"))
            continue
        rule = LoadingRule.model_validate(
            {
                "code": f"P{len(rules) + 1:02d}",
                "columns": (refusal.column,),
                "templates": (template,),
                "outcome": "refused",
                "evidence": "seen",
                "source": source,
                "says": refusal.reason or "phần mềm dùng chung đã từ chối",
                **test,
            }
        )
        taken = (other for other in rows if (other.row, refusal.column) not in refused)
        if any(rule.is_broken_by(other.cells.get(refusal.column, ""), "", frozenset()) for other in taken):
            kept_out.append((refusal, "dòng khác có chữ như thế đã được nhận"))
            continue
        rules.setdefault(_key(rule), rule)
    return LearntRules(tuple(rules.values())[len(known) :], tuple(kept_out))


def _key(rule: LoadingRule) -> tuple[object, ...]:
    return rule.columns, rule.templates, rule.form, rule.never, rule.values, rule.longest


def _test_of(text: str, spec: FieldSpec) -> dict[str, object]:
    """Return the test that refuses a text; empty where a text says nothing about another."""
    if not text:
        return {"form": ".+"}
    if spec.vocab:
        return {"values": (text,)}
    kind = spec.value_kind
    is_counted = kind.is_date or kind.is_number or kind.is_yearly or kind.is_entry_number
    if not is_counted or re.search(r"[^\W\d_]", text):
        return {}
    shape = re.sub(r"[0-9]+", lambda run: f"[0-9]{{{len(run[0])}}}", re.escape(text))
    return {"never": f"^{shape}$"}
