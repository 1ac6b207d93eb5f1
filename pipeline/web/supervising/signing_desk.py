"""The office's signature in the browser: what signs now, a certificate that was sent, and trials of both parts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipeline.base.errors import HotichError, SecurityError, SetupError
from pipeline.base.localtime import OFFICE_ZONE, local_date
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.declarations.office.signing import SigningPolicy
from pipeline.delivery.printing.minutes import Minutes, facts, sentence
from pipeline.delivery.printing.offices import UNDECLARED
from pipeline.delivery.signing.office_certificate import (
    SigningFiles,
    office_signer,
    refuse_unusable,
    signing_files,
)
from pipeline.delivery.signing.sent_certificates import (
    CertificateFacts,
    drop_certificates,
    facts_of,
    keep_certificate,
)
from pipeline.scans.workspace import Workspace

MOST_TRIALS = 20
"""Number of people whose last trial is kept for download."""

NO_CERTIFICATE = "Cơ quan chưa có chứng thư ký số nên chưa có gì để thử. Hãy gửi chứng thư trước."


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """A certificate as shown.

    Attributes:
        flaw: Why it cannot sign; ``""``: it can.
        days: Whole days until it ends, negative afterwards.
        is_pinned: Whether the settings name it.
        pin_fits: Whether it is the one that the settings name, where they name one.
    """

    facts: CertificateFacts | None
    flaw: str = ""
    days: int = 0
    is_pinned: bool = False
    pin_fits: bool = True

    @property
    def words(self) -> tuple[str, ...]:
        """What a second person compares before confirming it."""
        if self.facts is None:
            return ()
        one = self.facts
        return (
            f"Chứng thư cấp cho: {one.subject}",
            f"Nơi cấp: {one.issuer}; số {one.serial}",
            f"Hiệu lực: {_day(one.begins)} đến {_day(one.ends)}",
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """A page that was signed on trial and verified again; ``lines``: the result in words."""

    pdf: bytes
    lines: tuple[str, ...]


class SigningDesk:
    """The certificates of a workspace; ``now``: the clock, in UTC."""

    def __init__(self, workspace: Workspace, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._workspace, self._now = workspace, now
        self._trials: dict[str, Trial] = {}
        self._lock = threading.Lock()

    def in_force(self, policy: SigningPolicy) -> ShownCertificate | None:
        """Return the certificate that signs now, with the reason if it cannot; None: nothing is signed."""
        files = signing_files(self._workspace, policy)
        return None if files is None else self._shown(files)

    def sent(self, fingerprint: str) -> ShownCertificate | None:
        """Return a certificate that was sent, whether or not it signs; None if it is not there."""
        files = self._sent(fingerprint)
        return self._shown(files) if files.certificate.exists() else None

    def take(self, content: bytes, password: str, policy: SigningPolicy) -> str:
        """Keep a certificate that was sent; return its SHA-256. It signs once the office has set it.

        Others that wait for being set are removed.

        Raises:
            SettingsRefused: The file cannot be used, or signs already.
            StorageError: The disk fails.
        """
        now = self.in_force(policy)
        try:
            files = keep_certificate(self._workspace, content, password, self._now())
        except SetupError as error:
            raise SettingsRefused(error.message) from None
        drop_certificates(self._workspace, files.pin, policy.certificate)
        if files.pin == policy.certificate and now is not None and not now.flaw:
            raise SettingsRefused("Chứng thư này đang ký rồi nên không cần gửi lại.")
        return files.pin

    def require(self, fingerprint: str) -> None:
        """Check that a certificate is there and may sign.

        Raises:
            SettingsRefused: It is not.
        """
        files = self._sent(fingerprint)
        if not files.certificate.exists():
            files = SigningFiles(
                self._workspace.signing_certificate, self._workspace.signing_password, fingerprint
            )
        try:
            files.load(self._now())
        except (SetupError, SecurityError):
            raise SettingsRefused(
                "Chứng thư này không còn ở máy chủ, hay không dùng được nữa. Hãy gửi lại tệp chứng thư; thay đổi đang "
                "chờ thì bác."
            ) from None

    def keep_only(self, fingerprint: str) -> None:
        """Remove the sent certificates that the office has not set."""
        drop_certificates(self._workspace, fingerprint)

    def try_stamp(self, policy: SigningPolicy) -> str:
        """Ask the server of time stamps for a stamp, and say how it went.

        Raises:
            SettingsRefused: None is set, or it gives no stamp.
        """
        from pipeline.delivery.signing.pades import stamped_at  # pyHanko: only where files are signed

        if not policy.timestamp_url:
            raise SettingsRefused("Chưa đặt máy chủ dấu thời gian nên chưa có gì để thử.")
        try:
            moment = stamped_at(policy.timestamp_url)
        except SetupError:
            raise SettingsRefused(
                "Máy chủ dấu thời gian không trả lời, hay trả lời không phải dấu thời gian. Hãy so lại địa chỉ với nơi "
                "cấp chứng thư, và xem máy chủ hotich có ra được mạng ấy không."
            ) from None
        apart = abs((moment - self._now()).total_seconds())
        clock = "" if apart < 300 else f"; đồng hồ máy này lệch {apart / 60:.0f} phút, hãy chỉnh lại"
        return f"Máy chủ dấu thời gian trả lời: {_moment(moment)}{clock}."

    def try_signing(self, policy: SigningPolicy, login: str) -> Trial:
        """Sign a page as packages are signed, verify it, and keep it for the person's download.

        Raises:
            SettingsRefused: There is no certificate, it cannot sign, or the signed page does not hold.
        """
        from pipeline.delivery.signing.pades import signature_state  # pyHanko: only where files are signed

        try:
            signer = office_signer(self._workspace, policy)
            if signer is None:
                raise SettingsRefused(NO_CERTIFICATE)
            signed = signer.sign(self._page(policy, login))
        except (SetupError, SecurityError) as error:
            raise SettingsRefused(self._without_folder(error)) from None
        state = signature_state(signed)
        if state.flaw or state.fingerprint != signer.fingerprint:
            raise SettingsRefused("Đã ký, nhưng kiểm lại thì chữ ký không đúng. Hãy báo người quản trị máy.")
        stamp = f"có, của {policy.timestamp_url}" if policy.timestamp_url else "không"
        trial = Trial(
            signed,
            (
                f"Đã ký một trang bằng chứng thư mã {signer.fingerprint[:16]} và kiểm lại: chữ ký đúng, phủ cả tệp.",
                f"Dấu thời gian: {stamp}.",
            ),
        )
        with self._lock:
            self._trials.pop(login, None)
            self._trials[login] = trial
            while len(self._trials) > MOST_TRIALS:
                self._trials.pop(next(iter(self._trials)))
        return trial

    def trial(self, login: str) -> Trial | None:
        """Return the last trial of a person."""
        return self._trials.get(login)

    def _sent(self, fingerprint: str) -> SigningFiles:
        return SigningFiles(*self._workspace.sent_certificate(fingerprint), fingerprint)

    def _shown(self, files: SigningFiles) -> ShownCertificate:
        is_pinned = bool(files.pin)
        try:
            office = files.open()
        except (SetupError, SecurityError) as error:
            return ShownCertificate(None, self._without_folder(error), is_pinned=is_pinned)
        shown, flaw = facts_of(office), ""
        fits = not is_pinned or shown.fingerprint == files.pin
        try:
            refuse_unusable(office.certificate, files.certificate.name, self._now())
        except SetupError as error:
            flaw = error.message
        return ShownCertificate(shown, flaw, (shown.ends - self._now()).days, is_pinned, fits)

    def _without_folder(self, error: HotichError) -> str:
        return error.message.replace(f"{self._workspace.root}/", "")

    def _page(self, policy: SigningPolicy, login: str) -> bytes:
        today: date = local_date(self._now())
        shown = self.in_force(policy)
        words = () if shown is None else shown.words
        rows = [(label, value) for label, _, value in (line.partition(": ") for line in words)]
        parts = (
            facts("Chứng thư", rows),
            sentence("Trang này chỉ để thử chữ ký số của cơ quan; không phải giấy tờ hộ tịch."),
        )
        return Minutes("TRANG KÝ THỬ", "chữ ký số của cơ quan", parts).pdf(UNDECLARED, today, login)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(OFFICE_ZONE):%d/%m/%Y}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(OFFICE_ZONE):%H:%M:%S ngày %d/%m/%Y}"
