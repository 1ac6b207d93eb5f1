"""``hotich page`` and ``hotich sheet``: a trial reading of a page with debug pictures; contact sheets of a book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import LedgerError, StorageError
from pipeline.base.model import FieldReading, FieldStatus, Finding, Ledger, PageKind, PageResult, Writing
from pipeline.base.text.numbers import format_confidence, with_comma
from pipeline.cli.context import HERE, CommandContext, JsonOption, WorkspaceOption, ids_of
from pipeline.cli.screen import out, plain, print_json, say
from pipeline.declarations.ledger import LEDGER_FILE, load_ledger
from pipeline.declarations.schema import Form, Schemas
from pipeline.layout.imaging.page_pictures import write_pictures
from pipeline.reports.contact_sheets import book_thumbs, contact_sheets
from pipeline.reports.finding_sentences import SHOWN, finding_sentence, format_hypotheses
from pipeline.scans.intake import page_of_isolated, scan_file

STATUS = {
    FieldStatus.READ: "đã đọc",
    FieldStatus.BLANK: "trống",
    FieldStatus.ILLEGIBLE: "mờ, không đọc được",
    FieldStatus.UNREADABLE: "máy chưa đọc được",
    FieldStatus.STRUCK_THROUGH: "bị gạch",
    FieldStatus.NOT_ON_FORM: "mẫu không có",
}
KIND_WORDS = {
    PageKind.ENTRIES: "trang ghi sự kiện hộ tịch",
    PageKind.COVER: "bìa",
    PageKind.BLANK: "trang trống",
    PageKind.UNKNOWN: "không nhận ra trang gì, hoặc khác mẫu",
}
WRITING = {
    Writing.NONE: "",
    Writing.PRINT: "chữ in, chữ máy",
    Writing.HAND: "chữ viết tay",
    Writing.MARK: "dấu đánh",
}


def page(
    file: Annotated[Path, typer.Argument(help="Tệp quét: PDF, TIFF, JPEG, PNG…")],
    form: Annotated[
        str | None, typer.Option("--form", help="Mẫu sổ, khi cạnh tệp không có ledger.toml.")
    ] = None,
    page_no: Annotated[int, typer.Option("--page", "-p", min=1, help="Trang thứ mấy trong tệp.")] = 1,
    debug: Annotated[
        Path | None, typer.Option("--debug", help="Thư mục để ghi ảnh: khung, nhãn, các ô, chữ đọc được.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Đọc thử một trang và cho xem máy thấy gì; không lưu gì vào sổ dữ liệu."""
    context = CommandContext(None).run
    ledger = ledger_beside(file, form, context.schemas)
    chosen = context.schemas.form(ledger.form)
    picture = page_of_isolated(scan_file(file, context.limits), page_no, context.limits)
    result = context.read_page(
        picture, chosen, ledger, context.schemas, context.make_engines(), context.options
    )
    pictures = write_pictures(debug, file.stem, picture, result, context.schemas) if debug else ()
    if as_json:
        print_json(as_object(result, pictures))
    else:
        show_page(result, context.schemas)
        if debug and pictures:
            say(f"Đã ghi {len(pictures)} ảnh vào {debug}; xem trước: {pictures[0]}")


def ledger_beside(file: Path, form: str | None, schemas: Schemas) -> Ledger:
    """Return the ledger in the folder of ``file``, with ``form`` in place of its own form.

    Without a ledger only ``form`` is known.

    Raises:
        LedgerError: Neither a ledger nor a form is given.
    """
    if (file.parent / LEDGER_FILE).is_file():
        ledger = load_ledger(file.parent)
        return ledger if form is None else replace(ledger, form=form)
    if form is None:
        raise LedgerError(
            f"Cạnh {file} không có {LEDGER_FILE}; hãy cho biết mẫu sổ bằng --form "
            f"(có: {', '.join(sorted(schemas.forms))})."
        )
    return _bare_ledger(schemas.form(form))


def _bare_ledger(form: Form) -> Ledger:
    """Return the ledger of a page without ``ledger.toml``: its form, and the form's first year as volume."""
    return Ledger(form.id, "", "", f"0/{form.years[0]}")


