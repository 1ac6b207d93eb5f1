"""``hotich print``: entries beside their scans, extracts, lists of books, handover minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from pipeline.base.errors import PrintRefused, StorageError
from pipeline.base.files import printable, write_atomically
from pipeline.cli.context import (
    HERE,
    ME,
    CommandContext,
    JsonOption,
    LimitOption,
    WorkspaceOption,
    by_option,
    ids_of,
)
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.delivery.printing.contents import Signer
from pipeline.delivery.printing.office_templates import (
    ACCEPTED,
    DROPPED,
    OfficeTemplates,
    read_template,
)
from pipeline.delivery.printing.paper_kinds import CERTIFICATE, EXTRACT, paper_of
from pipeline.delivery.printing.service import Asker, HandoverOrder, HandoverParty, PrintedFile
from pipeline.registry import Registry
from pipeline.registry.audit.recorded_files import FILE
from pipeline.registry.extracts.model import ExtractOrder, IssueFilter

if TYPE_CHECKING:
    from pipeline.delivery.printing.office_printer import OfficePrinter

app = command_group(
    """In sự kiện kèm bản quét, trích lục (bản sao), danh sách của một quyển sổ, biên bản bàn giao gói."""
)
template_app = command_group("""Mẫu trích lục của cơ quan: lấy mẫu có sẵn ra sửa, rồi đưa vào dùng.""")

EntryArgument = Annotated[int, typer.Argument(metavar="MÃ", help="Mã của sự kiện trong sổ dữ liệu.")]
ByOption = Annotated[str, by_option("Người in")]
OutOption = Annotated[
    Path, typer.Option("--output", "-o", help="Tệp để ghi, hoặc thư mục; tệp đã có thì không ghi đè.")
]


KindArgument = Annotated[
    str, typer.Argument(metavar="LOẠI", help="Loại sự kiện, như birth, marriage, death.")
]


class PaperCode(StrEnum):
    """The kinds of papers that prove an entry."""

    EXTRACT = EXTRACT
    CERTIFICATE = CERTIFICATE


PaperOption = Annotated[
    PaperCode, typer.Option("--paper", help="extract: trích lục; certificate: giấy khai sinh (bản sao).")
]


class ListFormat(StrEnum):
    """The formats of a list."""

    PDF = "pdf"
    XLSX = "xlsx"


@app.command("entry", cls=Command)
def print_entry(
    entry_id: EntryArgument,
    target: OutOption = Path(),
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """In một sự kiện thành PDF: giá trị đang có hiệu lực bên cạnh ảnh trang sổ, ghi chú, cải chính, bổ sung."""
    with _printer(work) as (printer, _):
        write_printed(printer.entry(entry_id, Asker(by)), target)


@app.command("extract", cls=Command)
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
    paper: PaperOption = PaperCode.EXTRACT,
    target: OutOption = Path(),
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """In trích lục, giấy khai sinh (bản sao) của một sự kiện: bản dự thảo, hoặc cấp chính thức bằng --issue."""
    with _printer(work) as (printer, _):
        asker = Asker(by)
        view = printer.view(entry_id, asker)
        if not signer and not signer_title:
            signer, signer_title = view.office.signer, view.office.signer_title
        if not issue:
            write_printed(printer.draft(entry_id, Signer(signer, signer_title), asker, paper), target)
            return
        order = ExtractOrder(recipient, reason, copies, signer, signer_title, f"cli-{uuid4().hex}", paper)
        line = printer.issue(entry_id, order, view.state, asker)
        say(f"Đã cấp trích lục số {line.told_number} ({line.office}).")
        write_printed(printer.issued(line.extract_id, asker), target)


@app.command("list", cls=Command)
def print_list(
    book: Annotated[str, typer.Argument(metavar="SỔ", help="Tên thư mục của quyển sổ.")],
    ending: Annotated[ListFormat, typer.Option("--format", help="pdf hoặc xlsx.")] = ListFormat.PDF,
    target: OutOption = Path(),
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """In danh sách sự kiện của một quyển sổ. Giá trị còn chờ rà soát thì để trống."""
    with _printer(work) as (printer, registry):
        for book_id in ids_of(registry, [book]):
            write_printed(printer.book_list(int(book_id), f".{ending}", Asker(by)), target)


@app.command("handover", cls=Command)
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
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """In biên bản bàn giao của một gói: số lượng, mã SHA-256 của các tệp. Gói sai chữ ký hay tệp thì không in."""
    order = HandoverOrder(
        HandoverParty(giver_office, giver, giver_title),
        HandoverParty(receiver_office, receiver, receiver_title),
        place,
    )
    with _printer(work) as (printer, _):
        write_printed(printer.handover(folder.resolve(), order, Asker(by)), target)


@app.command("issued", cls=Command)
def print_issued(
    year: Annotated[int | None, typer.Option("--year", help="Chỉ năm này.")] = None,
    office: Annotated[str, typer.Option("--office", help="Chỉ cơ quan có mã này trong print.toml.")] = "",
    limit: LimitOption = 40,
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
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Sổ cấp trích lục: các số đã cấp, mới nhất trước, kể cả số đã hủy."""
    with _printer(work) as (printer, registry):
        if take is not None:
            file = printer.issued(take, Asker(by), even_void=even_void, even_outdated=even_outdated)
            write_printed(file, target)
            return
        issued = registry.issued_extracts(IssueFilter(office, year, most=limit), author=by)
    show(
        issued.rows,
        {
            "Mã": lambda extract: extract.extract_id,
            "Số": lambda extract: extract.told_number,
            "Cơ quan": lambda extract: extract.office,
            "Ngày": lambda extract: extract.issued_on.strftime("%d/%m/%Y"),
            "Loại": lambda extract: f"{extract.record}, {extract.paper}",
            "Sự kiện": lambda extract: f"{printable(extract.folder_name)} số {extract.entry_number}",
            "Về": lambda extract: extract.subject,
            "Cấp cho": lambda extract: extract.recipient,
            "Lý do": lambda extract: extract.reason,
            "Bản": lambda extract: extract.copies,
            "Người ký": lambda extract: extract.signer,
            "Người cấp": lambda extract: extract.author,
            "Hủy, nay ra sao": lambda extract: extract.void_reason or extract.outdated or "–",
        },
        as_json,
        {"found": issued.found, "extracts": issued.rows},
    )
    if issued.found > len(issued.rows) and not as_json:
        say(f"… và {issued.found - len(issued.rows)} dòng nữa; thêm --limit.")


