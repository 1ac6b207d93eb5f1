"""``hotich search``: entries across all books by what a citizen or an office knows of them, and the index behind it."""

from __future__ import annotations

import getpass
import re
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import RegistryError
from pipeline.base.files import printable
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.search.model import (
    HIT_STATE_LABELS,
    NEARNESS_LABELS,
    PURPOSE_LABELS,
    SearchCriteria,
    SearchHit,
    SearchReason,
    SearchRefused,
)
from pipeline.settings import read_settings

search_app = typer.Typer(cls=Commands, invoke_without_command=True)

PURPOSES = ", ".join(f"{one.value} ({label})" for one, label in PURPOSE_LABELS.items())

_YEARS = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?", re.ASCII)


@search_app.callback()
def search(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Option("--name", help="Họ tên người có trong sự kiện, có dấu hay không dấu.")
    ] = "",
    parent: Annotated[
        list[str] | None,
        typer.Option("--parent", help="Cha, mẹ, vợ hay chồng trong cùng sự kiện; được hai lần."),
    ] = None,
    year: Annotated[str, typer.Option("--year", help="Năm, hay khoảng năm: 1998, 1995-1999.")] = "",
    number: Annotated[str, typer.Option("--number", help="Số đăng ký, có năm hay không.")] = "",
    volume: Annotated[str, typer.Option("--volume", help="Quyển số.")] = "",
    place: Annotated[str, typer.Option("--place", help="Mã nơi đăng ký, hay chữ trong tên nơi ấy.")] = "",
    paper: Annotated[str, typer.Option("--paper", help="Số định danh, số giấy tờ.")] = "",
    words: Annotated[str, typer.Option("--text", help="Chữ trong ghi chú, địa danh.")] = "",
    record: Annotated[
        str, typer.Option("--record", help="Chỉ một loại sự kiện: birth, marriage, death.")
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", help=f"Mục đích: {PURPOSES}.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Lý do: số hồ sơ, số công văn.")] = "",
    after: Annotated[str, typer.Option("--after", help="Trang sau: mã ở cuối trang trước.")] = "",
    by: Annotated[
        str | None, typer.Option("--by", help="Người tra cứu [tên tài khoản của máy đang dùng].")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tìm các sự kiện hộ tịch trong mọi quyển sổ, tên đúng trước, tên gần giống sau. Mỗi lần được ghi nhật ký.

    Chỉ thấy giá trị đã có hiệu lực; sự kiện đã thu hồi không hiện, ô còn chờ rà soát thì không hiện chữ.
    """
    if ctx.invoked_subcommand is not None:
        return
    first, last = _years(year)
    criteria = SearchCriteria(
        name, tuple(parent or ()), first, last, number, volume, place, paper, words, record
    )
    login = getpass.getuser() if by is None else by
    person = Person(0, login.strip(), login.strip(), Role.SUPERVISOR, None)
    if not person.login:
        raise SearchRefused("Hãy ghi ai tra cứu (--by).")
    with read_settings().run_context(workspace).open_registry() as registry:
        result = registry.search(person, criteria, SearchReason(purpose, reason), after=after)
    if as_json:
        print_json({"search": plain(result)})
        return
    screen = out()
    if not result.hits:
        screen.print("Không tìm thấy sự kiện nào.")
    else:
        screen.print(_table(result.hits))
    if result.narrowed:
        screen.print("Nhiều tên có các chữ ấy nên chưa tìm hết: hãy ghi đủ họ tên.")
    if result.cursor:
        screen.print(f"Còn nữa: thêm --after {result.cursor}", markup=False)


@search_app.command("check", cls=Command)
def check(workspace: WorkspaceOption = None) -> None:
    """So chỉ mục tra cứu với sổ dữ liệu, không sửa gì."""
    with read_settings().run_context(workspace).open_registry() as registry:
        found = registry.compare_search_index(mend=False)
    if not found.agrees:
        raise RegistryError(
            f"Chỉ mục tra cứu khác sổ dữ liệu ở {found.differing} sự kiện, {found.names} tên. "
            "Hãy chạy hotich search rebuild."
        )
    out().print(f"Chỉ mục tra cứu khớp sổ dữ liệu ({found.entries} sự kiện).", markup=False)


@search_app.command("rebuild", cls=Command)
def rebuild(workspace: WorkspaceOption = None) -> None:
    """Dựng chỉ mục tra cứu cho khớp sổ dữ liệu; người khác vẫn làm việc được trong lúc ấy."""
    with read_settings().run_context(workspace).open_registry() as registry:
        found = registry.compare_search_index(mend=True)
    out().print(
        f"Đã so {found.entries} sự kiện: sửa chỉ mục của {found.differing} sự kiện, {found.names} tên.",
        markup=False,
    )


def _years(written: str) -> tuple[int | None, int | None]:
    if not written.strip():
        return None, None
    parts = _YEARS.fullmatch(written.strip())
    if parts is None:
        raise SearchRefused("Năm ghi như 1998, khoảng năm như 1995-1999.")
    return int(parts[1]), int(parts[2] or parts[1])


def _table(hits: tuple[SearchHit, ...]) -> Table:
    table = Table("Mã", "Sự kiện", "Ngày đăng ký", "Quyển, nơi", "Người", "Tên", "Tình trạng", "Ảnh")
    for hit in hits:
        state = HIT_STATE_LABELS[hit.state] + (f" ({hit.waiting} ô)" if hit.waiting else "")
        approved = "sổ đã phê duyệt" if hit.approved else "sổ chưa phê duyệt"
        table.add_row(
            str(hit.entry_id),
            escape(f"{hit.title} số {hit.number}" if hit.number else hit.title),
            hit.registered_on or "–",
            escape(f"{hit.volume}, {hit.place}"),
            escape("\n".join(f"{one.label}: {one.name or '(đang chờ)'}" for one in hit.matching)),
            NEARNESS_LABELS[hit.nearness] if hit.nearness else "–",
            f"{state}, {approved}",
            escape(f"{printable(hit.scan)}, trang {hit.ref.page_no}"),
        )
    return table
