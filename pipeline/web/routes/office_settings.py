"""Settings of the office: overview, forms, and history.

A change is shown in words with its effects before it is saved. It holds immediately, without a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import SchemaError, SecurityError
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.settings import SettingsRefused, SettingTable
from pipeline.declarations.office.signing import SIGNING
from pipeline.delivery.printing.offices import OFFICE
from pipeline.registry.accounts.model import Role, Session
from pipeline.registry.policy_changes import PolicyAnswer
from pipeline.web.context import Site, SiteDep, exchange_parts
from pipeline.web.notice_mail import MailFailed
from pipeline.web.security.authentication import SessionDep
from pipeline.web.security.sign_in import SignInDesk
from pipeline.web.supervising.issuing_offices import values_of_office
from pipeline.web.supervising.office_rules import own_rows
from pipeline.web.supervising.office_secrets import SECRETS
from pipeline.web.supervising.office_settings import (
    OFFICE_FILE,
    TABLES,
    changes_of,
    differences_of,
    edited_text,
    effects_of,
    field_labels,
    setting_groups,
    values_of,
)
from pipeline.web.supervising.policy_changes import SIGN_IN, Held, held_policies, loosened_lines
from pipeline.web.supervising.sign_in_settings import TITLE, held_sign_in
from pipeline.web.supervising.staff_file_desk import FileChange, SettingsStale, StaffFileDesk

BY_HAND = "Sửa tay trong tệp"
NOT_HERE = "Máy chủ này không đổi thiết lập trên trình duyệt. Người quản trị máy đổi trong tệp."

SAVED = {table.name: table.title for table in (*TABLES.values(), OFFICE)} | {
    "sign_in": TITLE,
    "secret": "Bí mật",
}

router = APIRouter(prefix="/settings")


@router.get("")
def show_settings(
    request: Request, site: SiteDep, session: SessionDep, saved: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show all settings, and the changes made here."""
    return settings_page(request, site, session, saved=saved)


def settings_page(
    request: Request, site: Site, session: Session, *, saved: str = "", secret_refused: str = ""
) -> Response:
    """Return the page of all settings; ``secret_refused`` says why a secret was not taken."""
    desk = site.office.settings
    refused = ""
    by_hand: tuple[str, ...] = ()
    if desk is not None:
        try:
            by_hand = differences_of(site.policies, desk.loaded(), site.schemas)
        except SettingsRefused as error:
            refused = error.message
    everywhere = session.person.places is None
    names, offices, flawed = _offices(site)
    return site.renderer.render(
        request,
        "supervising/settings.html",
        groups=setting_groups(site.policies, site.schemas),
        by_hand=by_hand,
        file=OFFICE_FILE,
        edits=desk is not None and everywhere,
        history=_history(site) if everywhere else (),
        saved=SAVED.get(saved, ""),
        names=names,
        offices=offices,
        offices_flawed=flawed,
        edits_offices=site.office.offices is not None and everywhere and not flawed,
        signs_in=None if site.office.secrets is None else _signed_in_now(site),
        secrets=SECRETS if everywhere and site.office.secrets is not None else {},
        states=site.office.secrets.states() if site.office.secrets is not None else {},
        puts_secrets=session.person.role is Role.ADMINISTRATOR,
        refused=refused,
        secret_refused=secret_refused,
        status=422 if secret_refused else 200,
    )


@router.get("/{table}")
def show_form(request: Request, site: SiteDep, table: str) -> Response:
    chosen, desk = _table(table), settings_desk_of(site)
    now, text = desk.loaded(), desk.read()
    return form_page(
        request, site, chosen, table, values_of(now)[table], text.digest, field_labels(site.schemas)
    )


@router.post("/{table}/test")
def try_settings(request: Request, site: SiteDep, session: SessionDep, table: str) -> Response:
    """Try what a table sets now, for the person who asks."""
    chosen, desk = _table(table), settings_desk_of(site)
    if table not in site.office.tests:
        raise HTTPException(404)
    done = refused = ""
    try:
        done = site.office.tests[table](session.person)
    except (SettingsRefused, MailFailed, SchemaError, SecurityError) as error:
        refused = error.message
    site.registry.note_view(session.person, "settings-tried", f"settings:{table}")
    values, text = values_of(desk.loaded())[table], desk.read()
    return form_page(
        request,
        site,
        chosen,
        table,
        values,
        text.digest,
        field_labels(site.schemas),
        refused=refused,
        done=done,
    )


@router.post("/{table}")
async def change_settings(request: Request, site: SiteDep, session: SessionDep, table: str) -> Response:
    """Show the changes of a form, and save them once they were shown."""
    form = await request.form()
    return await run_in_threadpool(_preview_or_save, request, site, session, table, form)


def with_policies(site: Site, policies: OfficePolicies) -> Site:
    """Return the application's parts under other policies."""
    return replace(
        site,
        desk=site.registry.desk(policies.review, now=site.now),
        lots=site.registry.lots(policies.review, policies.sampling, now=site.now),
        policies=policies,
    )


