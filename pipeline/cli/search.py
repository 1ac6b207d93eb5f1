"""``hotich search``: entries across all books by what a citizen or an office knows of them; and the search index."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from pipeline.base.errors import RegistryError
from pipeline.base.files import printable
from pipeline.cli.context import HERE, ME, JsonOption, WorkspaceOption, by_option
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import plain, print_json, say, show
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

app = typer.Typer(cls=Commands, invoke_without_command=True)

PURPOSES = ", ".join(f"{purpose.value} ({label})" for purpose, label in PURPOSE_LABELS.items())

_YEARS = re.compile(r"([0-9]{4})(?:-([0-9]{4}))?", re.ASCII)


@app.callback()
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
    place: Annotated[
        str, typer.Option("--place", help="Mã nơi đăng ký, chữ trong tên nơi ấy hay tên xã hiện nay.")
    ] = "",
    paper: Annotated[str, typer.Option("--paper", help="Số định danh, số giấy tờ.")] = "",
    words: Annotated[str, typer.Option("--text", help="Chữ trong ghi chú, địa danh.")] = "",
    record: Annotated[
        str, typer.Option("--record", help="Chỉ một loại sự kiện: birth, marriage, death.")
    ] = "",
    purpose: Annotated[str, typer.Option("--purpose", help=f"Mục đích: {PURPOSES}.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Lý do: số hồ sơ, số công văn.")] = "",
    after: Annotated[str, typer.Option("--after", help="Trang sau: mã ở cuối trang trước.")] = "",
    by: Annotated[str, by_option("Người tra cứu")] = ME,
    work: WorkspaceOption = HERE,
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
    person = Person(0, by.strip(), by.strip(), Role.SUPERVISOR, None)
    if not person.login:
        raise SearchRefused("Hãy ghi ai tra cứu (--by).")
    with work.open_registry() as registry:
        result = registry.search(person, criteria, SearchReason(purpose, reason), after=after)
    if as_json:
        print_json({"search": plain(result)})
        return
    if not result.hits:
        say("Không tìm thấy sự kiện nào.")
    else:
        show(
            result.hits,
            {
                "Mã": lambda hit: hit.entry_id,
                "Sự kiện": lambda hit: f"{hit.title} số {hit.number}" if hit.number else hit.title,
                "Ngày đăng ký": lambda hit: hit.registered_on or "–",
                "Quyển, nơi": lambda hit: f"{hit.volume}, {hit.place}",
                "Người": lambda hit: "\n".join(
                    f"{person.label}: {person.name or '(đang chờ)'}" for person in hit.matching
                ),
                "Tên": lambda hit: NEARNESS_LABELS[hit.nearness] if hit.nearness else "–",
                "Tình trạng": _state,
                "Ảnh": lambda hit: f"{printable(hit.scan)}, trang {hit.ref.page_no}",
            },
        )
    if result.narrowed:
        say("Nhiều tên có các chữ ấy nên chưa tìm hết: hãy ghi đủ họ tên.")
    if result.cursor:
        say(f"Còn nữa: thêm --after {result.cursor}")


@app.command("check", cls=Command)
def check(work: WorkspaceOption = HERE) -> None:
    """So chỉ mục tra cứu với sổ dữ liệu, không sửa gì."""
    with work.open_registry() as registry:
        comparison = registry.compare_search_index(mend=False)
    if not comparison.agrees:
        raise RegistryError(
            f"Chỉ mục tra cứu khác sổ dữ liệu ở {comparison.differing} sự kiện, {comparison.names} tên. "
            "Hãy chạy hotich search rebuild."
        )
    say(f"Chỉ mục tra cứu khớp sổ dữ liệu ({comparison.entries} sự kiện).")


@app.command("rebuild", cls=Command)
def rebuild(work: WorkspaceOption = HERE) -> None:
    """Dựng chỉ mục tra cứu cho khớp sổ dữ liệu; người khác vẫn làm việc được trong lúc ấy."""
    with work.open_registry() as registry:
        result = registry.compare_search_index(mend=True)
    say(f"Đã so {result.entries} sự kiện: sửa chỉ mục của {result.differing} sự kiện, {result.names} tên.")


def _years(written: str) -> tuple[int | None, int | None]:
    if not written.strip():
        return None, None
    parts = _YEARS.fullmatch(written.strip())
    if parts is None:
        raise SearchRefused("Năm ghi như 1998, khoảng năm như 1995-1999.")
    return int(parts[1]), int(parts[2] or parts[1])


def _state(hit: SearchHit) -> str:
    state = HIT_STATE_LABELS[hit.state] + (f" ({hit.waiting} ô)" if hit.waiting else "")
    return f"{state}, {'sổ đã phê duyệt' if hit.approved else 'sổ chưa phê duyệt'}"
