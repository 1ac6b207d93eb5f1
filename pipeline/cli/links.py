"""``hotich links``: which entries may speak of one event or of one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.batch import suggest_links
from pipeline.cli.beside import Places
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.errors import SetupError
from pipeline.registry import ChecksOutcome, Link, Registry
from pipeline.settings import read_settings

KINDS = {"again": "một việc đăng ký hai lần?", "person": "cùng một người?"}

EVIDENCE = {
    "name": "họ tên",
    "born": "ngày sinh",
    "sex": "giới tính",
    "number": "số giấy tờ",
    "mother": "mẹ",
    "father": "cha",
    "home": "nơi ở",
}

LIKENESS = {
    "same": "giống",
    "same day": "cùng ngày",
    "same year": "cùng năm",
    "marks differ": "khác dấu",
    "one letter differs": "khác một chữ",
    "one figure differs": "khác một chữ số",
    "differs": "KHÁC",
}

ROLES = {"child": "trẻ", "husband": "chồng", "wife": "vợ", "deceased": "người chết"}


def links(
    workspace: WorkspaceOption = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="Chỉ “again” (đăng ký hai lần) hoặc “person” (cùng một người)."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Nhiều nhất bấy nhiêu gợi ý.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Gợi ý những việc có thể là của cùng một người, hoặc là một việc đăng ký hai lần, kèm bằng chứng.

    Chỉ là gợi ý: không việc nào bị gộp hay sửa, hàng đợi không đổi.
    """
    if kind not in (None, *KINDS):
        raise SetupError(f"--kind là một trong: {', '.join(KINDS)}.")
    bench = read_settings().workbench(workspace)
    with bench.open_registry() as registry:
        outcome = _suggested(registry)
        found = registry.links(kind, limit)
        places = Places(registry) if found else None
    if as_json:
        print_json({"outcome": plain(outcome), "links": [plain(link) for link in found]})
        return
    screen = out()
    screen.print(
        f"{outcome.standing} gợi ý ({outcome.raised} mới, {outcome.cleared} không còn nữa).", markup=False
    )
    if places:
        screen.print(_table(found, places))
    if len(found) < outcome.standing:
        screen.print("Chưa in hết: thêm --limit, hoặc --json.", markup=False)


def _suggested(registry: Registry) -> ChecksOutcome:
    try:
        return suggest_links(registry)
    except ModuleNotFoundError as error:
        if error.name not in ("splink", "duckdb"):
            raise
        raise SetupError("Thiếu gói splink. Hãy chạy lại: make setup.") from None


def _table(found: Sequence[Link], places: Places) -> Table:
    table = Table("Có thể là", "Việc thứ nhất", "Việc thứ hai", "Xác suất", "Bằng chứng")
    for link in found:
        table.add_row(
            KINDS[link.kind],
            escape(_told(places, link.first_entry_id, link.first_role)),
            escape(_told(places, link.second_entry_id, link.second_role)),
            f"{100 * link.probability:.1f} %".replace(".", ","),
            escape(evidence_told(link.evidence)),
        )
    return table


def _told(places: Places, entry_id: int, role: str) -> str:
    place = places.of_entry(entry_id)
    return f"{place.told if place else '–'} ({ROLES.get(role, role)})"


def evidence_told(evidence: Mapping[str, str]) -> str:
    """What agrees and what does not, in words."""
    return ", ".join(
        f"{EVIDENCE.get(name, name)} {LIKENESS.get(like, like)}" for name, like in evidence.items()
    )
