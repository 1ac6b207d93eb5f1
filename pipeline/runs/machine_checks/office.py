"""Checks of ``hotich doctor`` on the machine of an office: certificate, services, backups, clock, database."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib import util
from pathlib import Path

from pipeline.base.errors import HotichError, SetupError
from pipeline.base.localtime import OFFICE_ZONE, format_moment
from pipeline.declarations.office.signing import SIGNING
from pipeline.digitize.engines import parent_sha256
from pipeline.recognition.ocr.models import damaged_files, read_cards
from pipeline.registry import Registry
from pipeline.reports.own_files import unused_files
from pipeline.run_context import RunContext
from pipeline.runs.machine_checks.check import Check
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.versions import SHIPPED, ReaderVersions

UNITS = Path("/etc/systemd/system")
"""Folder of the office's systemd units; without units, nothing is installed."""
SERVICES = (
    "hotich-prefect.service", "hotich-worker.service", "hotich-web.service", "hotich-backup.timer",
    "hotich-certificate.timer",
)  # fmt: skip
WEB_SERVER = "nginx.service"
BEFORE_EXPIRY = timedelta(days=21)
RENEW = "sudo /opt/hotich/current/scripts/office/certificate.sh"
LATEST_BACKUP = timedelta(hours=36)
"""A day between backups, and half a day for a machine that was off."""
CLOCK_ERROR = timedelta(minutes=5)
LEAST_POSTGRESQL = 15
ASK_SECONDS = 20.0


def owner_check(workspace: Workspace) -> Check | None:
    """Check that the workspace belongs to the present account; services cannot write files of other accounts."""
    try:
        owner = workspace.root.stat().st_uid
    except OSError:
        return None
    if owner == os.geteuid():
        return None
    try:
        login = pwd.getpwuid(owner).pw_name
    except KeyError:
        login = str(owner)
    advice = (
        f"Thư mục làm việc là của tài khoản {login}: tệp do tài khoản khác tạo ra thì dịch vụ không ghi được. Hãy "
        f"chạy: sudo -u {login} hotich doctor"
    )
    return Check("Chủ của thư mục làm việc", "warning", login, advice)


def own_files_check(context: RunContext, *, has_registry: bool) -> Check | None:
    """Check the office's own declarations for unusable files; ``None`` if all are usable."""
    name = "Khai báo của cơ quan"
    try:
        if has_registry:
            with context.open_registry() as registry:
                unused = unused_files(registry, context.schemas)
        else:
            unused = unused_files(None, context.schemas)
    except HotichError:
        unused = unused_files(None, context.schemas)
    if not unused:
        return None
    listed = f"{len(unused)} tệp không dùng được: {', '.join(file.file for file in unused)}"
    advice = " ".join(file.message for file in unused)
    return Check(name, "missing", listed, f"{advice} Sửa tệp trong {context.workspace} rồi chạy lại dịch vụ.")


def training_check() -> Check:
    """Check whether this machine can train the handwriting reader; no other part needs it."""
    name = "Dạy thêm bộ đọc (hotich learn)"
    lacking = [package for package in ("torch", "onnx", "fontTools") if util.find_spec(package) is None]
    if lacking:
        advice = "sudo scripts/office/install.sh --learning, hay pip install 'hotich[train]'"
        return Check(name, "ok", f"chưa cài {', '.join(lacking)}; chỉ cần khi dạy thêm: {advice}")
    return Check(name, "ok", "torch")


