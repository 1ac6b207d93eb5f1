"""``hotich places``: which administrative unit a written place was on some day."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from pipeline.base.errors import SetupError
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, print_json, track_items
from pipeline.settings import read_settings
from pipeline.values.places import Gazetteer, PlaceResolution, ResolutionState, Unit, Validity
from pipeline.values.places.unit import ALWAYS, NEVER

places_app = typer.Typer(cls=Commands, no_args_is_help=True)

SAID = {
    ResolutionState.RESOLVED: "Là một đơn vị.",
    ResolutionState.AMBIGUOUS: "Có thể là một trong nhiều đơn vị; chữ đã ghi không đủ để phân biệt.",
    ResolutionState.NOT_THEN: "Có đơn vị tên như vậy, nhưng không vào ngày ấy.",
    ResolutionState.PARTIAL: "Chỉ biết đơn vị cấp trên; phần còn lại không có trong bảng.",
    ResolutionState.UNKNOWN: "Không có trong bảng.",
    ResolutionState.NOTHING: "Không nêu đơn vị hành chính nào.",
}
VALIDITY = {
    Validity.SURE: "chắc chắn có vào ngày ấy",
    Validity.POSSIBLE: "bảng không nói khác (chưa chắc đã có vào ngày ấy)",
    Validity.NOT_YET: "chưa có vào ngày ấy",
    Validity.NO_LONGER: "đã thôi có trước ngày ấy",
}


@places_app.callback()
def places() -> None:
    """Địa danh: đơn vị hành chính theo từng thời kỳ."""


@places_app.command("find", cls=Command)
def find(
    written: Annotated[str, typer.Argument(help="Nơi như sổ ghi.")],
    on: Annotated[str, typer.Option("--on", help="Vào ngày (2010-05-31, 2010-05 hay 2010).")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cho biết một nơi ghi trong sổ là đơn vị hành chính nào vào ngày ấy."""
    resolver = read_settings().run_context(workspace).schemas.places
    found = resolver.resolve(written, _day(on))
    if as_json:
        print_json(_plain(found))
        return
    screen = out()
    screen.print(SAID[found.state], markup=False)
    if found.validity is not None:
        screen.print(f"Theo bảng: {VALIDITY[found.validity]}.", markup=False)
    if found.unknown:
        screen.print(f"Không có trong bảng: “{found.unknown}”.", markup=False)
    if not found.spelled:
        screen.print("Chữ đã ghi thiếu dấu so với tên trong bảng.")
    units = found.line or found.candidates
    if units:
        screen.print(_table(units, resolver.gazetteer))


@places_app.command("resolve", cls=Command)
def resolve(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Đối chiếu lại nơi của mọi sự kiện đã lưu, sau khi sửa places.toml hay nâng cấp bảng địa danh."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        entries = registry.entries()
        changed = sum(map(registry.resolve_places, track_items(entries, "Đối chiếu nơi", "sự kiện")))
    if as_json:
        print_json({"entries": len(entries), "changed": changed})
        return
    out().print(f"Đã đối chiếu {len(entries)} sự kiện; ở {changed} sự kiện có nơi nay hiểu khác trước.")


def _day(text: str) -> tuple[int, ...]:
    """``2010-05`` as (2010, 5)."""
    if not text:
        return ()
    try:
        known = tuple(int(part) for part in text.split("-"))
        datetime.date(*known, *(1, 1)[len(known) - 1 :])
    except (ValueError, TypeError):
        raise SetupError(
            f"“{text}” không phải một ngày; hãy viết năm-tháng-ngày, ví dụ 2010-05-31."
        ) from None
    return known


def _table(units: tuple[Unit, ...], gazetteer: Gazetteer) -> Table:
    table = Table("Mã", "Đơn vị", "Trực thuộc", "Bắt đầu có", "Thôi có", "Nay là")
    for unit in units:
        above = gazetteer.versions(f"{unit.scheme}:{unit.parent}") or gazetteer.versions(
            f"2004:{unit.parent}"
        )
        span = unit.span
        table.add_row(
            unit.id,
            unit.title,
            above[0].title if above else "–",
            _between(span.from_min, span.from_max),
            _between(span.to_min, span.to_max),
            ", ".join(gazetteer.successors.get(unit.code, ())) if unit.scheme == "2004" else "",
        )
    return table


def _between(first: int, last: int) -> str:
    """The bounds of a day in Vietnamese."""
    if first == last:
        return _written(first)
    if last == ALWAYS:
        return "" if first == NEVER else f"không trước {_written(first)}"
    return f"muộn nhất {_written(last)}" if first == NEVER else f"{_written(first)} – {_written(last)}"


def _written(day: int) -> str:
    return f"{day % 100:02}/{day // 100 % 100:02}/{day // 10000}"


def _plain(found: PlaceResolution) -> dict[str, Any]:
    return {
        "state": found.state.value,
        "code": found.code,
        "standing": found.validity.value if found.validity else None,
        "spelled": found.spelled,
        "line": [{"code": unit.id, "name": unit.title} for unit in found.line],
        "candidates": [{"code": unit.id, "name": unit.title} for unit in found.candidates],
        "unknown": found.unknown,
    }
