"""``hotich places``: the administrative unit behind a written place on a given day."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

import typer

from pipeline.base.errors import SetupError
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import print_json, say, show, track_items
from pipeline.values.places import Gazetteer, PlaceResolution, ResolutionState, Unit, Validity
from pipeline.values.places.unit import ALWAYS, NEVER

app = command_group("""Địa danh: đơn vị hành chính theo từng thời kỳ.""")

STATE_SENTENCES = {
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


@app.command("find", cls=Command)
def find(
    written: Annotated[str, typer.Argument(help="Nơi như sổ ghi.")],
    on: Annotated[str, typer.Option("--on", help="Vào ngày (2010-05-31, 2010-05 hay 2010).")] = "",
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Cho biết một nơi ghi trong sổ là đơn vị hành chính nào vào ngày ấy."""
    resolver = work.run.schemas.places
    resolution = resolver.resolve(written, _day(on))
    if as_json:
        print_json(_plain(resolution))
        return
    say(STATE_SENTENCES[resolution.state])
    if resolution.validity is not None:
        say(f"Theo bảng: {VALIDITY[resolution.validity]}.")
    if resolution.unknown:
        say(f"Không có trong bảng: “{resolution.unknown}”.")
    if not resolution.spelled:
        say("Chữ đã ghi thiếu dấu so với tên trong bảng.")
    units = resolution.line or resolution.candidates
    if units:
        gazetteer = resolver.gazetteer
        show(
            units,
            {
                "Mã": lambda unit: unit.id,
                "Đơn vị": lambda unit: unit.title,
                "Trực thuộc": lambda unit: _title_above(unit, gazetteer),
                "Bắt đầu có": lambda unit: _between(unit.span.from_min, unit.span.from_max),
                "Thôi có": lambda unit: _between(unit.span.to_min, unit.span.to_max),
                "Nay là": lambda unit: (
                    ", ".join(gazetteer.successors.get(unit.code, ())) if unit.scheme == "2004" else ""
                ),
            },
        )


@app.command("resolve", cls=Command)
def resolve(work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Đối chiếu lại nơi của mọi sự kiện đã lưu, sau khi sửa places.toml hay nâng cấp bảng địa danh."""
    with work.open_registry() as registry:
        entries = registry.entries()
        changed = sum(map(registry.resolve_places, track_items(entries, "Đối chiếu nơi", "sự kiện")))
    if as_json:
        print_json({"entries": len(entries), "changed": changed})
        return
    say(f"Đã đối chiếu {len(entries)} sự kiện; ở {changed} sự kiện có nơi nay hiểu khác trước.")


def _day(text: str) -> tuple[int, ...]:
    """Return ``2010-05`` as (2010, 5)."""
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


def _title_above(unit: Unit, gazetteer: Gazetteer) -> str:
    above = gazetteer.versions(f"{unit.scheme}:{unit.parent}") or gazetteer.versions(f"2004:{unit.parent}")
    return above[0].title if above else "–"


def _between(first: int, last: int) -> str:
    """Return the bounds of a day in Vietnamese."""
    if first == last:
        return _written(first)
    if last == ALWAYS:
        return "" if first == NEVER else f"không trước {_written(first)}"
    return f"muộn nhất {_written(last)}" if first == NEVER else f"{_written(first)} – {_written(last)}"


def _written(day: int) -> str:
    return f"{day % 100:02}/{day // 100 % 100:02}/{day // 10000}"


def _plain(resolution: PlaceResolution) -> dict[str, Any]:
    return {
        "state": resolution.state.value,
        "code": resolution.code,
        "standing": resolution.validity.value if resolution.validity else None,
        "spelled": resolution.spelled,
        "line": [{"code": unit.id, "name": unit.title} for unit in resolution.line],
        "candidates": [{"code": unit.id, "name": unit.title} for unit in resolution.candidates],
        "unknown": resolution.unknown,
    }