def reader_check(models: Path | None, versions: ReaderVersions) -> Check:
    """Check the version of the handwriting reader in use, and that it is usable."""
    name = "Bộ đọc đang dùng"
    try:
        number = versions.in_use
        version = versions.version(number)
        installed = {sha256 for card in read_cards(models) for _, sha256 in card.files}
    except SetupError as error:
        return Check(name, "missing", "sai", error.message)
    if number == SHIPPED:
        return Check(name, "ok", "bản đi kèm")
    if (
        version is None
        or not version.cards
        or any(damaged_files(card, version.folder) for card in version.cards)
    ):
        advice = "Lấy lại thư mục models/ từ bản sao lưu, hoặc chạy: hotich models rollback 0"
        return Check(name, "missing", f"bản {number}: tệp thiếu hoặc hỏng", advice)
    if not versions.is_recorded(number):
        advice = "Tệp bị sửa, hay được nhận khi nhật ký chưa ghi mã băm. Máy đọc bằng bản đi kèm. Chạy: hotich learn"
        return Check(name, "missing", f"bản {number}: không phải bản mà nhật ký ghi", advice)
    if any(parent_sha256(card) not in installed for card in version.cards):
        advice = "Mạng đi kèm đã đổi nên bản ấy không đọc nữa. Hãy chạy: hotich learn"
        return Check(name, "warning", f"bản {number} của mạng đi kèm trước đây", advice)
    return Check(name, "ok", f"bản {number}")


def typesetter_check() -> Check:
    """Check that a PDF of a Vietnamese line can be typeset."""
    name = "Dàn trang PDF (typst)"
    try:
        import typst  # 90 MB of memory: only for who asks

        root = str(
            Path(__file__).parent
        )  # else the folder of the caller, which may be closed to this account
        pdf = typst.Compiler("Sổ hộ tịch".encode(), root=root).compile(format="pdf")
    except ImportError:
        return Check(name, "missing", "chưa cài", "Hãy cài lại phần mềm.")
    except (OSError, RuntimeError):
        advice = "Hãy chạy lại trong /var/lib/hotich; vẫn vậy thì cài lại phần mềm."
        return Check(name, "missing", "có cài, nhưng không dàn được trang", advice)
    assert isinstance(pdf, bytes)
    return Check(name, "ok", f"được ({len(pdf) // 1000} kB)")


def certificate_checks(certificate: Path | None, now: datetime) -> Iterator[Check]:
    """Check the validity of the web server's certificate; no check without a certificate."""
    if certificate is None:
        return
    name = "Chứng thư TLS"
    from cryptography import x509  # not for every command

    try:
        parsed = x509.load_pem_x509_certificate(certificate.read_bytes())
    except OSError as error:
        yield Check(name, "missing", f"không đọc được {certificate} ({error.strerror})", f"Chạy: {RENEW}")
        return
    except ValueError:
        yield Check(name, "missing", f"{certificate} không phải chứng thư", f"Chạy: {RENEW}")
        return
    until = parsed.not_valid_after_utc
    day = f"{until.astimezone(OFFICE_ZONE):%d/%m/%Y}"
    state = f"đến {day}"
    if until <= now:
        yield Check(name, "missing", f"hết hạn {day}", f"Trình duyệt từ chối. Chạy: {RENEW}")
    elif parsed.not_valid_before_utc > now:
        advice = "Đồng hồ của máy có thể chậm: sudo timedatectl set-ntp true"
        yield Check(name, "missing", "chưa có hiệu lực", advice)
    elif until - now < BEFORE_EXPIRY:
        yield Check(name, "warning", state, f"Sắp hết hạn. Chạy: {RENEW}")
    else:
        yield Check(name, "ok", state)


def signing_check(workspace: Workspace, now: datetime) -> Check | None:
    """Check the certificate with which the office signs PDFs; ``None`` without one."""
    from pipeline.delivery.signing.office_certificate import signing_files  # not for every command

    name = "Chứng thư ký số"
    try:
        files = signing_files(workspace, SIGNING.read(workspace.office))
        if files is None:
            return None
        office = files.load(now)
    except HotichError as error:
        return Check(name, "missing", "không ký được", error.message)
    until = office.certificate.not_valid_after_utc
    state = f"đến {until.astimezone(OFFICE_ZONE):%d/%m/%Y}, mã {office.fingerprint[:16]}"
    if until - now < BEFORE_EXPIRY:
        return Check(name, "warning", state, "Sắp hết hạn: hãy xin gia hạn chứng thư.")
    return Check(name, "ok", state)


