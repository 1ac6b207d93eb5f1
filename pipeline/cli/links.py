"""``hotich links``: which entries may speak of one event or of one person, and what people said of it."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import SetupError
from pipeline.base.text.numbers import format_percent
from pipeline.books.book_checks import suggest_links
from pipeline.cli.findings import FindingPlaces
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.registry import ChecksOutcome, LinkDecision, LinkVerdict, Registry, StoredLink
from pipeline.registry.checks.model import KINDS, ROLES, VERDICTS, evidence_told
from pipeline.settings import read_settings

links_app = typer.Typer(cls=Commands, invoke_without_command=True)

NumberArgument = Annotated[
    int, typer.Argument(metavar="SỐ", help="Số của gợi ý, ở cột đầu của hotich links.")
]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Người quyết định [tên tài khoản của máy đang dùng].")
]


@links_app.callback()
def links(
    ctx: typer.Context,
    workspace: WorkspaceOption = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="Chỉ “again” (đăng ký hai lần) hoặc “person” (cùng một người)."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Nhiều nhất bấy nhiêu gợi ý.")] = 40,
    rejected: Annotated[bool, typer.Option("--rejected", help="Kể cả những gợi ý người đã bác.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Gợi ý những sự kiện có thể là của cùng một người, hoặc là một sự kiện đăng ký hai lần, kèm bằng chứng.

    Chỉ là gợi ý: không sự kiện nào bị gộp hay sửa, hàng đợi không đổi. Người xác nhận hay bác từng gợi ý; gợi ý đã bác
    không được nêu lại, trừ khi bằng chứng thay đổi.
    """
    if ctx.invoked_subcommand is not None:
        return
    if kind not in (None, *KINDS):
        raise SetupError(f"--kind là một trong: {', '.join(KINDS)}.")
    with read_settings().run_context(workspace).open_registry() as registry:
        outcome = _suggested(registry)
        found = registry.links(kind, rejected=rejected)
        shown = found[:limit]
        places = FindingPlaces(registry) if found else None
    if as_json:
        print_json({"outcome": plain(outcome), "total": len(found), "links": [plain(link) for link in shown]})
        return
    screen = out()
    screen.print(
        f"{outcome.standing} gợi ý ({outcome.raised} mới, {outcome.cleared} không còn nữa).", markup=False
    )
    if places:
        screen.print(_table(shown, places))
    if len(shown) < len(found):
        screen.print("Chưa in hết: thêm --limit, hoặc --json.", markup=False)


@links_app.command("confirm", cls=Command)
def confirm(
    number: NumberArgument,
    by: ByOption = None,
    reason: Annotated[str, typer.Option("--reason", help="Căn cứ, nếu có.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Ghi rằng một gợi ý là đúng. Không gộp, không sửa sự kiện nào; lần chạy sau không ghi đè."""
    _decide(number, LinkVerdict.CONFIRMED, by, reason, workspace)


@links_app.command("reject", cls=Command)
def reject(
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao không phải.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Ghi rằng một gợi ý không đúng. Cặp ấy không được gợi ý lại, trừ khi bằng chứng thay đổi."""
    _decide(number, LinkVerdict.REJECTED, by, reason, workspace)


@links_app.command("undo", cls=Command)
def undo(
    number: NumberArgument,
    by: ByOption = None,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao rút lại.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Rút lại lời đã ghi về một gợi ý; lời cũ vẫn còn trong sổ dữ liệu."""
    _decide(number, LinkVerdict.TAKEN_BACK, by, reason, workspace)


def _decide(number: int, verdict: LinkVerdict, by: str | None, reason: str, workspace: Path | None) -> None:
    author = getpass.getuser() if by is None else by
    with read_settings().run_context(workspace).open_registry() as registry:
        registry.decide_link(number, verdict, author=author, reason=reason)
    out().print(f"Đã ghi: gợi ý số {number} {VERDICTS[verdict]}.", markup=False)


def _suggested(registry: Registry) -> ChecksOutcome:
    try:
        return suggest_links(registry)
    except ModuleNotFoundError as error:
        if error.name not in ("splink", "duckdb"):
            raise
        raise SetupError("Thiếu gói splink. Hãy chạy lại: make setup.") from None


def _table(found: Sequence[StoredLink], places: FindingPlaces) -> Table:
    columns = ("Số", "Có thể là", "Sự kiện thứ nhất", "Sự kiện thứ hai", "Xác suất", "Bằng chứng")
    decided = any(link.decision for link in found)
    table = Table(*columns, *(("Người đã nói",) if decided else ()))
    for link in found:
        table.add_row(
            str(link.link_id),
            KINDS[link.kind],
            escape(_told(places, link.first_entry_id, link.first_role)),
            escape(_told(places, link.second_entry_id, link.second_role)),
            format_percent(link.probability, space=" ") if link.suggested else "không còn gợi ý",
            escape(evidence_told(link.evidence)),
            *((escape(decision_told(link.decision)),) if decided else ()),
        )
    return table


def _told(places: FindingPlaces, entry_id: int, role: str) -> str:
    place = places.of_entry(entry_id)
    return f"{place.told if place else '–'} ({ROLES.get(role, role)})"


def decision_told(decision: LinkDecision | None) -> str:
    """What a person said of a link, in words."""
    if decision is None:
        return "–"
    said = f"{VERDICTS[decision.verdict]} ({decision.author}, {decision.decided_at:%d/%m/%Y})"
    if decision.reason:
        said += f": {decision.reason}"
    return f"trước đây {said}; nay bằng chứng đã khác" if decision.outdated else said
