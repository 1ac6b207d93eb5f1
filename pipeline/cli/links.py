"""``hotich links``: possible links between entries on the same event or person, and people's verdicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from pipeline.base.errors import SetupError
from pipeline.base.text.numbers import format_percent
from pipeline.books.book_checks import suggest_links
from pipeline.cli.context import HERE, ME, CommandContext, JsonOption, WorkspaceOption, by_option
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.declarations.schema import Schemas
from pipeline.registry import ChecksOutcome, LinkDecision, LinkVerdict, Registry, StoredLink
from pipeline.registry.checks.model import KINDS, ROLES, VERDICTS, evidence_told
from pipeline.reports.finding_sentences import FindingPlaces

app = typer.Typer(cls=Commands, invoke_without_command=True)

NumberArgument = Annotated[
    int, typer.Argument(metavar="SỐ", help="Số của gợi ý, ở cột đầu của hotich links.")
]
ByOption = Annotated[str, by_option("Người quyết định")]


@app.callback()
def links(
    ctx: typer.Context,
    work: WorkspaceOption = HERE,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="Chỉ “again” (đăng ký hai lần), “person” (cùng một người) hay “act” (việc làm thay đổi việc kia).",
        ),
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
    with work.open_registry() as registry:
        outcome = _suggest(registry, work.schemas)
        all_links = registry.links(kind, rejected=rejected)
        shown = all_links[:limit]
        places = FindingPlaces(registry) if all_links else None
    if as_json:
        print_json(
            {"outcome": plain(outcome), "total": len(all_links), "links": [plain(link) for link in shown]}
        )
        return
    say(f"{outcome.standing} gợi ý ({outcome.raised} mới, {outcome.cleared} không còn nữa).")
    if places:
        _show(shown, places)
    if len(shown) < len(all_links):
        say("Chưa in hết: thêm --limit, hoặc --json.")


@app.command("confirm", cls=Command)
def confirm(
    number: NumberArgument,
    by: ByOption = ME,
    reason: Annotated[str, typer.Option("--reason", help="Căn cứ, nếu có.")] = "",
    work: WorkspaceOption = HERE,
) -> None:
    """Ghi rằng một gợi ý là đúng. Không gộp, không sửa sự kiện nào; lần chạy sau không ghi đè."""
    _decide(number, LinkVerdict.CONFIRMED, by, reason, work)


@app.command("reject", cls=Command)
def reject(
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao không phải.")],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Ghi rằng một gợi ý không đúng. Cặp ấy không được gợi ý lại, trừ khi bằng chứng thay đổi."""
    _decide(number, LinkVerdict.REJECTED, by, reason, work)


@app.command("undo", cls=Command)
def undo(
    number: NumberArgument,
    by: ByOption = ME,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao rút lại.")] = "",
    work: WorkspaceOption = HERE,
) -> None:
    """Rút lại lời đã ghi về một gợi ý; lời cũ vẫn còn trong sổ dữ liệu."""
    _decide(number, LinkVerdict.TAKEN_BACK, by, reason, work)


def _decide(number: int, verdict: LinkVerdict, by: str, reason: str, work: CommandContext) -> None:
    with work.open_registry() as registry:
        registry.decide_link(number, verdict, author=by, reason=reason)
    say(f"Đã ghi: gợi ý số {number} {VERDICTS[verdict]}.")


def _suggest(registry: Registry, schemas: Schemas) -> ChecksOutcome:
    try:
        return suggest_links(registry, schemas)
    except ModuleNotFoundError as error:
        if error.name not in ("splink", "duckdb"):
            raise
        raise SetupError("Thiếu gói splink. Hãy chạy lại: make setup.") from None


def _show(found: Sequence[StoredLink], places: FindingPlaces) -> None:
    columns: dict[str, Callable[[StoredLink], object]] = {
        "Số": lambda link: link.link_id,
        "Có thể là": lambda link: KINDS[link.kind],
        "Sự kiện thứ nhất": lambda link: _entry_in_words(places, link.first_entry_id, link.first_role),
        "Sự kiện thứ hai": lambda link: _entry_in_words(places, link.second_entry_id, link.second_role),
        "Xác suất": lambda link: (
            format_percent(link.probability, space=" ") if link.suggested else "không còn gợi ý"
        ),
        "Bằng chứng": lambda link: evidence_told(link.evidence),
    }
    if any(link.decision for link in found):
        columns["Người đã nói"] = lambda link: decision_in_words(link.decision)
    show(found, columns)


def _entry_in_words(places: FindingPlaces, entry_id: int, role: str) -> str:
    place = places.of_entry(entry_id)
    return f"{place.in_words if place else '–'} ({ROLES.get(role, role)})"


def decision_in_words(decision: LinkDecision | None) -> str:
    """Return a person's verdict on a link in words."""
    if decision is None:
        return "–"
    verdict = f"{VERDICTS[decision.verdict]} ({decision.author}, {decision.decided_at:%d/%m/%Y})"
    if decision.reason:
        verdict += f": {decision.reason}"
    return f"trước đây {verdict}; nay bằng chứng đã khác" if decision.outdated else verdict