def with_provider(site: Site) -> Site:
    """Return the application's parts with the sign-in provider as the office has set it now."""
    secrets = site.office.secrets
    provider = secrets.provider() if secrets is not None else None
    desk = None if provider is None else SignInDesk(provider, site.registry.sign_ins(site.now), site.now)
    return replace(site, entrance=replace(site.entrance, sign_in=desk))


def _applied(site: Site, policies: OfficePolicies, *, signs_in_anew: bool) -> Site:
    changed = with_policies(site, policies)
    if site.office.signing is not None and policies.signing.certificate != site.policies.signing.certificate:
        site.office.signing.keep_only(policies.signing.certificate)
    return with_provider(changed) if signs_in_anew else changed


def _preview_or_save(request: Request, site: Site, session: Session, table: str, form: FormData) -> Response:
    chosen, desk = _table(table), settings_desk_of(site)
    typed = typed_texts(chosen, form)
    seen, confirmed = str(form.get("seen", "")), form.get("confirmed") == "yes"
    labels = field_labels(site.schemas)
    try:
        now = desk.loaded()
        changes = changes_of(chosen, typed, values_of(now)[table], labels)
        edit = partial(edited_text, table=chosen, changes=changes)
        lines = [change.line for change in changes]
        by_hand = [f"{BY_HAND}: {line}" for line in differences_of(site.policies, now, site.schemas)]
        after = desk.tried(seen, edit)
        if ignored := changes_of(chosen, typed, values_of(after)[table], labels):
            elsewhere = ", ".join(f"“{change.setting.label}”" for change in ignored)
            raise SettingsRefused(
                f"{elsewhere}: một tệp khác của cơ quan (package.toml) đặt điều này, hãy sửa ở đó."
            )
        if not confirmed:
            books = site.registry.statistics(None).book_states()
            effects = [
                *effects_of(chosen, now, after, books),
                *by_hand,
                *waiting_effects(site, desk, seen, edit),
            ]
            return preview_page(request, site, chosen, table, typed, seen, lines, effects)
        told = [*(f"{chosen.title}: {line}" for line in lines), *by_hand]
        if not change_or_ask(request, site, session, desk, seen, edit, told):
            return RedirectResponse("/confirmations?asked=policy", status_code=303)
    except SettingsStale as stale:
        values, text = values_of(desk.loaded())[table], desk.read()
        return form_page(request, site, chosen, table, values, text.digest, labels, refused=stale.message)
    except SettingsRefused as refused:
        return form_page(request, site, chosen, table, typed, seen, labels, refused=refused.message)
    return RedirectResponse(f"/settings?saved={table}", status_code=303)


def waiting_effects(
    site: Site, desk: StaffFileDesk[OfficePolicies], seen: str, edit: Callable[[str], str]
) -> list[str]:
    """Return what a change makes easier, in sentences; empty where nothing waits for a second person."""
    held, in_force, _ = _compared(site, desk, seen, edit)
    loosened = loosened_lines(in_force, held, site.office.declared or site.schemas)
    return [f"Nới lỏng nên chờ người thứ hai xác nhận rồi mới có hiệu lực: {line}" for line in loosened]


def change_or_ask(
    request: Request,
    site: Site,
    session: Session,
    desk: StaffFileDesk[OfficePolicies],
    seen: str,
    edit: Callable[[str], str],
    lines: Sequence[str],
) -> bool:
    """Save a change of ``office.toml`` and return True; False: it makes something easier and waits for another person.

    Raises:
        SettingsRefused: The change is invalid, or the file has changed meanwhile.
    """
    held, in_force, text = _compared(site, desk, seen, edit)
    signs_in_anew = _signs_in_anew(site, held, in_force)
    _require_certificate(site, held[SIGNING.name]["certificate"])
    loosened = loosened_lines(in_force, held, site.office.declared or site.schemas)
    author = session.person.login
    if loosened:
        site.registry.ask_policy_change(held, lines, loosened, seen=seen, text=text, author=author)
        return False
    desk.change(
        seen,
        edit,
        author=author,
        lines=lines,
        note=lambda number, digest: site.registry.note_view(
            session.person, "settings-changed", f"settings:{number}", {"file": digest}
        ),
        apply=lambda policies: exchange_parts(
            request, partial(_applied, policies=policies, signs_in_anew=signs_in_anew)
        ),
    )
    if held != in_force:
        site.registry.note_policies(held, lines, (), author)
    return True


def confirm_change(request: Request, site: Site, session: Session, change_id: int) -> None:
    """Put a change in force that another person asked for.

    Raises:
        SettingsRefused: The file has changed since the change was asked for.
        RegistryError: The person may not confirm it, or it is answered.
    """
    change = site.registry.policy_change_for(session.person, change_id)
    held = {SIGN_IN: held_sign_in(own_rows(change.text).sign_in)}
    signs_in_anew = _signs_in_anew(site, held, {SIGN_IN: _signed_in_now(site)})
    desk = settings_desk_of(site)
    _require_certificate(site, desk.tried(change.seen, lambda _: change.text).signing.certificate)

    def note(number: int, digest: str) -> None:
        site.registry.answer_policy_change(session.person, change_id, PolicyAnswer.CONFIRMED)
        site.registry.note_view(session.person, "settings-changed", f"settings:{number}", {"file": digest})

    desk.change(
        change.seen,
        lambda _: change.text,
        author=change.author,
        lines=[*change.lines, f"Người thứ hai xác nhận: {session.person.login}"],
        note=note,
        apply=lambda policies: exchange_parts(
            request, partial(_applied, policies=policies, signs_in_anew=signs_in_anew)
        ),
    )


