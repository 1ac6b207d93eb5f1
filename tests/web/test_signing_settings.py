"""The office's signature set in the browser: a certificate that was sent signs once two people have set it."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from fastapi import FastAPI

from pipeline.base.errors import SetupError
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.signing.office_certificate import office_signer
from pipeline.delivery.signing.pades import signature_state
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.runs.machine_checks.office import signing_check
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.routes.office_settings import with_policies
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.office_work import read_policies, settings_desk
from pipeline.web.supervising.signing_desk import SigningDesk
from tests.delivery.signing.certificates import PASSWORD, TestAuthority
from tests.delivery.signing.stamp_server import stamp_server
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import browser_of, join

AT = "/settings/signing"
AUTHORITY = TestAuthority()
KEY = ec.generate_private_key(ec.SECP256R1())
WORD = PASSWORD.decode()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "own").mkdir()
    return Workspace(tmp_path / "own")


@pytest.fixture
def app(registry: Registry, clock: Clock, workspace: Workspace) -> FastAPI:
    """Certificates are valid by the real clock, as they are made in this run."""
    office = OfficeDesk(settings=settings_desk(workspace, SCHEMAS), signing=SigningDesk(workspace))
    return create_app(new_site(registry, SCHEMAS, office=office, now=clock))


@pytest.fixture(scope="module")
def logins(accounts: Accounts) -> tuple[str, str]:
    join(accounts, "quan.tri.mot", Role.ADMINISTRATOR, None)
    join(accounts, "phu.trach.hai", Role.SUPERVISOR, None)
    return "quan.tri.mot", "phu.trach.hai"


@pytest.fixture
def administrator(app: FastAPI, accounts: Accounts, logins: tuple[str, str]) -> Browser:
    return browser_of(app, accounts, logins[0])


@pytest.fixture
def second(app: FastAPI, accounts: Accounts, logins: tuple[str, str]) -> Browser:
    return browser_of(app, accounts, logins[1])


def made(tmp_path: Path, *, days: int = 90, with_key: bool = True) -> bytes:
    folder = tmp_path / "noi-cap"
    folder.mkdir(exist_ok=True)
    return (AUTHORITY.write(folder, KEY, days=days, with_key=with_key) / "signing.p12").read_bytes()


def send(browser: Browser, file: bytes, password: str = WORD) -> httpx.Response:
    body = {"file": base64.b64encode(file).decode(), "password": password}
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    return browser.ask("POST", f"{AT}/certificate", json=body, headers=headers)


def hidden(page: str, after: str = "") -> dict[str, str]:
    """The first form with a certificate behind a text of the page."""
    form = page[page.index(after) :]
    return {
        name: re.findall(rf'name="{name}" value="([^"]*)"', form)[0]
        for name in ("seen", "certificate", "timestamp_url")
    }


def answer_newest(browser: Browser, registry: Registry, answer: str) -> httpx.Response:
    newest = registry.open_policy_changes()[-1]
    return browser.submit(f"/confirmations/policies/{newest.change_id}", {"answer": answer})


def ask_for(browser: Browser, file: bytes) -> str:
    """Send a certificate and ask for it; return its SHA-256."""
    address = send(browser, file).json()["address"].partition("#")[0]
    form = hidden(browser.get(address).text, 'id="sent"')
    preview = text_of(browser.submit(AT, form))
    assert "Chứng thư cấp cho: UBND xa thu" in preview
    assert "chờ người thứ hai xác nhận" in preview
    asked = browser.submit(AT, form | {"confirmed": "yes"})
    assert asked.headers["location"] == "/confirmations?asked=policy"
    return form["certificate"]


def test_a_certificate_that_was_sent_signs_once_a_second_person_has_confirmed_it(
    administrator: Browser, second: Browser, registry: Registry, workspace: Workspace, tmp_path: Path
) -> None:
    assert "chưa có chứng thư" in text_of(administrator.get(AT))
    assert "chưa có gì để thử" in text_of(administrator.submit(f"{AT}/trial"))
    fingerprint = ask_for(administrator, made(tmp_path))
    certificate, secret = workspace.sent_certificate(fingerprint)
    assert [path.stat().st_mode & 0o777 for path in (certificate, secret)] == [0o600, 0o600]
    assert office_signer(workspace, read_options(workspace.package, workspace.office).signing) is None
    assert "chưa có chứng thư" in text_of(second.get(AT)), "nothing signs before it is confirmed"
    waiting = text_of(second.get("/confirmations"))
    assert ("UBND xa thu" in waiting, fingerprint in waiting) == (True, True)
    assert answer_newest(administrator, registry, "confirmed").status_code == 403
    assert answer_newest(second, registry, "confirmed").status_code == 303

    shown = administrator.get(AT)
    for told in ("UBND xa thu", "CA", fingerprint, "còn 89 ngày", "Khớp với chứng thư mà thiết lập ghi"):
        assert told in text_of(shown)
    signer = office_signer(workspace, read_options(workspace.package, workspace.office).signing)
    assert signer is not None
    assert signer.fingerprint == fingerprint
    assert "chữ ký đúng" in text_of(administrator.submit(f"{AT}/trial"))
    state = signature_state(administrator.get(f"{AT}/trial.pdf").content, (AUTHORITY.der,))
    assert (state.flaw, state.fingerprint, state.trusted) == ("", fingerprint, True)
    assert second.get(f"{AT}/trial.pdf").status_code == 404, "the trial of somebody else"
    again = send(administrator, certificate.read_bytes())
    assert (again.status_code, "đang ký rồi" in again.json()["sentence"]) == (422, True)

    audited = registry.audit().recent(100)
    assert {"certificate-sent", "policy-asked", "policy-confirmed", "settings-changed", "signing-tried"} <= {
        row.action for row in audited
    }
    assert WORD not in str(audited) + shown.text + workspace.office.read_text(encoding="utf-8")

    off = hidden(administrator.get(AT).text, 'id="off-title"') | {"confirmed": "yes"}
    assert administrator.submit(AT, off).headers["location"] == "/confirmations?asked=policy"
    assert answer_newest(second, registry, "confirmed").status_code == 303
    assert "chưa có chứng thư" in text_of(administrator.get(AT))
    assert not certificate.exists()
    assert not secret.exists()


def test_a_file_that_cannot_sign_is_refused_with_what_to_do_and_leaves_nothing(
    administrator: Browser, second: Browser, workspace: Workspace, tmp_path: Path
) -> None:
    good = made(tmp_path)
    stamper = serialize_key_and_certificates(
        b"x", KEY, AUTHORITY.issue(KEY, is_stamper=True), None, BestAvailableEncryption(PASSWORD)
    )
    for file, password, told in (
        (good, "mat-khau-sai", "mật khẩu đã gõ không đúng"),
        (b"%PDF-1.7", WORD, "không phải chứng thư dạng tệp"),
        (made(tmp_path, days=-1), WORD, "đã hết hạn ngày"),
        (made(tmp_path, with_key=False), WORD, "không có khóa bí mật"),
        (stamper, WORD, "không được cấp để ký"),
        (good[:-9], WORD, "Hãy xuất lại"),
        (b"", WORD, "từ 1 byte đến 48 KB"),
        (bytes(60_000), WORD, "từ 1 byte đến 48 KB"),
        (good, "", "Mật khẩu của tệp"),
        (good, "a\nb", "Mật khẩu của tệp"),
    ):
        refused = send(administrator, file, password)
        assert (refused.status_code, told in refused.json()["sentence"]) == (422, True), refused.text
        assert not password or password == WORD or password not in refused.text
    assert not list(workspace.root.rglob("*.p12"))
    assert send(second, good).status_code == 403, "only an administrator puts in what is secret"
    crooked = {"seen": hidden(administrator.get(AT).text)["seen"], "timestamp_url": ""}
    for wrong, told in (("a" * 64, "không còn ở máy chủ"), ("xyz", "Chứng thư ký")):
        refused_form = administrator.submit(AT, crooked | {"certificate": wrong, "confirmed": "yes"})
        assert (refused_form.status_code, told in text_of(refused_form)) == (422, True)


def test_a_certificate_that_is_gone_by_then_is_not_confirmed(
    administrator: Browser, second: Browser, registry: Registry, workspace: Workspace, tmp_path: Path
) -> None:
    fingerprint = ask_for(administrator, made(tmp_path))
    send(administrator, made(tmp_path))
    assert not workspace.sent_certificate(fingerprint)[0].exists(), "one waits at a time"
    refused = answer_newest(second, registry, "confirmed")
    assert (refused.status_code, "không còn ở máy chủ" in text_of(refused)) == (422, True)
    assert answer_newest(second, registry, "refused").status_code == 303
    assert not workspace.office.exists()


def test_a_certificate_that_somebody_exchanged_on_the_machine_signs_nothing(
    app: FastAPI, administrator: Browser, workspace: Workspace
) -> None:
    AUTHORITY.write(workspace.root, KEY)
    assert "đặt tay" in text_of(administrator.get(AT))
    assert "chữ ký đúng" in text_of(administrator.submit(f"{AT}/trial"))
    workspace.office.write_text(f'[signing]\ncertificate = "{"0" * 64}"\n', encoding="utf-8")
    check = partial(read_policies, declared=SCHEMAS, package=workspace.package)
    app.state.site = with_policies(app.state.site, check(workspace.office))
    assert "không phải chứng thư mà thiết lập ghi" in text_of(administrator.get(AT))
    assert "không phải chứng thư mà thiết lập ghi" in text_of(administrator.submit(f"{AT}/trial"))
    with pytest.raises(SetupError, match="không phải chứng thư"):
        office_signer(workspace, read_options(workspace.package, workspace.office).signing)
    doctor = signing_check(workspace, datetime.now(UTC))
    assert doctor is not None
    assert doctor.state == "missing"


def test_the_server_of_time_stamps_waits_for_a_second_person_and_is_tried(
    administrator: Browser, second: Browser, registry: Registry, workspace: Workspace
) -> None:
    AUTHORITY.write(workspace.root, KEY)
    assert "Chưa đặt máy chủ dấu thời gian" in text_of(administrator.submit(f"{AT}/test"))
    form = hidden(administrator.get(AT).text, 'id="stamp-title"')
    for wrong in ("ftp://noi-cap.test", "tsa", "http://a b"):
        assert administrator.submit(AT, form | {"timestamp_url": wrong}).status_code == 422
    with stamp_server(AUTHORITY) as address:
        for path, told in (("tsa", "trả lời: 15:00:00 ngày 05/11/2026"), ("down", "không trả lời")):
            form = hidden(administrator.get(AT).text, 'id="stamp-title"')
            changed = form | {"timestamp_url": f"{address}/{path}", "confirmed": "yes"}
            asked = administrator.submit(AT, changed)
            assert asked.headers["location"] == "/confirmations?asked=policy"
            assert answer_newest(second, registry, "confirmed").status_code == 303
            assert told in text_of(administrator.submit(f"{AT}/test"))
            tried = text_of(administrator.submit(f"{AT}/trial"))
            assert ("Dấu thời gian: có" in tried) is (path == "tsa")
    assert read_options(workspace.package, workspace.office).signing.timestamp_url.endswith("/down")
