"""The office's signature: the certificate that signs, another one sent, the time-stamp server, and trials.

What signs is a setting like others (``[signing]``), so another certificate or server waits for a second person.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.declarations.office.signing import SIGNING, SigningPolicy
from pipeline.delivery.signing.sent_certificates import MOST_BYTES, MOST_LETTERS
from pipeline.registry.accounts.model import Role
from pipeline.registry.errors import NotThere
from pipeline.web.context import Site, Visit, VisitDep
from pipeline.web.routes.office_settings import (
    NOT_HERE,
    change_or_ask,
    preview_page,
    settings_desk_of,
    typed_texts,
    waiting_effects,
)
from pipeline.web.supervising.office_settings import changes_of, edited_text, values_of
from pipeline.web.supervising.signing_desk import SigningDesk, Trial
from pipeline.web.supervising.staff_file_desk import SettingsStale, StaffFileDesk

AT = "/settings/signing"
TRIED = "settings-tried"

router = APIRouter(prefix="/settings/signing")


class SentCertificate(BaseModel):
    """A PKCS#12 file as Base64, and its password."""

    file: str = Field(max_length=2 * MOST_BYTES)
    password: str = Field(max_length=MOST_LETTERS, repr=False)


@router.get("")
def show_signing(visit: VisitDep, sent: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")] = "") -> Response:
    """Show what signs; ``sent``: the SHA-256 of a certificate that was sent and may be asked for."""
    return _page(visit, sent=sent)


@router.post("/certificate")
def send_certificate(visit: VisitDep, sent: SentCertificate) -> Response:
    """Keep a certificate; it signs nothing before two people have set it."""
    _settings(visit.site)
    try:
        content = base64.b64decode(sent.file, validate=True)
    except (binascii.Error, ValueError):
        raise SettingsRefused("Tệp gửi lên không nguyên vẹn. Hãy gửi lại.") from None
    fingerprint = _signing(visit.site).take(content, sent.password, visit.site.policies.signing)
    visit.registry.note_view(visit.person, "certificate-sent", f"certificate:{fingerprint[:16]}")
    return JSONResponse({"address": f"{AT}?sent={fingerprint}#sent"})


@router.post("/test")
def try_stamp(visit: VisitDep) -> Response:
    """Ask the time-stamp server that is set for a stamp."""
    visit.registry.note_view(visit.person, TRIED, f"settings:{SIGNING.name}")
    with visit.refusing(lambda refused: _page(visit, refused=refused), SettingsRefused):
        done = _signing(visit.site).try_stamp(visit.site.policies.signing)
    return _page(visit, done=done)


@router.post("/trial")
def try_signing(visit: VisitDep) -> Response:
    """Sign a page and verify it."""
    visit.registry.note_view(visit.person, "signing-tried", f"settings:{SIGNING.name}")
    with visit.refusing(lambda refused: _page(visit, refused=refused), SettingsRefused):
        trial = _signing(visit.site).try_signing(visit.site.policies.signing, visit.person.login)
    return _page(visit, trial=trial)


@router.get("/trial.pdf")
def download_trial(visit: VisitDep) -> Response:
    """Return the page that the person signed last on trial."""
    trial = _signing(visit.site).trial(visit.person.login)
    if trial is None:
        raise NotThere("Chưa có trang ký thử nào của bạn. Hãy bấm Ký thử.")
    headers = {"Content-Disposition": 'attachment; filename="ky-thu.pdf"'}
    return Response(trial.pdf, media_type="application/pdf", headers=headers)


@router.post("")
async def change_signing(visit: VisitDep) -> Response:
    """Show the changes of the form, and ask for them once they were shown."""
    form = await visit.request.form()
    typed = typed_texts(SIGNING, form)
    seen, confirmed = str(form.get("seen", "")), form.get("confirmed") == "yes"
    return await run_in_threadpool(_preview_or_ask, visit, typed, seen, confirmed=confirmed)


def _preview_or_ask(
    visit: Visit, typed: Mapping[str, Sequence[str]], seen: str, *, confirmed: bool
) -> Response:
    site, desk = visit.site, _settings(visit.site)
    with visit.refusing(lambda refused: _page(visit, refused=refused), SettingsStale, SettingsRefused):
        before = desk.loaded().signing
        changes = changes_of(SIGNING, typed, values_of(desk.loaded())[SIGNING.name], {})
        edit = partial(edited_text, table=SIGNING, changes=changes)
        after = desk.tried(seen, edit).signing
        lines = [change.line for change in changes]
        if after.certificate not in ("", before.certificate):
            _signing(site).require(after.certificate)
            shown = _signing(site).sent(after.certificate)
            lines += shown.words if shown is not None else ()
        if not confirmed:
            effects = [SIGNING.since, *_sentences(after), *waiting_effects(site, desk, seen, edit)]
            return preview_page(visit.request, site, SIGNING, SIGNING.name, typed, seen, lines, effects)
        told = [f"{SIGNING.title}: {line}" for line in lines]
        if not change_or_ask(visit.request, site, visit.session, desk, seen, edit, told):
            return RedirectResponse("/confirmations?asked=policy", status_code=303)
    return RedirectResponse(f"/settings?saved={SIGNING.name}", status_code=303)


def _sentences(after: SigningPolicy) -> list[str]:
    if after.certificate:
        return ["Chứng thư cũ gửi ở trang này bị xóa khỏi máy chủ khi chứng thư mới có hiệu lực."]
    return [
        "Không chứng thư nào gửi ở trang này ký nữa; tệp signing.p12 trong thư mục làm việc, nếu có, thì ký."
    ]


def _signing(site: Site) -> SigningDesk:
    if site.office.signing is None:
        raise SettingsRefused(NOT_HERE)
    return site.office.signing


def _settings(site: Site) -> StaffFileDesk[OfficePolicies]:
    _signing(site)
    return settings_desk_of(site)


def _page(
    visit: Visit, *, sent: str = "", refused: str = "", done: str = "", trial: Trial | None = None
) -> Response:
    desk, signing, policy = _settings(visit.site), _signing(visit.site), visit.site.policies.signing
    return visit.page(
        "supervising/signing.html",
        title=SIGNING.title,
        policy=policy,
        now=signing.in_force(policy),
        sent=signing.sent(sent) if sent and sent != policy.certificate else None,
        seen=desk.read().digest,
        sends=visit.person.role is Role.ADMINISTRATOR,
        most=MOST_BYTES,
        most_letters=MOST_LETTERS,
        since=SIGNING.since,
        refused=refused,
        done=done,
        trial=trial,
    )