@app.command("check", cls=Command)
def check_paper(
    code: Annotated[
        str, typer.Argument(metavar="MÃ", help="Chữ của mã trên giấy, hay tệp ảnh, PDF chụp, quét tờ giấy.")
    ],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Kiểm tra mã trên một trích lục: chữ ký, số và dòng trong sổ cấp trích lục.

    Giấy không còn giá trị thì mã thoát khác 0.
    """
    with _printer(work) as (printer, _):
        path = Path(code)
        try:
            is_file = path.is_file()
        except OSError:  # the text is longer than a file name
            is_file = False
        checked = printer.check(printer.code_on(path) if is_file else code, Asker(by))
    if as_json:
        print_json({"code": plain(checked.code), "extract": plain(checked.line), "flaw": checked.flaw})
    else:
        say(
            f"Số {checked.code.number}/{checked.code.year} ({checked.code.office}): {checked.flaw or 'đúng.'}"
        )
        if checked.line is not None:
            line = checked.line
            say(
                f"Cấp ngày {line.issued_on:%d/%m/%Y} cho {line.recipient}, về {line.subject}, sự kiện số "
                f"{line.entry_number}. So chữ trên giấy: hotich print issued --take {line.extract_id}"
            )
    raise typer.Exit(PrintRefused.exit_code if checked.flaw else 0)


@app.command("void", cls=Command)
def print_void(
    extract_id: Annotated[int, typer.Argument(metavar="MÃ", help="Mã của trích lục (hotich print issued).")],
    reason: Annotated[str, typer.Option("--reason", help="Lý do hủy.")],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Hủy một trích lục đã cấp. Số và tệp vẫn còn trong sổ cấp trích lục cùng lý do, không cấp lại số ấy."""
    with _printer(work) as (_, registry):
        line = registry.void_extract(extract_id, reason, author=by)
    say(f"Đã hủy trích lục số {line.told_number} ({line.office}).")


@template_app.command("copy", cls=Command)
def copy_template(
    kind: KindArgument,
    paper: PaperOption = PaperCode.EXTRACT,
    target: OutOption = Path(),
    work: WorkspaceOption = HERE,
) -> None:
    """Chép mẫu đang dùng ra một tệp .typ để sửa."""
    wanted = paper_of(work.schemas.record(kind), paper)
    with work.open_registry() as registry:
        template = OfficeTemplates(work.workspace.print_templates, registry.recorded_files).of(wanted)
    _write_file(target, wanted.template_name, template.text.encode())


@template_app.command("accept", cls=Command)
def accept_template(
    kind: KindArgument,
    path: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp .typ đã sửa.")],
    paper: PaperOption = PaperCode.EXTRACT,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Đưa một mẫu vào dùng. Mẫu được in thử bằng dữ liệu bịa trước; thiếu điều bắt buộc thì không nhận."""
    with _printer(work) as (_, registry):
        record = work.schemas.record(kind)
        wanted = paper_of(record, paper)
        OfficeTemplates(work.workspace.print_templates).accept(
            record,
            wanted,
            read_template(path),
            lambda digest: registry.note_printed(ACCEPTED, wanted.audit_subject, {FILE: digest}, author=by),
        )
    say(f"Đã nhận mẫu {wanted.template_name}. Từ nay giấy loại này in theo mẫu ấy.")


@template_app.command("drop", cls=Command)
def drop_template(
    kind: KindArgument,
    paper: PaperOption = PaperCode.EXTRACT,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Thôi dùng mẫu của cơ quan, in lại theo mẫu có sẵn. Tệp cũ được giữ với đuôi .old."""
    with _printer(work) as (_, registry):
        wanted = paper_of(work.schemas.record(kind), paper)
        if not OfficeTemplates(work.workspace.print_templates).drop(wanted):
            raise PrintRefused("Cơ quan không có mẫu riêng cho loại này.")
        registry.note_printed(DROPPED, wanted.audit_subject, {}, author=by)
    say("Đã in lại theo mẫu có sẵn.")


app.add_typer(template_app, name="template")


@contextmanager
def _printer(work: CommandContext) -> Iterator[tuple[OfficePrinter, Registry]]:
    from pipeline.delivery.printing.office_printer import (
        OfficePrinter,
    )  # imports OpenCV, which few commands need

    with work.open_registry() as registry:
        yield (
            OfficePrinter(registry, work.workspace, work.schemas, work.run.limits),
            registry,
        )


def write_printed(file: PrintedFile, target: Path) -> None:
    """Write a printed file, into a folder or under a new name; an existing file is never overwritten."""
    _write_file(target, file.name, file.content)


def _write_file(target: Path, name: str, content: bytes) -> None:
    path = target / name if target.is_dir() else target
    if path.exists():
        raise StorageError(f"Đã có {path}. Hãy chuyển tệp ấy đi, hoặc chọn tên khác bằng -o.")
    try:
        write_atomically(path, content, overwrite=False)
    except OSError as error:
        raise StorageError(f"Không ghi được {path}: {error.strerror}. Hãy kiểm tra ổ đĩa.") from None
    say(f"Đã ghi {path}.")
