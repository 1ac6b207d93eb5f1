"""``hotich import``: a workbook that an office typed before, brought beside the scans of its books."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import RegistryError, StorageError
from pipeline.base.files import sha256_of_file, write_atomically
from pipeline.base.localtime import format_moment
from pipeline.cli.check import ids_of
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.delivery.reconcile import SheetLayout, SourceWorkbook, find_layout, open_workbook, read_layout
from pipeline.delivery.workbook_import.header_mapping import layout_of, layout_text, propose_mapping
from pipeline.delivery.workbook_import.import_report import MODE_WORDS, ImportReport
from pipeline.delivery.workbook_import.importing import WorkbookImporter
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person
from pipeline.registry.imports.model import ImportMode, WorkbookFile, WorkbookImport
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

import_app = typer.Typer(cls=Commands, no_args_is_help=True)

FileArgument = Annotated[
    Path, typer.Argument(metavar="TỆP.xlsx", help="Tệp Excel mà cơ quan đã gõ từ trước.")
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", help="Tài khoản của người phụ trách chịu trách nhiệm [tên tài khoản của máy]."),
]
BookOption = Annotated[
    list[str] | None,
    typer.Option("--book", "-b", help="Chỉ sổ có tên thư mục này; nêu được nhiều lần."),
]
LayoutOption = Annotated[
    Path | None,
    typer.Option("--layout", help="Tệp TOML nói cột nào là trường nào, như của hotich reconcile."),
]
RecordOption = Annotated[
    str, typer.Option("--record", "-r", help="Loại sự kiện, như birth [loại hợp với tiêu đề nhất].")
]
DaysOption = Annotated[
    bool, typer.Option("--excel-days", help="Xác nhận: số ngày của Excel ở cột ngày đúng là ngày.")
]
ModeOption = Annotated[
    ImportMode,
    typer.Option(
        "--as",
        help="to-check: giá trị gõ lần thứ nhất, người khác đối chiếu với ảnh; decided: tính là đã quyết định.",
    ),
]


@import_app.callback()
def imports() -> None:
    """Nhập tệp Excel mà cơ quan đã gõ từ trước, đặt cạnh bản quét; rút lại được cả lần nhập."""


@import_app.command("look", cls=Command)
def look(
    file: FileArgument,
    mode: ModeOption = ImportMode.TO_CHECK,
    record: RecordOption = "",
    books: BookOption = None,
    layout: LayoutOption = None,
    excel_days: DaysOption = False,
    propose: Annotated[
        Path | None,
        typer.Option("--propose", help="Ghi ra tệp TOML này máy hiểu cột nào là trường nào, để sửa."),
    ] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Xem trước, không đưa gì vào: dòng nào ghép với sự kiện nào, giá trị nào mới, giống, khác, không dùng được."""
    if propose is not None:
        _write_proposal(file, record, propose, workspace)
        return
    with (
        _importer(workspace, by, mode, books, excel_days=excel_days) as (importer, context),
        open_workbook(file) as book,
    ):
        report = importer.look(book, _layout(book, context, layout, record))
    _tell(report, as_json=as_json)


