"""The office's own severities, terms and aliases: lists, and forms whose changes are shown before they are saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from pipeline.declarations.catalogue import FAMILIES, CatalogueRule
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.declarations.schema import Schemas
from pipeline.registry.accounts.model import Session
from pipeline.web.context import Site, SiteDep
from pipeline.web.routes.office_settings import BY_HAND, NOT_HERE, change_or_ask, waiting_effects
from pipeline.web.security.authentication import SessionDep
from pipeline.web.supervising.office_rules import (
    OwnRows,
    RowEdit,
    choices_of,
    edited_rule,
    edited_terms,
    effects_of_rows,
    fields_of_rule,
    not_in_force,
    own_rows,
    settable_rules,
    shown_rules,
    term_words,
    uncoded_boxes,
)
from pipeline.web.supervising.office_settings import differences_of
from pipeline.web.supervising.staff_file_desk import SettingsStale, StaffFileDesk

OTHER_FAMILY = "Khác"
RULE_KEYS = ("severity", "field", "reason")
TERM_KEYS = ("kind", "vocab", "code", "label", "reason", "remove")
TERMS_TITLE = "Mục và cách viết của cơ quan"

router = APIRouter()


@router.get("/rules")
def show_rules(
    request: Request,
    site: SiteDep,
    words: Annotated[str, Query(max_length=200)] = "",
    saved: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """List every rule whose severity an office may set."""
    declared, rows, _, broken = _read(site)
    shown = shown_rules(declared, rows, words)
    groups = [
        (FAMILIES.get(family, OTHER_FAMILY), [row for row in shown if row.rule.family == family])
        for family in dict.fromkeys(row.rule.family for row in shown)
    ]
    edits = edits_files(site) and not broken
    return site.renderer.render(
        request,
        "supervising/rules.html",
        groups=groups,
        words=words,
        saved=bool(saved),
        edits=edits,
        broken=broken,
        changed=sum(row.changed for row in shown),
        found=len(shown),
        waiting=not_in_force(site.schemas, declared, rows) if edits else (),
        own=len(rows.terms) + len(rows.aliases),
    )


@router.get("/rules/{code}")
def show_rule(request: Request, site: SiteDep, code: str) -> Response:
    rule = _rule(site, code)
    desk_of(site).loaded()
    return _rule_form(request, site, rule)


@router.post("/rules/{code}")
async def change_rule(request: Request, site: SiteDep, session: SessionDep, code: str) -> Response:
    """Show the changes of a form, and save them once they were shown."""
    form = await request.form()
    typed = {key: str(form.get(key, "")) for key in (*RULE_KEYS, "seen", "confirmed")}
    return await run_in_threadpool(_preview_or_save_rule, request, site, session, code, typed)


@router.get("/terms")
def show_terms(
    request: Request,
    site: SiteDep,
    saved: Annotated[str, Query(max_length=40)] = "",
    vocab: Annotated[str, Query(max_length=100)] = "",
    label: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """List the office's own terms and aliases, with a form for another; ``label``: an uncoded printed text."""
    typed = (
        {**dict.fromkeys(TERM_KEYS, ""), "kind": "term", "vocab": vocab, "label": label} if label else None
    )
    return _terms(request, site, saved=bool(saved), typed=typed)


