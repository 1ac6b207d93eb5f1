"""``hotich models``: versions of the office's own reader, rollback, and removal of lines from training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import format_moment
from pipeline.base.model import PageRef
from pipeline.cli.context import HERE, ME, JsonOption, WorkspaceOption, account_name, by_option
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import print_json, print_table, say
from pipeline.registry import Registry
from pipeline.runs.book_adapters import BookAdapters
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.decided_lines import entry_key
from pipeline.training.office_reader.gate_words import STATE_LABELS
from pipeline.training.office_reader.line_store import LineStore
from pipeline.training.office_reader.reader_proposal import forget_lines, has_learnt_removed
from pipeline.training.office_reader.versions import SHIPPED, ReaderVersion, ReaderVersions

app = command_group("""Bộ đọc của cơ quan: các bản đã học, quay về bản trước, gỡ dòng không được đem dạy.""")

ByOption = Annotated[str, by_option("Người làm")]


@app.command("list", cls=Command)
def list_models(work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Liệt kê các bản của bộ đọc và bản đang dùng."""
    place = Workspace(work.settings.places_of(work.folder)[0])
    versions, removed = ReaderVersions(place.models), LineStore(place.learning).removed
    all_versions = versions.all()
    if as_json:
        print_json({"in_use": versions.in_use, "versions": [_plain(model) for model in all_versions]})
        return
    rows: list[tuple[object, ...]] = []
    for model in all_versions:
        note = "học từ dòng nay đã gỡ; chạy hotich learn" if has_learnt_removed(model.folder, removed) else ""
        rows.append(
            (model.number, format_moment(model.made_at), model.lines, STATE_LABELS[model.state], note)
        )
    rows.append((SHIPPED, "bản đi kèm phần mềm", "", "đang dùng" if versions.in_use == SHIPPED else "", ""))
    print_table(("Bản", "Học xong", "Dòng", "Trạng thái", "Ghi chú"), rows)


@app.command("rollback", cls=Command)
def rollback(
    number: Annotated[
        int | None,
        typer.Argument(
            metavar="BẢN", min=0, help="Bản muốn quay về; 0 là bản đi kèm [bản dùng trước bản này]."
        ),
    ] = None,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Quay về một bản đã dùng trước đây. Không xóa gì; trang đọc sau đó theo bản ấy."""
    with work.open_registry() as registry:
        versions = ReaderVersions(work.workspace.models, registry.recorded_files)
        now = versions.roll_back(
            number,
            note=lambda before: registry.note_learning(
                by or account_name(), "reader-rolled-back", f"reader:{before}"
            ),
        )
    which = "bộ đọc đi kèm" if now == SHIPPED else f"bản {now}"
    say(f"Đang dùng {which}. Chạy lại hotich run để đọc lại các trang theo bản ấy.")


@app.command("forget", cls=Command)
def forget(
    account: Annotated[
        str, typer.Option("--account", help="Mọi dòng mà tài khoản này đã góp lời quyết định.")
    ] = "",
    entry: Annotated[int, typer.Option("--entry", min=0, help="Mọi dòng của sự kiện có mã này.")] = 0,
    book: Annotated[
        int,
        typer.Option("--book", min=0, help="Không gỡ dòng nào, chỉ bỏ mọi bản học nét chữ của sổ có mã này."),
    ] = 0,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Gỡ dòng của một người khỏi những gì bộ đọc được học, mãi mãi. Quyết định trong sổ dữ liệu vẫn còn nguyên."""
    if [bool(account), bool(entry), bool(book)].count(True) != 1:
        raise typer.BadParameter("Hãy nêu một trong --account, --entry, --book.")
    place = work.workspace
    store = LineStore(place.learning)
    if book:
        with work.open_registry() as registry:
            registry.book(book)
            count = _drop_hands(registry, (BookAdapters(place.adapters(book)),), by)
        say(
            f"Đã bỏ bản học nét chữ của {count} sổ. Đêm nay máy đọc lại như chưa học các ô dựa vào bản ấy; chỉ học lại "
            "khi có thêm nhiều dòng đối chiếu."
        )
        return
    with work.open_registry() as registry:
        key = ""
        if entry:
            part = registry.part_of_entry(entry)
            if part.scan_sha256 is None or part.page_no is None or part.row is None:
                raise RegistryError(f"Không có sự kiện {entry}.")
            key = entry_key(part.book_id, PageRef(part.scan_sha256, part.page_no), part.row)
        forgotten = store.remove(login=account, entry=key)
        all_versions = ReaderVersions(place.models).all()
        for version in all_versions:
            forget_lines(version.folder, store.removed)
        subject = f"entry:{entry}" if entry else "learning:account"
        detail: dict[str, str | int] = (
            {"lines": forgotten} if entry else {"lines": forgotten, "account": account}
        )
        registry.note_learning(by or account_name(), "lines-forgotten", subject, detail)
        hands = [BookAdapters(folder) for folder in place.hands.glob("[0-9]*")]
        if entry:
            hands = [BookAdapters(place.adapters(part.book_id))]
        _drop_hands(registry, hands, by, relearn=True)
    say(f"Đã gỡ {forgotten} dòng; các dòng ấy không được gom lại nữa.")
    taught = [version.number for version in all_versions if has_learnt_removed(version.folder, store.removed)]
    if taught:
        numbers = ", ".join(map(str, taught))
        say(f"Bản {numbers} đã học từ dòng ấy. Chạy hotich learn để có bản không học từ đó.")


def _drop_hands(registry: Registry, hands: Iterable[BookAdapters], by: str, *, relearn: bool = False) -> int:
    """Remove the adapters of books; return the number of books that had any."""
    count = 0
    for adapters in hands:
        if adapters.is_empty():
            continue
        count += 1
        registry.note_learning(by or account_name(), "hand-forgotten", f"book:{adapters.folder.name}")
        adapters.forget(relearn=relearn)
    return count


def _plain(version: ReaderVersion) -> dict[str, object]:
    return {
        "number": version.number,
        "made_at": version.made_at.isoformat(),
        "state": version.state.value,
        "lines": version.lines,
        "before": version.before,
        "networks": [card.fingerprint for card in version.cards],
    }