def _signs_in_anew(site: Site, held: Held, in_force: Held) -> bool:
    """Return whether a change is about the sign-in through a provider, whose secret must be there then."""
    if site.office.secrets is None or held[SIGN_IN] == in_force[SIGN_IN]:
        return False
    if held[SIGN_IN]:
        site.office.secrets.require_sign_in()
    return True


def _require_certificate(site: Site, fingerprint: str) -> None:
    """Check that the certificate that a change sets is there and may sign; without a change it may be what it is."""
    if site.office.signing is not None and fingerprint not in ("", site.policies.signing.certificate):
        site.office.signing.require(fingerprint)


def _signed_in_now(site: Site) -> Held:
    """Return the sign-in policy in force, whatever the file says by now."""
    return held_sign_in(None if site.entrance.sign_in is None else site.entrance.sign_in.policy)


def _compared(
    site: Site, desk: StaffFileDesk[OfficePolicies], seen: str, edit: Callable[[str], str]
) -> tuple[Held, Held, str]:
    """Return what holds after an edit of the file, what is in force, and the text after the edit."""
    before = desk.read().text
    after, text = desk.tried(seen, edit), edit(before)
    in_force = dict(held_policies(site.policies, own_rows(before)))
    if site.office.secrets is not None:
        in_force[SIGN_IN] = _signed_in_now(site)
    return held_policies(after, own_rows(text)), in_force, text


def _offices(site: Site) -> tuple[tuple[str, ...], list[tuple[str, ...]], str]:
    """Return the labels of an office's settings, the values of each office, and the flaw of the file."""
    labels = tuple(setting.label for setting in OFFICE.settings)
    if site.office.offices is None:
        return labels, [], ""
    try:
        offices = site.office.offices.loaded()
    except SettingsRefused as error:
        return labels, [], error.message
    places = {place.code: place.name or place.code for place in site.accounts.places()}
    rows = []
    for number in range(len(offices.offices)):
        values = values_of_office(offices, number)
        rows.append(tuple(setting.words(values[setting.name], places) for setting in OFFICE.settings))
    return labels, rows, ""


def _history(site: Site) -> tuple[FileChange, ...]:
    """Return the changes made here to both files, the newest first."""
    desks = (site.office.settings, site.office.offices)
    changes = [change for desk in desks if desk is not None for change in desk.history()]
    return tuple(sorted(changes, key=lambda change: change.changed_at, reverse=True))


def _table(name: str) -> SettingTable[Any]:
    if name not in TABLES:
        raise HTTPException(404)
    return TABLES[name]


def settings_desk_of(site: Site) -> StaffFileDesk[OfficePolicies]:
    """Return what edits ``office.toml``; ``SettingsRefused`` where this server edits nothing."""
    if site.office.settings is None:
        raise SettingsRefused(NOT_HERE)
    return site.office.settings


def form_page(
    request: Request,
    site: Site,
    table: SettingTable[Any],
    at: str,
    values: Mapping[str, Any],
    seen: str,
    names: Mapping[str, str],
    *,
    refused: str = "",
    done: str = "",
) -> Response:
    """Return the form of a table.

    Args:
        at: The name of the form in its address.
        values: The contents of its inputs, by key: values, or texts as typed.
        seen: The digest of the file that the form shows.
        names: The names of selectable codes.
    """
    return site.renderer.render(
        request,
        "supervising/settings_form.html",
        status=422 if refused else 200,
        table=table,
        action=f"/settings/{at}",
        chosen={setting.name: as_typed(values[setting.name]) for setting in table.settings},
        fields=sorted(names.items(), key=lambda name: name[1]),
        seen=seen,
        tested=at in site.office.tests,
        done=done,
        refused=refused,
    )


def as_typed(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, float):
        return [f"{value:.10g}".replace(".", ",")]
    if isinstance(value, frozenset | list):
        return sorted(value)
    return [str(value)]


def preview_page(
    request: Request,
    site: Site,
    table: SettingTable[Any],
    at: str,
    typed: Mapping[str, Sequence[str]],
    seen: str,
    lines: Sequence[str],
    effects: Sequence[str],
) -> Response:
    """Return the page that shows a change before it is saved."""
    return site.renderer.render(
        request,
        "supervising/settings_preview.html",
        table=table,
        action=f"/settings/{at}",
        typed=typed,
        seen=seen,
        lines=lines,
        effects=effects,
    )


def typed_texts(table: SettingTable[Any], form: FormData) -> dict[str, list[str]]:
    """Return the texts of a form by the keys of its table."""
    return {setting.name: [str(text) for text in form.getlist(setting.name)] for setting in table.settings}