def as_object(result: PageResult, pictures: tuple[Path, ...]) -> dict[str, object]:
    """Return a result as a JSON object, the matrix as rows."""
    return {
        **{name: plain(getattr(result, name)) for name in ("ref", "kind", "form", "size", "turn", "skew")},
        "matrix": result.matrix.tolist(),
        "quality": plain(result.quality),
        "labels": plain(result.labels),
        "stamps": plain(result.stamps),
        "entries": plain(result.entries),
        "findings": plain(result.findings),
        "timings": plain(result.timings),
        "pictures": plain(pictures),
    }


def show_page(result: PageResult, schemas: Schemas) -> None:
    """Show the page as tables, a table for each entry."""
    screen = out()
    seconds = sum(result.timings.values())
    placed = sum(1 for label in result.labels if label.score)
    say(
        f"Trang {result.ref.page_no}: {KIND_WORDS[result.kind]}, mẫu {result.form}, xoay {result.turn}°, "
        f"nghiêng {with_comma(f'{result.skew:+.2f}')}°, tìm thấy {placed}/{len(result.labels)} nhãn, "
        f"{with_comma(f'{seconds:.1f}')} giây."
    )
    record = schemas.records.get(schemas.form(result.form).record)
    for entry in result.entries:
        table = Table("Ô", "Chữ trên giấy", "Giá trị", "Tin cậy", "Trạng thái", "Nhận ngay")
        for reading in entry.readings:
            label = record.by_name[reading.field].label if record else reading.field
            table.add_row(label, *_cells(reading))
        screen.print(table)
        labels = {name: spec.label for name, spec in record.by_name.items()} if record else {}
        for line in _finding_lines(entry.findings, labels, schemas):
            say(line)
    for line in _finding_lines(result.findings, {}, schemas):
        say(line)


def _finding_lines(findings: Sequence[Finding], labels: Mapping[str, str], schemas: Schemas) -> Iterator[str]:
    """Yield a line for each code, with the affected fields."""
    fields: dict[str, dict[str, None]] = {}
    for finding in findings:
        fields.setdefault(finding.code, {}).update(dict.fromkeys(finding.fields))
    for code, names in fields.items():
        about = ", ".join(labels.get(name, name) for name in names)
        yield f"  [{code}] {finding_sentence(code, schemas)}" + (f" ({about})" if about else "")


def _cells(reading: FieldReading) -> tuple[str, ...]:
    state = ", ".join(filter(None, (STATUS[reading.status], WRITING[reading.writing])))
    confidence = format_confidence(reading.confidence) if reading.status is FieldStatus.READ else ""
    others = f"\n[dim]hoặc: {escape(format_hypotheses(reading.hypotheses[1:SHOWN]))}[/]"
    return (
        escape(reading.text) + (others if len(reading.hypotheses) > 1 else ""),
        escape(reading.canonical if reading.canonical != reading.text else ""),
        confidence,
        state,
        "có" if reading.accepted else "",
    )


def sheet(
    book: Annotated[str, typer.Argument(metavar="SỔ", help="Tên thư mục của sổ đã đọc.")],
    target: Annotated[
        Path, typer.Option("--output", "-o", help="Tệp .pdf, hoặc thư mục để ghi các tờ .png.")
    ] = Path("to-anh"),
    pages: Annotated[
        list[int] | None,
        typer.Option("--page", "-p", min=1, help="Chỉ trang thứ mấy của sổ; nêu được nhiều lần."),
    ] = None,
    work: WorkspaceOption = HERE,
) -> None:
    """Vẽ tờ ảnh của một sổ: mười trang một tờ, mỗi ô tô màu theo đã nhận, chờ người xem hay trống."""
    context = work.run
    with work.open_registry() as registry:
        written = 0
        for book_id in ids_of(registry, [book]):
            thumbs = book_thumbs(registry, book_id, context, pages)
            for page in contact_sheets(thumbs, f"Sổ {book}"):
                written += 1
                path = target if target.suffix.lower() == ".pdf" else target / f"{book}-{written:03}.png"
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    if path.suffix.lower() == ".pdf":
                        page.save(path, "PDF", append=written > 1, resolution=150)
                    else:
                        page.save(path)
                except OSError as error:
                    raise StorageError(
                        f"Không ghi được {path}: {error.strerror or error}. Hãy chọn chỗ khác bằng --output."
                    ) from None
    say(f"Đã ghi {written} tờ vào {target}.")
