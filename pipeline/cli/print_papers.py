"""``hotich print``: entries beside their scans, extracts, lists of books, handover minutes."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import PrintRefused, StorageError
from pipeline.base.files import write_atomically
from pipeline.cli.check import ids_of
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, name_cell, out, plain, print_json
from pipeline.delivery.printing.contents import Signer
from pipeline.delivery.printing.office_templates import OfficeTemplates, read_template, template_name
from pipeline.delivery.printing.service import Asker, HandoverOrder, HandoverParty, PrintedFile
from pipeline.registry import Registry
from pipeline.registry.extracts.model import ExtractOrder, IssuedExtract, IssueFilter
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

if TYPE_CHECKING:
    from pipeline.delivery.printing.office_printer import OfficePrinter

print_app = typer.Typer(cls=Commands, no_args_is_help=True)
template_app = typer.Typer(cls=Commands, no_args_is_help=True)

EntryArgument = Annotated[int, typer.Argument(metavar="MÃ", help="Mã của sự kiện trong sổ dữ liệu.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Người in [tên tài khoản của máy đang dùng].")]
OutOption = Annotated[
    Path, typer.Option("--output", "-o", help="Tệp để ghi, hoặc thư mục; tệp đã có thì không ghi đè.")
]


KindArgument = Annotated[
    str, typer.Argument(metavar="LOẠI", help="Loại sự kiện, như birth, marriage, death.")
]


class ListFormat(StrEnum):
    """The formats of a list."""

    PDF = "pdf"
    XLSX = "xlsx"


@print_app.callback()
def print_papers() -> None:
    """In sự kiện kèm bản quét, trích lục (bản sao), danh sách của một quyển sổ, biên bản bàn giao gói."""


@print_app.command("entry", cls=Command)
def print_entry(
    entry_id: EntryArgument,
    target: OutOption = Path(),
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """In một sự kiện thành PDF: giá trị đang có hiệu lực bên cạnh ảnh trang sổ, ghi chú, cải chính, bổ sung."""
    with _printer(workspace) as (printer, _):
        _write(printer.entry(entry_id, _asker(by)), target)


@print_app.command("extract", cls=Command)
def print_extract(
    entry_id: EntryArgument,
    issue: Annotated[
        bool,
        typer.Option("--issue", help="Cấp: đánh số, ghi vào sổ cấp trích lục. Không có thì in bản dự thảo."),
    ] = False,
    recipient: Annotated[str, typer.Option("--for", help="Cấp cho ai; bắt buộc khi cấp.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Lý do cấp; bắt buộc khi cấp.")] = "",
    copies: Annotated[int, typer.Option("--copies", min=1, max=50, help="Số bản.")] = 1,
    signer: Annotated[
        str, typer.Option("--signer", help="Người ký [theo print.toml]; bắt buộc khi cấp.")
    ] = "",
    signer_title: Annotated[
        str, typer.Option("--signer-title", help="Chức vụ người ký [theo print.toml]; bắt buộc khi cấp.")
    ] = "",
    target: OutOption = Path(),
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """In trích lục (bản sao) của một sự kiện: bản dự thảo, hoặc cấp chính thức bằng --issue."""
    with _printer(workspace) as (printer, _):
        asker = _asker(by)
        view = printer.view(entry_id, asker)
        if not signer and not signer_title:
            signer, signer_title = view.office.signer, view.office.signer_title
        if not issue:
            _write(printer.draft(entry_id, Signer(signer, signer_title), asker), target)
            return
        order = ExtractOrder(recipient, reason, copies, signer, signer_title, f"cli-{uuid4().hex}")
        line = printer.issue(entry_id, order, view.state, asker)
        out().print(f"Đã cấp trích lục số {line.told_number} ({line.office}).", markup=False)
        _write(printer.issued(line.extract_id, asker), target)


@print_app.command("list", cls=Command)
def print_list(
    book: Annotated[str, typer.Argument(metavar="SỔ", help="Tên thư mục của quyển sổ.")],
    ending: Annotated[ListFormat, typer.Option("--format", help="pdf hoặc xlsx.")] = ListFormat.PDF,
    target: OutOption = Path(),
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """In danh sách sự kiện của một quyển sổ. Giá trị còn chờ rà soát thì để trống."""
    with _printer(workspace) as (printer, registry):
        for book_id in ids_of(registry, [book]):
            _write(printer.book_list(int(book_id), f".{ending}", _asker(by)), target)


@print_app.command("handover", cls=Command)
def print_handover(
    folder: Annotated[Path, typer.Argument(metavar="GÓI", help="Thư mục của gói đã xuất.")],
    giver: Annotated[str, typer.Option("--giver", help="Người đại diện bên giao.")] = "",
    giver_title: Annotated[str, typer.Option("--giver-title", help="Chức vụ của người giao.")] = "",
    giver_office: Annotated[
        str, typer.Option("--giver-office", help="Cơ quan bên giao [theo print.toml].")
    ] = "",
    receiver: Annotated[str, typer.Option("--receiver", help="Người đại diện bên nhận.")] = "",
    receiver_title: Annotated[str, typer.Option("--receiver-title", help="Chức vụ của người nhận.")] = "",
    receiver_office: Annotated[str, typer.Option("--receiver-office", help="Cơ quan bên nhận.")] = "",
    place: Annotated[str, typer.Option("--place", help="Địa danh ghi trước ngày [theo print.toml].")] = "",
    target: OutOption = Path(),
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """In biên bản bàn giao của một gói: số lượng, mã SHA-256 của các tệp. Gói sai chữ ký hay tệp thì không in."""
    order = HandoverOrder(
        HandoverParty(giver_office, giver, giver_title),
        HandoverParty(receiver_office, receiver, receiver_title),
        place,
    )
    with _printer(workspace) as (printer, _):
        _write(printer.handover(folder.resolve(), order, _asker(by)), target)


@print_app.command("issued", cls=Command)
def print_issued(
    year: Annotated[int | None, typer.Option("--year", help="Chỉ năm này.")] = None,
    office: Annotated[str, typer.Option("--office", help="Chỉ cơ quan có mã này trong print.toml.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="In nhiều nhất bấy nhiêu dòng.")] = 40,
    take: Annotated[
        int | None, typer.Option("--take", help="Lấy lại tệp của trích lục có mã này, như khi cấp.")
    ] = None,
    even_void: Annotated[
        bool, typer.Option("--even-void", help="Với --take: lấy cả trích lục đã hủy; tên tệp ghi DA-HUY.")
    ] = False,
    even_outdated: Annotated[
        bool,
        typer.Option(
            "--even-outdated",
            help="Với --take: lấy cả trích lục có sự kiện đã thu hồi hay đã đổi từ khi cấp; tên tệp ghi "
            "KHONG-CON-DUNG.",
        ),
    ] = False,
    target: OutOption = Path(),
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sổ cấp trích lục: các số đã cấp, mới nhất trước, kể cả số đã hủy."""
    with _printer(workspace) as (printer, registry):
        if take is not None:
            file = printer.issued(take, _asker(by), even_void=even_void, even_outdated=even_outdated)
            _write(file, target)
            return
        found = registry.issued_extracts(IssueFilter(office, year, most=limit), author=_asker(by).login)
    if as_json:
        print_json({"found": found.found, "extracts": [plain(one) for one in found.rows]})
        return
    out().print(_table(found.rows))
    if found.found > len(found.rows):
        out().print(f"… và {found.found - len(found.rows)} dòng nữa; thêm --limit.")


