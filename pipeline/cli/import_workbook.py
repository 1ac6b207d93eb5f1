"""``hotich import``: a workbook that an office typed earlier, matched with the scans of its books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import RegistryError, StorageError
from pipeline.base.files import sha256_of_file, write_atomically
from pipeline.base.localtime import format_moment
from pipeline.cli.context import HERE, ME, CommandContext, JsonOption, WorkspaceOption, by_option, ids_of
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.declarations.office.review import read_review
from pipeline.delivery.workbook_import.import_report import MODE_WORDS, ImportReport
from pipeline.delivery.workbook_import.importing import WorkbookImporter
from pipeline.delivery.workbook_reading import (
    SheetLayout,
    SourceWorkbook,
    find_layout,
    open_workbook,
    read_layout,
)
from pipeline.delivery.workbook_reading.header_mapping import layout_of, layout_text, propose_mapping
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person
from pipeline.registry.imports.model import ImportMode, WorkbookFile
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace

app = command_group(
    """Nhập tệp Excel mà cơ quan đã gõ từ trước, đặt cạnh bản quét; rút lại được cả lần nhập."""
)

FileArgument = Annotated[
    Path, typer.Argument(metavar="TỆP.xlsx", help="Tệp Excel mà cơ quan đã gõ từ trước.")
]
ByOption = Annotated[str, by_option("Tài khoản của người phụ trách chịu trách nhiệm")]
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


@app.command("look", cls=Command)
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
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Xem trước, không đưa gì vào: dòng nào ghép với sự kiện nào, giá trị nào mới, giống, khác, không dùng được."""
    if propose is not None:
        _write_proposal(file, record, propose, work)
        return
    with (
        _importer(work, by, mode, books, excel_days=excel_days) as (importer, context),
        open_workbook(file) as book,
    ):
        report = importer.look(book, _layout(book, context, layout, record))
    _show_report(report, as_json=as_json)


@app.command("bring", cls=Command)
def bring(
    file: FileArgument,
    mode: ModeOption = ImportMode.TO_CHECK,
    record: RecordOption = "",
    books: BookOption = None,
    layout: LayoutOption = None,
    excel_days: DaysOption = False,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Đưa vào sổ dữ liệu. Không ghi đè gì; chỗ khác thành câu hỏi đối soát. Nhập lại cùng tệp thì không đổi gì."""
    with (
        _importer(work, by, mode, books, excel_days=excel_days) as (importer, context),
        open_workbook(file) as book,
    ):
        columns = _layout(book, context, layout, record)
        report = importer.bring(book, columns, WorkbookFile(file.name, sha256_of_file(file)))
    _show_report(report, as_json=as_json)


@app.command("list", cls=Command)
def list_imports(by: ByOption = ME, work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Các lần nhập: tệp nào, ai, lúc nào, bao nhiêu giá trị, còn bao nhiêu đang tính, đã rút lại hay chưa."""
    with _importer(work, by, ImportMode.TO_CHECK, None) as (importer, context):
        imports = importer.desk.imports_for(importer.person)
        titles = {name: spec.title for name, spec in context.schemas.records.items()}
    if not imports and not as_json:
        say("Chưa có lần nhập nào.")
        return
    show(
        imports,
        {
            "Lần": lambda row: row.import_id,
            "Loại sổ": lambda row: titles.get(row.record, row.record),
            "Tệp": lambda row: row.file.name,
            "Người": lambda row: row.login,
            "Lúc": lambda row: format_moment(row.made_at),
            "Tính là": lambda row: MODE_WORDS[row.mode],
            "Giá trị": lambda row: row.fields,
            "Đang tính": lambda row: row.in_force,
            "Rút lại": lambda row: (
                f"{row.taken_back_by}, {format_moment(row.taken_back_at)}" if row.taken_back_at else "–"
            ),
        },
        as_json,
    )


@app.command("take-back", cls=Command)
def take_back(
    import_id: Annotated[int, typer.Argument(metavar="LẦN", help="Số của lần nhập (hotich import list).")],
    reason: Annotated[str, typer.Option("--reason", help="Lý do rút lại.")],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Rút lại cả một lần nhập: giá trị của nó không còn tính nữa, trừ chỗ đã có người làm tiếp."""
    with _importer(work, by, ImportMode.TO_CHECK, None) as (importer, _):
        done = importer.desk.take_back_import(importer.person, import_id, reason)
    if as_json:
        print_json(plain(done))
        return
    say(f"Đã rút lại {done.fields} giá trị của lần nhập {import_id}.")
    if done.kept:
        say(f"{len(done.kept)} sự kiện đã có người làm tiếp, hay đang có người làm, nên giữ nguyên.")


@contextmanager
def _importer(
    work: CommandContext,
    by: str,
    mode: ImportMode,
    books: list[str] | None,
    *,
    excel_days: bool = False,
) -> Iterator[tuple[WorkbookImporter, RunContext]]:
    context = work.run
    policy = read_review(work.workspace.office, work.schemas)
    with work.open_registry() as registry:
        person = _person(registry, by)
        chosen = tuple(int(book_id) for book_id in ids_of(registry, books)) if books else ()
        yield (
            WorkbookImporter(registry, registry.desk(policy), work.schemas, person, mode, chosen, excel_days),
            context,
        )


def _person(registry: Registry, login: str) -> Person:
    """Return the person of an active account, who is responsible for an import."""
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


def _write_proposal(file: Path, record: str, target: Path, work: CommandContext) -> None:
    if target.exists():
        raise StorageError(f"Đã có {target}. Tệp cũ không bị ghi đè: hãy chọn tên khác.")
    with open_workbook(file) as book:
        mapping = propose_mapping(book, work.schemas, record, work.workspace.import_layouts)
    try:
        write_atomically(target, layout_text(mapping), overwrite=False)
    except OSError as error:
        raise StorageError(f"Không ghi được {target}: {error.strerror}. Hãy kiểm tra ổ đĩa.") from None
    show(
        mapping.columns,
        {
            "Tiêu đề trong tệp": lambda column: column.header,
            "Trường": lambda column: (
                mapping.record.by_column[column.column].label if column.column else "– không đưa vào"
            ),
            "": lambda column: "" if column.sure or not column.column else "gần giống, hãy xem lại",
        },
    )
    say(f"Đã ghi {target}. Hãy sửa nếu cần, rồi thêm --layout {target}.")


def _show_report(report: ImportReport, *, as_json: bool) -> None:
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
        say(sentence)