@router.post("/terms")
async def change_terms(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Show the term or alias to add or remove, and save the change once it was shown."""
    form = await request.form()
    typed = {key: str(form.get(key, "")) for key in (*TERM_KEYS, "seen", "confirmed")}
    return await run_in_threadpool(_preview_or_save_terms, request, site, session, typed)


def _preview_or_save_rule(
    request: Request, site: Site, session: Session, code: str, typed: Mapping[str, str]
) -> Response:
    rule = _rule(site, code)
    edit = partial(edited_rule, rule=rule, form=typed, declared=declared_of(site))
    try:
        answer = save_rows(
            request, site, session, typed, edit, f"Quy tắc {code}", f"/rules/{code}", RULE_KEYS
        )
    except SettingsStale as stale:
        return _rule_form(request, site, rule, refused=stale.message)
    except SettingsRefused as refused:
        return _rule_form(request, site, rule, refused=refused.message, typed=typed)
    return answer or RedirectResponse(f"/rules?saved={code}", status_code=303)


def _preview_or_save_terms(
    request: Request, site: Site, session: Session, typed: Mapping[str, str]
) -> Response:
    edit = partial(edited_terms, form=typed, declared=declared_of(site))
    try:
        answer = save_rows(request, site, session, typed, edit, TERMS_TITLE, "/terms", TERM_KEYS)
    except SettingsStale as stale:
        return _terms(request, site, refused=stale.message)
    except SettingsRefused as refused:
        return _terms(request, site, refused=refused.message, typed=typed)
    return answer or RedirectResponse("/terms?saved=terms", status_code=303)


def save_rows(
    request: Request,
    site: Site,
    session: Session,
    typed: Mapping[str, str],
    edit: Callable[[str], RowEdit],
    title: str,
    action: str,
    keys: tuple[str, ...],
    effects: Sequence[str] | None = None,
) -> Response | None:
    """Save a change of ``office.toml`` that was shown and return None; otherwise return the answer.

    A change is shown first; one that makes something easier waits for a second person.

    Args:
        typed: The values of the form, with ``seen`` and ``confirmed``.
        keys: The keys of the form to send again with the confirmation.
        effects: Sentences on the effects of the change; by default those of rules and terms.

    Raises:
        SettingsRefused: The change is invalid, or the file has changed meanwhile.
    """
    desk, seen = desk_of(site), typed["seen"]
    by_hand = [f"{BY_HAND}: {diff}" for diff in differences_of(site.policies, desk.loaded(), site.schemas)]
    lines: list[str] = []

    def apply_edit(text: str) -> str:
        row_edit = edit(text)
        lines[:] = row_edit.lines
        return row_edit.text

    desk.tried(seen, apply_edit)
    if typed["confirmed"] != "yes":
        return site.renderer.render(
            request,
            "supervising/settings_preview.html",
            table={"title": title},
            action=action,
            typed={key: [typed[key]] for key in keys},
            seen=seen,
            lines=lines,
            effects=[
                *(
                    effects_of_rows(site.registry.statistics(None).book_states())
                    if effects is None
                    else effects
                ),
                *by_hand,
                *waiting_effects(site, desk, seen, apply_edit),
            ],
            back=action,
        )
    if not change_or_ask(request, site, session, desk, seen, apply_edit, [*lines, *by_hand]):
        return RedirectResponse("/confirmations?asked=policy", status_code=303)
    return None


def edits_files(site: Site) -> bool:
    """Return whether this server can change ``office.toml``."""
    return site.office.settings is not None and site.office.declared is not None


def declared_of(site: Site) -> Schemas:
    """Return the declarations as shipped; on a server without editing, its declarations in use."""
    return site.office.declared or site.schemas


def desk_of(site: Site) -> StaffFileDesk[OfficePolicies]:
    """Return the editor of ``office.toml``.

    Raises:
        SettingsRefused: This server cannot change the file.
    """
    if site.office.settings is None or site.office.declared is None:
        raise SettingsRefused(NOT_HERE)
    return site.office.settings


def _rule(site: Site, code: str) -> CatalogueRule:
    """Return a rule whose severity an office may set; 404 for any other code."""
    for rule in settable_rules(declared_of(site)):
        if rule.code == code:
            return rule
    raise HTTPException(404)


def _read(site: Site) -> tuple[Schemas, OwnRows, str, str]:
    """Return the declarations as shipped, the rows of the file, its digest, and its flaw."""
    declared = declared_of(site)
    if not edits_files(site):
        return declared, OwnRows(), "", ""
    desk = desk_of(site)
    try:
        desk.loaded()
        now = desk.read()
        return declared, own_rows(now.text), now.digest, ""
    except SettingsRefused as error:
        return declared, OwnRows(), "", error.message


def _rule_form(
    request: Request,
    site: Site,
    rule: CatalogueRule,
    *,
    refused: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    declared, rows, seen, broken = _read(site)
    whole = rows.of_field(rule.code, "")
    current: Mapping[str, Any] = {
        "severity": whole.severity if whole else "",
        "field": "",
        "reason": whole.reason if whole else "",
    }
    shown = next(row for row in shown_rules(declared, rows) if row.rule.code == rule.code)
    return site.renderer.render(
        request,
        "supervising/rule_form.html",
        status=422 if refused else 200,
        one=shown,
        family=FAMILIES.get(rule.family, OTHER_FAMILY),
        choices=choices_of(rule),
        fields=sorted(fields_of_rule(rule.code, declared).items(), key=lambda field: field[1]),
        typed=typed or current,
        seen=seen,
        refused="\n".join(filter(None, dict.fromkeys((refused, broken)))),
    )


def _terms(
    request: Request,
    site: Site,
    *,
    saved: bool = False,
    refused: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response:
    declared, rows, seen, broken = _read(site)
    titles = {name: vocab.title for name, vocab in declared.vocabs.items()}
    return site.renderer.render(
        request,
        "supervising/terms.html",
        status=422 if refused else 200,
        lists=(
            ("term", [term_words(row, declared) for row in rows.terms]),
            ("alias", [term_words(row, declared) for row in rows.aliases]),
        ),
        titles=sorted(titles.items(), key=lambda title: title[1]),
        uncoded=[(name, titles[name], words) for name, words in uncoded_boxes(declared, rows)],
        typed=typed or dict.fromkeys(TERM_KEYS, ""),
        edits=edits_files(site) and not broken,
        seen=seen,
        saved=saved,
        refused="\n".join(filter(None, dict.fromkeys((refused, broken)))),
    )
