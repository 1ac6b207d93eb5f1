"""The office's certificate, sent and set in the browser by two people, then tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import expect

from pipeline.delivery.signing.pades import signature_state
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.office_work import settings_desk
from pipeline.web.supervising.signing_desk import SigningDesk
from tests.delivery.signing.certificates import PASSWORD, TestAuthority
from tests.registry.pages import SCHEMAS
from tests.web.desk.judged import overflow, violations
from tests.web.desk.office import Office
from tests.web.desk.typist import Typist

SitDown = Callable[[str], Typist]


def test_a_certificate_is_sent_confirmed_by_another_and_signs_on_trial(
    office: Office, sit_down: SitDown, tmp_path: Path
) -> None:
    own, authority = Workspace(tmp_path / "own"), TestAuthority()
    own.root.mkdir()
    authority.write(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    office.desk = OfficeDesk(settings=settings_desk(own, SCHEMAS), signing=SigningDesk(own))
    office.hire("quan.tri", Role.ADMINISTRATOR)
    office.hire("quan.tri.hai", Role.ADMINISTRATOR)
    flaws, sizes = {}, {}
    with office.open():
        at = sit_down("quan.tri").page

        def look(name: str) -> None:
            for theme in ("light", "dark"):
                at.emulate_media(color_scheme=theme)
                for width in (1280, 390):
                    at.set_viewport_size({"width": width, "height": 900})
                    flaws[name, theme, width] = violations(at)
                    sizes[name, theme, width] = overflow(at)

        def send(password: str) -> None:
            at.locator("#send-certificate[data-ready]").wait_for()
            at.get_by_label("Tệp chứng thư").set_input_files(tmp_path / "signing.p12")
            at.get_by_label("Mật khẩu của tệp").fill(password)
            at.get_by_role("button", name="Gửi chứng thư").click()

        at.goto(f"{office.url}/settings")
        at.get_by_role("link", name="Đổi: Chữ ký số của cơ quan").click()
        expect(at.locator(".message.doubt")).to_contain_text("chưa có chứng thư")
        send("sai")
        expect(at.locator("#certificate-told")).to_contain_text("mật khẩu đã gõ không đúng")
        look("refused")
        send(PASSWORD.decode())
        expect(at.locator("#sent")).to_contain_text("UBND xa thu")
        look("sent")
        at.get_by_role("button", name="Xin dùng chứng thư này").click()
        at.get_by_role("button", name="Lưu").click()
        expect(at.locator(".message.doubt")).to_contain_text("chưa có hiệu lực")
        look("asked")
        other = sit_down("quan.tri.hai").page
        other.goto(f"{office.url}/confirmations")
        expect(other.locator("main")).to_contain_text("Chứng thư cấp cho: UBND xa thu")
        other.get_by_role("button", name="Xác nhận: Chữ ký số").click()
        expect(other.locator("main")).to_contain_text("đã có hiệu lực")
        at.goto(f"{office.url}/settings/signing")
        at.get_by_role("button", name="Ký thử").click()
        expect(at.locator(".message.good")).to_contain_text("chữ ký đúng")
        look("tried")
        with at.expect_download() as download:
            at.get_by_role("link", name="Tải trang đã ký thử").click()
        state = signature_state(Path(download.value.path()).read_bytes(), (authority.der,))
        assert (state.flaw, state.trusted) == ("", True)
    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: size for name, size in sizes.items() if size > 0} == {}
