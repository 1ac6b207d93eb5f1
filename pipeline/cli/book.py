"""``hotich book``: what the registry holds of the cover of a book, corrected by people."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import LedgerError
from pipeline.base.files import printable
from pipeline.base.localtime import format_moment
from pipeline.base.model import Ledger
from pipeline.base.text.numbers import format_count
from pipeline.books.book_correction import correct_book
from pipeline.books.book_identity import describe_book
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.declarations.ledger import (
    LEDGER_FILE,
    LEDGER_LABELS,
    ledger_differences,
    ledger_from,
    ledger_table,
    ledger_text,
    ledger_words,
    load_ledger,
)
from pipeline.registry import CorrectionOverview, KnownBook
from pipeline.settings import read_settings

LABELS = LEDGER_LABELS | {"folder": "tên thư mục"}

book_app = typer.Typer(cls=Commands, no_args_is_help=True)

BookArgument = Annotated[int, typer.Argument(metavar="MÃ", help="Mã của sổ trong sổ dữ liệu.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Vì sao.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Người làm [tên tài khoản của máy đang dùng].")]


@book_app.callback()
def book() -> None:
    """Xem và sửa những gì sổ dữ liệu ghi về một quyển sổ: quyển số, nơi đăng ký, ngày, tổng số, mẫu, loại quyển."""


@book_app.command("show", cls=Command)
def show(book_id: BookArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Những gì sổ dữ liệu ghi về một quyển sổ, và mọi lần đã sửa."""
    with read_settings().run_context(workspace).open_registry() as registry:
        known = registry.known_book(book_id)
        corrections = registry.book_corrections(book_id)
    if as_json:
        print_json({"book": plain(known), "corrections": [plain(one) for one in corrections]})
        return
    words = {**ledger_words(known.ledger), "folder": known.folder_name}
    for key, value in words.items():
        out().print(f"{LABELS[key]}: {printable(value) or '–'}", markup=False)
    if not corrections:
        return
    table = Table("Lúc", "Người sửa", "Lý do", "Mục", "Trước", "Sau")
    for one in corrections:
        for key, after in one.new.items():
            table.add_row(
                format_moment(one.corrected_at),
                escape(one.author),
                escape(one.reason),
                LABELS.get(key, key),
                escape(one.old[key]) or "–",
                escape(after) or "–",
            )
    out().print(table)


