"""``hotich book``: the registry's data on the cover of a book, and its correction."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.base.errors import LedgerError
from pipeline.base.files import printable
from pipeline.base.localtime import format_moment
from pipeline.base.model import Ledger
from pipeline.base.text.numbers import format_count
from pipeline.books.book_correction import correct_book
from pipeline.books.book_identity import describe_book
from pipeline.cli.context import HERE, ME, JsonOption, WorkspaceOption, by_option
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import out, plain, print_json, say, show
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
from pipeline.registry import BookCorrection, CorrectionOverview, KnownBook

LABELS = LEDGER_LABELS | {"folder": "tên thư mục"}

app = command_group(
    """Xem và sửa những gì sổ dữ liệu ghi về một quyển sổ: quyển số, nơi đăng ký, ngày, tổng số, mẫu, loại quyển."""
)

BookArgument = Annotated[int, typer.Argument(metavar="MÃ", help="Mã của sổ trong sổ dữ liệu.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Vì sao.")]
ByOption = Annotated[str, by_option("Người làm")]


@app.command("show", cls=Command)
def show_book(book_id: BookArgument, work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Những gì sổ dữ liệu ghi về một quyển sổ, và mọi lần đã sửa."""
    with work.open_registry() as registry:
        known = registry.known_book(book_id)
        corrections = registry.book_corrections(book_id)
    if as_json:
        print_json({"book": known, "corrections": [_shown(one) for one in corrections]})
        return
    words = {**ledger_words(known.ledger), "folder": known.folder_name}
    for key, value in words.items():
        say(f"{LABELS[key]}: {printable(value) or '–'}")
    if not corrections:
        return
    show(
        [(correction, key) for correction in corrections for key in correction.new],
        {
            "Lúc": lambda change: format_moment(change[0].corrected_at),
            "Người sửa": lambda change: change[0].author,
            "Lý do": lambda change: change[0].reason,
            "Mục": lambda change: LABELS.get(change[1], change[1]),
            "Trước": lambda change: change[0].old[change[1]] or "–",
            "Sau": lambda change: change[0].new[change[1]] or "–",
        },
    )


def _shown(correction: BookCorrection) -> dict[str, Any]:
    values = plain(correction)
    return {"correction_id": values.pop("id"), **values}


@app.command("correct", cls=Command)
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
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Sửa một quyển sổ ghi sai, cùng mọi thứ theo nó, trong một lần; điều cũ vẫn còn trong nhật ký.

    Không có --apply thì chỉ cho xem sẽ sửa gì và những gì bị ảnh hưởng. Quyết định của người giữ nguyên.
    """
    given = {
        "form": form, "place": place, "place_code": place_code, "volume": volume, "opened_on": opened_on,
        "closed_on": closed_on, "entries": _count(entries), "pages": _count(pages), "series": series,
    }  # fmt: skip
    with work.open_registry() as registry:
        known = registry.known_book(book_id)
        corrected = _corrected(known.ledger if folder is None else load_ledger(folder), given)
        work.schemas.form(corrected.form)
        name = folder_name or (known.folder_name if folder is None else folder.resolve().name)
        if not apply:
            overview = registry.correction_overview(book_id)
            changes = _changes(known, corrected, name)
            if as_json:
                print_json({"changes": changes, "overview": plain(overview)})
            else:
                _show_overview(known, changes, overview)
            return
        done = correct_book(
            registry,
            work.schemas,
            book_id,
            corrected,
            name,
            author=by,
            reason=reason,
        )
    if as_json:
        print_json(plain(done))
        return
    screen = out()
    say(f"Đã sửa {describe_book(known)}: lần sửa số {done.correction.id}.")
    if done.old_year:
        say(
            f"{format_count(done.old_year)} sự kiện vẫn mang năm {known.ledger.year} trong số đăng ký "
            "vì người đã quyết "
            "định như vậy. Hãy xem lại những sự kiện ấy ở màn hình rà soát."
        )
    if done.overview.pages:
        say(
            f"{format_count(done.overview.pages)} trang sẽ được đọc lại theo bìa đã sửa ở lượt “hotich run” sau."
        )
    if folder is None or ledger_differences(load_ledger(folder), corrected):
        say(f"Hãy ghi {LEDGER_FILE} trong thư mục “{printable(name)}” như sau:")
        screen.print(ledger_text(corrected), markup=False, highlight=False)


@app.command("add", cls=Command)
def add(
    folder: Annotated[Path, typer.Argument(help="Thư mục của quyển sổ, có ledger.toml.")],
    reason: ReasonOption,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Ghi nhận rằng thư mục này là một quyển khác, chưa có trong sổ dữ liệu."""
    with work.open_registry() as registry:
        number = registry.add_book(load_ledger(folder), folder.resolve().name, author=by, reason=reason)
    say(f"Đã ghi nhận quyển sổ mới, mã {number}. Hãy chạy: hotich run {printable(folder)}")


def _count(text: str | None) -> object:
    if text is None or not text.strip().isdecimal():
        return text
    return int(text)


def _corrected(ledger: Ledger, given: dict[str, object]) -> Ledger:
    """Return the ledger with the given values in place of its own; ``""`` removes a day or a total."""
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
    changes = [
        {"key": difference.key, "old": difference.old, "new": difference.new}
        for difference in ledger_differences(known.ledger, ledger)
    ]
    if folder_name != known.folder_name:
        changes.append({"key": "folder", "old": known.folder_name, "new": folder_name})
    if not changes:
        raise LedgerError("Sổ dữ liệu đã ghi đúng như vậy; không có gì để sửa.")
    return changes


def _show_overview(known: KnownBook, changes: list[dict[str, str]], overview: CorrectionOverview) -> None:
    say(f"Sẽ sửa {describe_book(known)}:")
    for edit in changes:
        say(f"  {LABELS[edit['key']]}: {printable(edit['old']) or '–'} → {printable(edit['new']) or '–'}")
    say(
        f"Theo đó: {format_count(overview.entries)} sự kiện, {format_count(overview.tasks)} nhiệm vụ đang chờ, "
        f"{format_count(overview.lots)} lô nghiệm thu; {format_count(overview.pages)} trang sẽ được đọc lại."
    )
    say(
        f"Giữ nguyên: {format_count(overview.decisions)} quyết định của người, "
        f"{format_count(overview.packages)} gói đã xuất (gói cũ vẫn kiểm tra được; gói xuất sau mang tên mới)."
    )
    say("Chưa sửa gì. Đúng thì chạy lại lệnh này với --apply.")
