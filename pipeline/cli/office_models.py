"""``hotich models``: the versions of the office's own reader, the way back, and lines that are not to teach."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.table import Table

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import format_moment
from pipeline.base.model import PageRef
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, print_json
from pipeline.registry import Registry
from pipeline.runs.book_adapters import BookAdapters
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings
from pipeline.training.office_reader.decided_lines import entry_key
from pipeline.training.office_reader.gate_words import STATE_LABELS
from pipeline.training.office_reader.line_store import LineStore
from pipeline.training.office_reader.reader_proposal import forget_lines, has_learnt_removed
from pipeline.training.office_reader.versions import SHIPPED, ReaderVersion, ReaderVersions

models_app = typer.Typer(cls=Commands, no_args_is_help=True)

ByOption = Annotated[str | None, typer.Option("--by", help="Người làm [tên tài khoản của máy đang dùng].")]


@models_app.callback()
def models() -> None:
    """Bộ đọc của cơ quan: các bản đã học, quay về bản trước, gỡ dòng không được đem dạy."""


@models_app.command("list", cls=Command)
def list_models(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Liệt kê các bản của bộ đọc và bản đang dùng."""
    place = Workspace(read_settings().places_of(workspace)[0])
    versions, removed = ReaderVersions(place.models), LineStore(place.learning).removed
    found = versions.all()
    if as_json:
        print_json({"in_use": versions.in_use, "versions": [_plain(one) for one in found]})
        return
    table = Table("Bản", "Học xong", "Dòng", "Trạng thái", "Ghi chú")
    for one in found:
        note = "học từ dòng nay đã gỡ; chạy hotich learn" if has_learnt_removed(one.folder, removed) else ""
        table.add_row(
            str(one.number), format_moment(one.made_at), str(one.lines), STATE_LABELS[one.state], note
        )
    shipped = "đang dùng" if versions.in_use == SHIPPED else ""
    table.add_row(str(SHIPPED), "bản đi kèm phần mềm", "", shipped, "")
    out().print(table)


@models_app.command("rollback", cls=Command)
def rollback(
    number: Annotated[
        int | None,
        typer.Argument(
            metavar="BẢN", min=0, help="Bản muốn quay về; 0 là bản đi kèm [bản dùng trước bản này]."
        ),
    ] = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Quay về một bản đã dùng trước đây. Không xóa gì; trang đọc sau đó theo bản ấy."""
    context = read_settings().run_context(workspace)
    versions = ReaderVersions(Workspace(context.workspace).models)
    with context.open_registry() as registry:
        now = versions.roll_back(
            number,
            note=lambda before: registry.note_learning(
                by or getpass.getuser(), "reader-rolled-back", f"reader:{before}"
            ),
        )
    which = "bộ đọc đi kèm" if now == SHIPPED else f"bản {now}"
    out().print(f"Đang dùng {which}. Chạy lại hotich run để đọc lại các trang theo bản ấy.", markup=False)


@models_app.command("forget", cls=Command)
def forget(
    account: Annotated[
        str, typer.Option("--account", help="Mọi dòng mà tài khoản này đã góp lời quyết định.")
    ] = "",
    entry: Annotated[int, typer.Option("--entry", min=0, help="Mọi dòng của sự kiện có mã này.")] = 0,
    book: Annotated[
        int,
        typer.Option("--book", min=0, help="Không gỡ dòng nào, chỉ bỏ mọi bản học nét chữ của sổ có mã này."),
    ] = 0,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Gỡ dòng của một người khỏi những gì bộ đọc được học, mãi mãi. Quyết định trong sổ dữ liệu vẫn còn nguyên."""
    if [bool(account), bool(entry), bool(book)].count(True) != 1:
        raise typer.BadParameter("Hãy nêu một trong --account, --entry, --book.")
    context = read_settings().run_context(workspace)
    place = Workspace(context.workspace)
    store = LineStore(place.learning)
    if book:
        with context.open_registry() as registry:
            registry.book(book)
            many = _drop_hands(registry, (BookAdapters(place.adapters(book)),), by)
        out().print(
            f"Đã bỏ bản học nét chữ của {many} sổ. Đêm nay máy đọc lại như chưa học các ô dựa vào bản ấy; chỉ học lại "
            "khi có thêm nhiều dòng đối chiếu.",
            markup=False,
        )
        return
    with context.open_registry() as registry:
        key = ""
        if entry:
            part = registry.part_of_entry(entry)
            if part.scan_sha256 is None or part.page_no is None or part.row is None:
                raise RegistryError(f"Không có sự kiện {entry}.")
            key = entry_key(part.book_id, PageRef(part.scan_sha256, part.page_no), part.row)
        gone = store.remove(login=account, entry=key)
        found = ReaderVersions(place.models).all()
        for version in found:
            forget_lines(version.folder, store.removed)
        subject = f"entry:{entry}" if entry else "learning:account"
        detail: dict[str, str | int] = {"lines": gone} if entry else {"lines": gone, "account": account}
        registry.note_learning(by or getpass.getuser(), "lines-forgotten", subject, detail)
        hands = [BookAdapters(folder) for folder in place.hands.glob("[0-9]*")]
        if entry:
            hands = [BookAdapters(place.adapters(part.book_id))]
        _drop_hands(registry, hands, by, relearn=True)
    out().print(f"Đã gỡ {gone} dòng; các dòng ấy không được gom lại nữa.", markup=False)
    taught = [one.number for one in found if has_learnt_removed(one.folder, store.removed)]
    if taught:
        numbers = ", ".join(map(str, taught))
        out().print(
            f"Bản {numbers} đã học từ dòng ấy. Chạy hotich learn để có bản không học từ đó.", markup=False
        )


def _drop_hands(
    registry: Registry, hands: Iterable[BookAdapters], by: str | None, *, relearn: bool = False
) -> int:
    """Remove what was learnt of the hands of books; return of how many there was any."""
    many = 0
    for adapters in hands:
        if adapters.is_empty():
            continue
        many += 1
        registry.note_learning(by or getpass.getuser(), "hand-forgotten", f"book:{adapters.folder.name}")
        adapters.forget(relearn=relearn)
    return many


def _plain(version: ReaderVersion) -> dict[str, object]:
    return {
        "number": version.number,
        "made_at": version.made_at.isoformat(),
        "state": version.state.value,
        "lines": version.lines,
        "before": version.before,
        "networks": [card.fingerprint for card in version.cards],
    }