@book_app.command("correct", cls=Command)
def correct(
    book_id: BookArgument,
    reason: ReasonOption,
    folder: Annotated[
        Path | None,
        typer.Option("--from", help="Lấy theo ledger.toml và tên của thư mục này."),
    ] = None,
    volume: Annotated[str | None, typer.Option("--volume", help="Quyển số đúng, dạng 02/2010.")] = None,
    place: Annotated[str | None, typer.Option("--place", help="Nơi đăng ký đúng, như trên bìa.")] = None,
    place_code: Annotated[str | None, typer.Option("--place-code", help="Mã nơi đăng ký đúng.")] = None,
    opened_on: Annotated[str | None, typer.Option("--opened-on", help="Ngày mở sổ; “” = không ghi.")] = None,
    closed_on: Annotated[
        str | None, typer.Option("--closed-on", help="Ngày khóa sổ; “” = không ghi.")
    ] = None,
    entries: Annotated[str | None, typer.Option("--entries", help="Tổng số sự kiện; “” = không ghi.")] = None,
    pages: Annotated[str | None, typer.Option("--pages", help="Tổng số trang; “” = không ghi.")] = None,
    form: Annotated[str | None, typer.Option("--form", help="Mẫu sổ đúng.")] = None,
    series: Annotated[
        str | None,
        typer.Option("--series", help="Loại quyển: thường, quá hạn, đăng ký lại, sổ lưu kép."),
    ] = None,
    folder_name: Annotated[str | None, typer.Option("--folder", help="Tên thư mục đúng của sổ.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Sửa thật; không có thì chỉ cho xem.")] = False,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sửa một quyển sổ ghi sai, cùng mọi thứ theo nó, trong một lần; điều cũ vẫn còn trong nhật ký.

    Không có --apply thì chỉ cho xem sẽ sửa gì và những gì bị ảnh hưởng. Quyết định của người giữ nguyên.
    """
    context = read_settings().run_context(workspace)
    given = {
        "form": form, "place": place, "place_code": place_code, "volume": volume, "opened_on": opened_on,
        "closed_on": closed_on, "entries": _count(entries), "pages": _count(pages), "series": series,
    }  # fmt: skip
    with context.open_registry() as registry:
        known = registry.known_book(book_id)
        wanted = _wanted(known.ledger if folder is None else load_ledger(folder), given)
        context.schemas.form(wanted.form)
        name = folder_name or (known.folder_name if folder is None else folder.resolve().name)
        if not apply:
            overview = registry.correction_overview(book_id)
            changes = _changes(known, wanted, name)
            if as_json:
                print_json({"changes": changes, "overview": plain(overview)})
            else:
                _show_overview(known, changes, overview)
            return
        done = correct_book(
            registry,
            context.schemas,
            book_id,
            wanted,
            name,
            author=getpass.getuser() if by is None else by,
            reason=reason,
        )
    if as_json:
        print_json(plain(done))
        return
    screen = out()
    screen.print(f"Đã sửa {describe_book(known)}: lần sửa số {done.correction.correction_id}.", markup=False)
    if done.old_year:
        screen.print(
            f"{format_count(done.old_year)} sự kiện vẫn mang năm {known.ledger.year} trong số đăng ký "
            "vì người đã quyết "
            "định như vậy. Hãy xem lại những sự kiện ấy ở màn hình rà soát.",
            markup=False,
        )
    if done.overview.pages:
        screen.print(
            f"{format_count(done.overview.pages)} trang sẽ được đọc lại theo bìa đã sửa ở lượt “hotich run” sau.",
            markup=False,
        )
    if folder is None or ledger_differences(load_ledger(folder), wanted):
        screen.print(f"Hãy ghi {LEDGER_FILE} trong thư mục “{printable(name)}” như sau:", markup=False)
        screen.print(ledger_text(wanted), markup=False, highlight=False)


@book_app.command("add", cls=Command)
def add(
    folder: Annotated[Path, typer.Argument(help="Thư mục của quyển sổ, có ledger.toml.")],
    reason: ReasonOption,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Ghi nhận rằng thư mục này là một quyển khác, chưa có trong sổ dữ liệu."""
    context = read_settings().run_context(workspace)
    author = getpass.getuser() if by is None else by
    with context.open_registry() as registry:
        number = registry.add_book(load_ledger(folder), folder.resolve().name, author=author, reason=reason)
    out().print(
        f"Đã ghi nhận quyển sổ mới, mã {number}. Hãy chạy: hotich run {printable(folder)}", markup=False
    )


def _count(text: str | None) -> object:
    if text is None or not text.strip().isdecimal():
        return text
    return int(text)


def _wanted(ledger: Ledger, given: dict[str, object]) -> Ledger:
    """Return the ledger with what is given in place of what it says; ``""`` takes a day or a total away."""
    table = ledger_table(ledger)
    for key, value in given.items():
        if value is None:
            continue
        if value == "" and asdict(Ledger("", "", "", ""))[key] in ("", None) and key not in _NEEDED:
            table.pop(key, None)
        else:
            table[key] = value  # type: ignore[assignment]  # checked by ledger_from
    return ledger_from(table, "lệnh này")


_NEEDED = frozenset({"form", "place", "place_code", "volume"})


def _changes(known: KnownBook, ledger: Ledger, folder_name: str) -> list[dict[str, str]]:
    found = [
        {"key": one.key, "old": one.old, "new": one.new} for one in ledger_differences(known.ledger, ledger)
    ]
    if folder_name != known.folder_name:
        found.append({"key": "folder", "old": known.folder_name, "new": folder_name})
    if not found:
        raise LedgerError("Sổ dữ liệu đã ghi đúng như vậy; không có gì để sửa.")
    return found


def _show_overview(known: KnownBook, changes: list[dict[str, str]], overview: CorrectionOverview) -> None:
    screen = out()
    screen.print(f"Sẽ sửa {describe_book(known)}:", markup=False)
    for one in changes:
        screen.print(
            f"  {LABELS[one['key']]}: {printable(one['old']) or '–'} → {printable(one['new']) or '–'}",
            markup=False,
        )
    screen.print(
        f"Theo đó: {format_count(overview.entries)} sự kiện, {format_count(overview.tasks)} nhiệm vụ đang chờ, "
        f"{format_count(overview.lots)} lô nghiệm thu; {format_count(overview.pages)} trang sẽ được đọc lại.",
        markup=False,
    )
    screen.print(
        f"Giữ nguyên: {format_count(overview.decisions)} quyết định của người, "
        f"{format_count(overview.packages)} gói đã xuất (gói cũ vẫn kiểm tra được; gói xuất sau mang tên mới).",
        markup=False,
    )
    screen.print("Chưa sửa gì. Đúng thì chạy lại lệnh này với --apply.", markup=False)