def service_checks(units: Path = UNITS) -> Iterator[Check]:
    """Check that the installed services run; no check without an installation."""
    units_present = [unit for unit in SERVICES if (units / unit).exists()]
    if not units_present:
        return
    units_present.append(WEB_SERVER)
    name, manager = "Dịch vụ của máy", shutil.which("systemctl")
    states = _states(manager, units_present) if manager else None
    if states is None:
        advice = "Máy này không chạy systemd (hay đang ở trong chroot): không biết dịch vụ nào đang chạy."
        yield Check(name, "warning", "không hỏi được systemd", advice)
        return
    stopped = [unit for unit, state in zip(units_present, states, strict=True) if state != "active"]
    if not stopped:
        yield Check(name, "ok", f"{len(units_present)} dịch vụ đang chạy")
        return
    advice = (
        f"Chạy: sudo systemctl restart {' '.join(stopped)}. Vẫn dừng thì xem lý do: "
        f"sudo journalctl -n 50 -u {stopped[0]}"
    )
    yield Check(name, "missing", f"không chạy: {', '.join(stopped)}", advice)


def _states(manager: str, units: Sequence[str]) -> list[str] | None:
    """Return the state of each unit by systemd; ``None`` without an answer."""
    try:
        process = subprocess.run(
            [manager, "is-active", *units], capture_output=True, text=True, check=False, timeout=ASK_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    states = process.stdout.split()
    return states if len(states) == len(units) else None


def backup_check(folder: str, now: datetime, *, needed: bool) -> Check | None:
    """Check the age of the last complete backup.

    Args:
        folder: The folder of backups; empty if none is set.
        needed: Whether there is a registry to lose.
    """
    from pipeline.runs.backup.vault import MANIFESTS  # cryptography: not for every command

    name = "Sao lưu"
    start = "Sao lưu ngay: sudo systemctl start hotich-backup (hay: hotich backup THƯ_MỤC)"
    if not folder:
        if not needed:
            return None
        advice = "Hãy đặt HOTICH_BACKUP là thư mục trên ổ đĩa khác; xem docs/how-to/back-up.md."
        return Check(name, "warning", "chưa đặt nơi sao lưu", advice)
    try:
        moments = sorted(_moments((Path(folder).expanduser() / MANIFESTS).iterdir()))
    except FileNotFoundError:
        moments = []
    except OSError as error:
        return Check(name, "warning", f"không đọc được {folder} ({error.strerror})", start)
    if not moments:
        return Check(name, "warning", f"chưa có bản nào trong {folder}", start)
    hours = (now - moments[-1]) // timedelta(hours=1)
    state = f"{len(moments)} bản, bản cuối {format_moment(moments[-1])}"
    if now - moments[-1] > LATEST_BACKUP:
        return Check(name, "warning", f"{state}, đã {hours // 24} ngày", start)
    return Check(name, "ok", state)


def _moments(paths: Iterator[Path]) -> Iterator[datetime]:
    """Yield the times of backups by the names of their manifests."""
    for path in paths:
        try:
            yield datetime.strptime(path.name.split(".")[0], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue


def database_check(registry: Registry) -> Check:
    """Check the database of the registry."""
    version = registry.database_version()
    number = ".".join(map(str, version.number[:2] if version.product == "PostgreSQL" else version.number[:3]))
    description = f"{version.product} {number}, cấu trúc bước {version.step}"
    if version.product == "PostgreSQL" and version.number[0] < LEAST_POSTGRESQL:
        advice = f"Hãy nâng cấp máy chủ PostgreSQL lên bản {LEAST_POSTGRESQL} trở lên."
        return Check("Cơ sở dữ liệu", "warning", description, advice)
    return Check("Cơ sở dữ liệu", "ok", description)


def clock_check(registry: Registry, now: datetime) -> Check:
    """Check that the clock is not behind the audit log: new rows would seem older than existing rows."""
    name = "Đồng hồ"
    last = registry.audit().recent(1)
    state = format_moment(now)
    if last and last[0].at - now > CLOCK_ERROR:
        advice = (
            f"Đồng hồ chậm hơn dòng cuối của nhật ký kiểm tra ({format_moment(last[0].at)}). Chạy: sudo timedatectl "
            "set-ntp true, hoặc khi không có mạng: sudo timedatectl set-time 'NĂM-THÁNG-NGÀY GIỜ:PHÚT'"
        )
        return Check(name, "missing", state, advice)
    return Check(name, "ok", state)