@print_app.command("void", cls=Command)
def print_void(
    extract_id: Annotated[int, typer.Argument(metavar="MÃ", help="Mã của trích lục (hotich print issued).")],
    reason: Annotated[str, typer.Option("--reason", help="Lý do hủy.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Hủy một trích lục đã cấp. Số và tệp vẫn còn trong sổ cấp trích lục cùng lý do, không cấp lại số ấy."""
    with _printer(workspace) as (_, registry):
        line = registry.void_extract(extract_id, reason, author=_asker(by).login)
    out().print(f"Đã hủy trích lục số {line.told_number} ({line.office}).", markup=False)


@template_app.callback()
def templates() -> None:
    """Mẫu trích lục của cơ quan: lấy mẫu có sẵn ra sửa, rồi đưa vào dùng."""


@template_app.command("copy", cls=Command)
def copy_template(
    kind: KindArgument,
    target: OutOption = Path(),
    workspace: WorkspaceOption = None,
) -> None:
    """Chép mẫu đang dùng ra một tệp .typ để sửa."""
    context = read_settings().run_context(workspace)
    record = context.schemas.record(kind).record
    folder = OfficeTemplates(Workspace(context.workspace).print_templates)
    _write_file(target, template_name(record), folder.of(record).text.encode())


@template_app.command("accept", cls=Command)
def accept_template(
    kind: KindArgument,
    path: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp .typ đã sửa.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Đưa một mẫu vào dùng. Mẫu được in thử bằng dữ liệu bịa trước; thiếu điều bắt buộc thì không nhận."""
    with _printer(workspace) as (_, registry):
        context = read_settings().run_context(workspace)
        folder = OfficeTemplates(Workspace(context.workspace).print_templates)
        made = folder.accept(context.schemas.record(kind), read_template(path))
        told = {"template": template_name(kind), "sha256": made.sha256}
        registry.note_printed("template-accepted", "registry", told, author=_asker(by).login)
    out().print(f"Đã nhận mẫu {template_name(kind)}. Từ nay trích lục loại này in theo mẫu ấy.")


@template_app.command("drop", cls=Command)
def drop_template(
    kind: KindArgument,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Thôi dùng mẫu của cơ quan, in lại theo mẫu có sẵn. Tệp cũ được giữ với đuôi .old."""
    with _printer(workspace) as (_, registry):
        context = read_settings().run_context(workspace)
        kind = context.schemas.record(kind).record
        if not OfficeTemplates(Workspace(context.workspace).print_templates).drop(kind):
            raise PrintRefused("Cơ quan không có mẫu riêng cho loại này.")
        told = {"template": template_name(kind)}
        registry.note_printed("template-dropped", "registry", told, author=_asker(by).login)
    out().print("Đã in lại theo mẫu có sẵn.")


print_app.add_typer(template_app, name="template")


@contextmanager
def _printer(workspace: Path | None) -> Iterator[tuple[OfficePrinter, Registry]]:
    from pipeline.delivery.printing.office_printer import OfficePrinter  # OpenCV: not for every command

    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        yield (
            OfficePrinter(registry, Workspace(context.workspace), context.schemas, context.limits),
            registry,
        )


def _asker(by: str | None) -> Asker:
    return Asker(getpass.getuser() if by is None else by)


def _write(file: PrintedFile, target: Path) -> None:
    _write_file(target, file.name, file.content)


def _write_file(target: Path, name: str, content: bytes) -> None:
    path = target / name if target.is_dir() else target
    if path.exists():
        raise StorageError(f"Đã có {path}. Hãy chuyển tệp ấy đi, hoặc chọn tên khác bằng -o.")
    try:
        write_atomically(path, content, overwrite=False)
    except OSError as error:
        raise StorageError(f"Không ghi được {path}: {error.strerror}. Hãy kiểm tra ổ đĩa.") from None
    out().print(f"Đã ghi {path}.", markup=False)


def _table(rows: tuple[IssuedExtract, ...]) -> Table:
    table = Table(
        "Mã",
        "Số",
        "Cơ quan",
        "Ngày",
        "Loại",
        "Sự kiện",
        "Về",
        "Cấp cho",
        "Lý do",
        "Bản",
        "Người ký",
        "Người cấp",
        "Hủy, nay ra sao",
    )
    for one in rows:
        table.add_row(
            str(one.extract_id),
            one.told_number,
            escape(one.office),
            one.issued_on.strftime("%d/%m/%Y"),
            one.record,
            f"{name_cell(one.folder_name)} số {escape(one.entry_number)}",
            escape(one.subject),
            escape(one.recipient),
            escape(one.reason),
            str(one.copies),
            escape(one.signer),
            escape(one.author),
            escape(one.void_reason or one.outdated) or "–",
        )
    return table
