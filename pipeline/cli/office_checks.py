"""What ``hotich doctor`` looks at on the machine of an office: certificate, services, backups, clock, database."""

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
from pipeline.cli.machine_check import Check
from pipeline.digitize.engines import parent_sha256
from pipeline.recognition.ocr.models import damaged_files, read_cards
from pipeline.registry import Registry
from pipeline.reports.own_files import unused_files
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.training.office_reader.versions import SHIPPED, ReaderVersions

UNITS = Path("/etc/systemd/system")
"""Where the installer puts the units of the office; where there are none, nobody installed any."""
SERVICES = (
    "hotich-prefect.service", "hotich-worker.service", "hotich-web.service", "hotich-backup.timer",
    "hotich-certificate.timer",
)  # fmt: skip
WEB_SERVER = "nginx.service"
BEFORE_EXPIRY = timedelta(days=21)
RENEW = "sudo /opt/hotich/current/scripts/office/certificate.sh"
LATEST_BACKUP = timedelta(hours=36)
"""A backup a day, and half a day for a machine that was off."""
CLOCK_ERROR = timedelta(minutes=5)
LEAST_POSTGRESQL = 15
ASK_SECONDS = 20.0


def owner_check(workspace: Workspace) -> Check | None:
    """Whether the workspace belongs to who asks; what another account made there, the office could not write."""
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
    """Which of the office's own declarations are not used, and what waits for them; None where all are."""
    name = "Khai báo của cơ quan"
    try:
        if has_registry:
            with context.open_registry() as registry:
                found = unused_files(registry, context.schemas)
        else:
            found = unused_files(None, context.schemas)
    except HotichError:
        found = unused_files(None, context.schemas)
    if not found:
        return None
    told = f"{len(found)} tệp không dùng được: {', '.join(one.file for one in found)}"
    advice = " ".join(one.message for one in found)
    return Check(name, "missing", told, f"{advice} Sửa tệp trong {context.workspace} rồi chạy lại dịch vụ.")


def training_check() -> Check:
    """Whether the reader of handwriting can be taught here; nothing else needs it."""
    name = "Dạy thêm bộ đọc (hotich learn)"
    lacking = [package for package in ("torch", "onnx", "fontTools") if util.find_spec(package) is None]
    if lacking:
        advice = "sudo scripts/office/install.sh --learning, hay pip install 'hotich[train]'"
        return Check(name, "ok", f"chưa cài {', '.join(lacking)}; chỉ cần khi dạy thêm: {advice}")
    return Check(name, "ok", "torch")


def reader_check(settings: Settings, workspace: Workspace) -> Check:
    """Which version of the reader of handwriting is in use, and whether it can be read with."""
    name = "Bộ đọc đang dùng"
    try:
        versions = ReaderVersions(workspace.models)
        number = versions.in_use
        version = versions.version(number)
        installed = {sha256 for card in read_cards(settings.models) for _, sha256 in card.files}
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
    if any(parent_sha256(card) not in installed for card in version.cards):
        advice = "Mạng đi kèm đã đổi nên bản ấy không đọc nữa. Hãy chạy: hotich learn"
        return Check(name, "warning", f"bản {number} của mạng đi kèm trước đây", advice)
    return Check(name, "ok", f"bản {number}")


def typesetter_check() -> Check:
    """Whether a PDF can be set: one line in Vietnamese."""
    name = "Dàn trang PDF (typst)"
    try:
        import typst  # 90 MB of memory: only for who asks

        pdf = typst.Compiler("Sổ hộ tịch".encode()).compile(format="pdf")
    except (ImportError, OSError, RuntimeError) as error:
        return Check(
            name, "missing", f"không chạy ({type(error).__name__})", "Hãy cài lại phần mềm: make setup"
        )
    assert isinstance(pdf, bytes)
    return Check(name, "ok", f"được ({len(pdf) // 1000} kB)")


def certificate_checks(settings: Settings, now: datetime) -> Iterator[Check]:
    """How long the certificate of the web server is good; nothing where none is set."""
    if settings.certificate is None:
        return
    name = "Chứng thư TLS"
    from cryptography import x509  # not for every command

    try:
        read = x509.load_pem_x509_certificate(settings.certificate.read_bytes())
    except OSError as error:
        yield Check(
            name, "missing", f"không đọc được {settings.certificate} ({error.strerror})", f"Chạy: {RENEW}"
        )
        return
    except ValueError:
        yield Check(name, "missing", f"{settings.certificate} không phải chứng thư", f"Chạy: {RENEW}")
        return
    until = read.not_valid_after_utc
    day = f"{until.astimezone(OFFICE_ZONE):%d/%m/%Y}"
    found = f"đến {day}"
    if until <= now:
        yield Check(name, "missing", f"hết hạn {day}", f"Trình duyệt từ chối. Chạy: {RENEW}")
    elif read.not_valid_before_utc > now:
        advice = "Đồng hồ của máy có thể chậm: sudo timedatectl set-ntp true"
        yield Check(name, "missing", "chưa có hiệu lực", advice)
    elif until - now < BEFORE_EXPIRY:
        yield Check(name, "warning", found, f"Sắp hết hạn. Chạy: {RENEW}")
    else:
        yield Check(name, "ok", found)