@import_app.command("bring", cls=Command)
def bring(
    file: FileArgument,
    mode: ModeOption = ImportMode.TO_CHECK,
    record: RecordOption = "",
    books: BookOption = None,
    layout: LayoutOption = None,
    excel_days: DaysOption = False,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Đưa vào sổ dữ liệu. Không ghi đè gì; chỗ khác thành câu hỏi đối soát. Nhập lại cùng tệp thì không đổi gì."""
    with (
        _importer(workspace, by, mode, books, excel_days=excel_days) as (importer, context),
        open_workbook(file) as book,
    ):
        columns = _layout(book, context, layout, record)
        report = importer.bring(book, columns, WorkbookFile(file.name, sha256_of_file(file)))
    _tell(report, as_json=as_json)


@import_app.command("list", cls=Command)
def list_imports(by: ByOption = None, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Các lần nhập: tệp nào, ai, lúc nào, bao nhiêu giá trị, còn bao nhiêu đang tính, đã rút lại hay chưa."""
    with _importer(workspace, by, ImportMode.TO_CHECK, None) as (importer, context):
        found = importer.desk.imports_for(importer.person)
        titles = {name: spec.title for name, spec in context.schemas.records.items()}
    if as_json:
        print_json([plain(one) for one in found])
        return
    table = Table("Lần", "Loại sổ", "Tệp", "Người", "Lúc", "Tính là", "Giá trị", "Đang tính", "Rút lại")
    for one in found:
        table.add_row(*_row(one, titles))
    out().print(table if found else "Chưa có lần nhập nào.")


@import_app.command("take-back", cls=Command)
def take_back(
    import_id: Annotated[int, typer.Argument(metavar="LẦN", help="Số của lần nhập (hotich import list).")],
    reason: Annotated[str, typer.Option("--reason", help="Lý do rút lại.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rút lại cả một lần nhập: giá trị của nó không còn tính nữa, trừ chỗ đã có người làm tiếp."""
    with _importer(workspace, by, ImportMode.TO_CHECK, None) as (importer, _):
        done = importer.desk.take_back_import(importer.person, import_id, reason)
    if as_json:
        print_json(plain(done))
        return
    out().print(f"Đã rút lại {done.fields} giá trị của lần nhập {import_id}.")
    if done.kept:
        out().print(f"{len(done.kept)} sự kiện đã có người làm tiếp, hay đang có người làm, nên giữ nguyên.")


@contextmanager
def _importer(
    workspace: Path | None,
    by: str | None,
    mode: ImportMode,
    books: list[str] | None,
    *,
    excel_days: bool = False,
) -> Iterator[tuple[WorkbookImporter, RunContext]]:
    settings = read_settings()
    context = settings.run_context(workspace)
    policy = settings.review_policy_of(context.workspace, context.schemas)
    with context.open_registry() as registry:
        person = _person(registry, getpass.getuser() if by is None else by)
        chosen = tuple(int(one) for one in ids_of(registry, books)) if books else ()
        yield (
            WorkbookImporter(
                registry, registry.desk(policy), context.schemas, person, mode, chosen, excel_days
            ),
            context,
        )


def _person(registry: Registry, login: str) -> Person:
    """Return the person of an account that is in use: an import is answered for by name."""
    for account in registry.accounts().list():
        if account.person.login == login and account.active:
            return account.person
    raise RegistryError(
        f"Không có tài khoản “{login}” đang dùng. Hãy nêu bằng --by tài khoản của người phụ trách chịu trách nhiệm."
    )


def _layout(book: SourceWorkbook, context: RunContext, layout: Path | None, record: str) -> SheetLayout:
    if layout is not None:
        return find_layout(book, context.schemas, read_layout(layout, context.schemas))
    return layout_of(book, context.schemas, record, Workspace(context.workspace).import_layouts)


def _write_proposal(file: Path, record: str, target: Path, workspace: Path | None) -> None:
    if target.exists():
        raise StorageError(f"Đã có {target}. Tệp cũ không bị ghi đè: hãy chọn tên khác.")
    context = read_settings().run_context(workspace)
    with open_workbook(file) as book:
        found = propose_mapping(book, context.schemas, record, Workspace(context.workspace).import_layouts)
    try:
        write_atomically(target, layout_text(found.mapping()), overwrite=False)
    except OSError as error:
        raise StorageError(f"Không ghi được {target}: {error.strerror}. Hãy kiểm tra ổ đĩa.") from None
    table = Table("Tiêu đề trong tệp", "Trường", "")
    for one in found.columns:
        label = found.record.by_column[one.column].label if one.column else "– không đưa vào"
        table.add_row(
            escape(one.header), label, "" if one.sure or not one.column else "gần giống, hãy xem lại"
        )
    out().print(table)
    out().print(f"Đã ghi {target}. Hãy sửa nếu cần, rồi thêm --layout {target}.", markup=False)


def _tell(report: ImportReport, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "rows": report.rows,
                "entries": report.entries,
                "fields": report.fields,
                "same": report.same,
                "keyed": report.keyed,
                "differs": report.differs,
                "asked_before": report.asked_before,
                "unmatched": dict(report.unmatched_count),
                "taken": plain(report.taken) if report.taken else None,
                "import": report.import_id,
                "reconciliation": report.reconciliation_id,
            }
        )
        return
    for sentence in report.sentences():
        out().print(sentence, markup=False)


def _row(one: WorkbookImport, titles: dict[str, str]) -> tuple[str, ...]:
    back = f"{one.taken_back_by}, {format_moment(one.taken_back_at)}" if one.taken_back_at else "–"
    return (
        str(one.import_id),
        titles.get(one.record, one.record),
        escape(one.file.name),
        escape(one.login),
        format_moment(one.made_at),
        MODE_WORDS[one.mode],
        str(one.fields),
        str(one.in_force),
        escape(back),
    )
