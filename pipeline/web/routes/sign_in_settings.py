"""The form of the sign-in through a provider, and secrets that administrators put in. Saved like all settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import SchemaError, SecurityError
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry.accounts.model import ROLE_WORDS, Session
from pipeline.web.context import Site, SiteDep, exchange_parts
from pipeline.web.routes.office_settings import (
    NOT_HERE,
    change_or_ask,
    settings_desk_of,
    settings_page,
    waiting_effects,
    with_provider,
)
from pipeline.web.security.authentication import SessionDep
from pipeline.web.sign_in_provider.policy import GRANTED
from pipeline.web.supervising.office_rules import own_rows
from pipeline.web.supervising.office_secrets import MOST_LETTERS, SECRETS, OfficeSecrets
from pipeline.web.supervising.sign_in_settings import (
    HELP,
    LABELS,
    TITLE,
    SignInForm,
    held_sign_in,
    sign_in_lines,
)
from pipeline.web.supervising.staff_file_desk import SettingsStale, StaffFileDesk

AT = "/settings/sign-in"
SINCE = "Áp dụng ngay khi có hiệu lực; người đang đăng nhập không bị ra."

router = APIRouter(prefix="/settings")


@router.get("/sign-in")
def show_sign_in(request: Request, site: SiteDep) -> Response:
    return _form(request, site)


@router.post("/sign-in/test")
def try_sign_in(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Ask the provider that is set whether it knows this program."""
    secrets = _secrets(site)
    done = refused = ""
    try:
        done = secrets.try_sign_in(session.person)
    except (SettingsRefused, SchemaError, SecurityError) as error:
        refused = error.message
    site.registry.note_view(session.person, "settings-tried", "settings:sign_in")
    return _form(request, site, refused=refused, done=done)


@router.post("/sign-in")
async def change_sign_in(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Show the changes of the form, and save them once they were shown."""
    form = await request.form()
    typed = {key: [str(text) for text in form.getlist(key)] for key in form}
    return await run_in_threadpool(_preview_or_save, request, site, session, typed)


@router.post("/secrets/{name}")
def put_secret(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    name: str,
    secret: Annotated[str, Form(max_length=4 * MOST_LETTERS)] = "",
) -> Response:
    """Store a secret; it is never shown again."""
    if name not in SECRETS:
        raise HTTPException(404)
    try:
        _secrets(site).put(name, secret)
    except SettingsRefused as refused:
        return settings_page(request, site, session, secret_refused=refused.message)
    site.registry.note_view(session.person, "secret-put", f"secret:{name}")
    if name == "sign_in" and site.entrance.sign_in is not None:
        exchange_parts(request, with_provider)
    return RedirectResponse("/settings?saved=secret#secrets", status_code=303)


def _preview_or_save(
    request: Request, site: Site, session: Session, typed: Mapping[str, Sequence[str]]
) -> Response:
    desk, form = _desk(site), SignInForm.typed(typed)
    seen, confirmed = "".join(typed.get("seen", ())), typed.get("confirmed") == ["yes"]
    try:
        before = own_rows(desk.read().text).sign_in
        desk.tried(seen, form.edited)
        after = own_rows(form.edited(desk.read().text)).sign_in
        lines = sign_in_lines(held_sign_in(before), held_sign_in(after))
        if not confirmed:
            return site.renderer.render(
                request,
                "supervising/settings_preview.html",
                table={"title": TITLE},
                action=AT,
                typed={key: values for key, values in typed.items() if key not in _NOT_TYPED},
                seen=seen,
                lines=lines,
                effects=[SINCE, *waiting_effects(site, desk, seen, form.edited)],
            )
        told = [f"{TITLE}: {line}" for line in lines]
        if not change_or_ask(request, site, session, desk, seen, form.edited, told):
            return RedirectResponse("/confirmations?asked=policy", status_code=303)
    except SettingsStale as stale:
        return _form(request, site, refused=stale.message)
    except SettingsRefused as refused:
        return _form(request, site, form, seen, refused=refused.message)
    return RedirectResponse("/settings?saved=sign_in", status_code=303)


_NOT_TYPED = frozenset({"csrf", "seen", "confirmed"})


def _desk(site: Site) -> StaffFileDesk[OfficePolicies]:
    _secrets(site)
    return settings_desk_of(site)


def _secrets(site: Site) -> OfficeSecrets:
    if site.office.secrets is None:
        raise SettingsRefused(NOT_HERE)
    return site.office.secrets


def _form(
    request: Request,
    site: Site,
    form: SignInForm | None = None,
    seen: str = "",
    *,
    refused: str = "",
    done: str = "",
) -> Response:
    text = _desk(site).read()
    return site.renderer.render(
        request,
        "supervising/sign_in_form.html",
        status=422 if refused else 200,
        title=TITLE,
        form=form or SignInForm.of(own_rows(text.text).sign_in),
        labels=LABELS,
        help=HELP,
        roles={role.value: ROLE_WORDS[role] for role in GRANTED},
        places=site.accounts.places(),
        seen=seen or text.digest,
        secret=_secrets(site).states()["sign_in"],
        running=site.entrance.sign_in is not None,
        since=SINCE,
        refused=refused,
        done=done,
    )