def service_checks(units: Path = UNITS) -> Iterator[Check]:
    """Whether what the installer set up is running; nothing where nobody installed anything."""
    there = [unit for unit in SERVICES if (units / unit).exists()]
    if not there:
        return
    there.append(WEB_SERVER)
    name, manager = "Dịch vụ của máy", shutil.which("systemctl")
    states = _states(manager, there) if manager else None
    if states is None:
        advice = "Máy này không chạy systemd (hay đang ở trong chroot): không biết dịch vụ nào đang chạy."
        yield Check(name, "warning", "không hỏi được systemd", advice)
        return
    stopped = [unit for unit, state in zip(there, states, strict=True) if state != "active"]
    if not stopped:
        yield Check(name, "ok", f"{len(there)} dịch vụ đang chạy")
        return
    advice = (
        f"Chạy: sudo systemctl restart {' '.join(stopped)}. Vẫn dừng thì xem lý do: "
        f"sudo journalctl -n 50 -u {stopped[0]}"
    )
    yield Check(name, "missing", f"không chạy: {', '.join(stopped)}", advice)


def _states(manager: str, units: Sequence[str]) -> list[str] | None:
    """What systemd says of each unit; None when it does not answer."""
    try:
        told = subprocess.run(
            [manager, "is-active", *units], capture_output=True, text=True, check=False, timeout=ASK_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    states = told.stdout.split()
    return states if len(states) == len(units) else None


def backup_check(settings: Settings, now: datetime, *, needed: bool) -> Check | None:
    """How old the last whole backup is.

    Args:
        settings: They name the folder of backups.
        now: The time.
        needed: Whether there is a registry that could be lost.
    """
    from pipeline.runs.backup.vault import MANIFESTS  # cryptography: not for every command

    name = "Sao lưu"
    start = "Sao lưu ngay: sudo systemctl start hotich-backup (hay: hotich backup THƯ_MỤC)"
    if not settings.backup:
        if not needed:
            return None
        advice = "Hãy đặt HOTICH_BACKUP là thư mục trên ổ đĩa khác; xem docs/how-to/back-up.md."
        return Check(name, "warning", "chưa đặt nơi sao lưu", advice)
    try:
        made = sorted(_moments((Path(settings.backup).expanduser() / MANIFESTS).iterdir()))
    except FileNotFoundError:
        made = []
    except OSError as error:
        return Check(name, "warning", f"không đọc được {settings.backup} ({error.strerror})", start)
    if not made:
        return Check(name, "warning", f"chưa có bản nào trong {settings.backup}", start)
    hours = (now - made[-1]) // timedelta(hours=1)
    found = f"{len(made)} bản, bản cuối {format_moment(made[-1])}"
    if now - made[-1] > LATEST_BACKUP:
        return Check(name, "warning", f"{found}, đã {hours // 24} ngày", start)
    return Check(name, "ok", found)


def _moments(paths: Iterator[Path]) -> Iterator[datetime]:
    """When the backups of some manifests were made, as their names say."""
    for path in paths:
        try:
            yield datetime.strptime(path.name.split(".")[0], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            continue


def database_check(registry: Registry) -> Check:
    """Which database the registry lies in."""
    found = registry.database_version()
    number = ".".join(map(str, found.number[:2] if found.product == "PostgreSQL" else found.number[:3]))
    told = f"{found.product} {number}, cấu trúc bước {found.step}"
    if found.product == "PostgreSQL" and found.number[0] < LEAST_POSTGRESQL:
        advice = f"Hãy nâng cấp máy chủ PostgreSQL lên bản {LEAST_POSTGRESQL} trở lên."
        return Check("Cơ sở dữ liệu", "warning", told, advice)
    return Check("Cơ sở dữ liệu", "ok", told)


def clock_check(registry: Registry, now: datetime) -> Check:
    """Whether the clock is behind what the audit holds already: what is written then would seem to lie before it."""
    name = "Đồng hồ"
    last = registry.audit().recent(1)
    found = format_moment(now)
    if last and last[0].at - now > CLOCK_ERROR:
        advice = (
            f"Đồng hồ chậm hơn dòng cuối của nhật ký kiểm tra ({format_moment(last[0].at)}). Chạy: sudo timedatectl "
            "set-ntp true, hoặc khi không có mạng: sudo timedatectl set-time 'NĂM-THÁNG-NGÀY GIỜ:PHÚT'"
        )
        return Check(name, "missing", found, advice)
    return Check(name, "ok", found)
