"""``hotich doctor``: what is installed, what is missing and how to get it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import typer
from rich.markup import escape
from rich.table import Table

import pipeline
from pipeline.base.errors import HotichError, SecurityError, SetupError, StorageError
from pipeline.base.files import OWNER_ONLY, UMASK_VARIABLE, chosen_umask
from pipeline.base.model import Crop
from pipeline.cli import office_checks
from pipeline.cli.machine_check import MARKS, Check, State
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, print_json
from pipeline.digitize import default_engines
from pipeline.recognition.ocr import models
from pipeline.recognition.ocr.tesseract import languages, tesseract_version
from pipeline.run_context import RunContext
from pipeline.runs.prefect_access import CLIENT_SECRET, DEFAULT_ADDRESS, known_prefect_secret, server_access
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings, read_settings
from pipeline.values.kinds import KINDS

LEAST_FREE_BYTES = 2_000_000_000
PAGE_BYTES = 1_500_000
"""What a page takes in the workspace, scan and registry together, as a rough guide (300 dpi colour JPEG)."""


def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Kiểm tra máy: chương trình, dữ liệu, mô hình, quyền ghi; thiếu gì thì chỉ cách cài."""
    checks = tuple(_checks(workspace))
    missing = [check for check in checks if check.state == "missing"]
    unsafe = [check for check in checks if check.state == "open"]
    if as_json:
        print_json({"ok": not missing and not unsafe, "checks": checks})
    else:
        table = Table("", "Kiểm tra", "Tìm thấy")
        for check in checks:
            table.add_row(MARKS[check.state], check.name, escape(check.found))
        out().print(table)
        for check in checks:
            if check.advice and check.state != "ok":
                out().print(f"{check.name}: {check.advice}", markup=False)
        if unsafe:
            out().print(f"Chưa an toàn: {', '.join(check.name for check in unsafe)}.", markup=False)
        if missing or not unsafe:
            out().print("Máy sẵn sàng." if not missing else f"Còn thiếu {len(missing)} thứ.")
    if unsafe:
        raise typer.Exit(SecurityError.exit_code)
    if missing:
        raise typer.Exit(SetupError.exit_code)


def _checks(workspace: Path | None) -> Iterator[Check]:
    settings = read_settings()
    yield Check("hotich", "ok", pipeline.__version__)
    yield Check("Python", "ok", platform.python_version())
    yield _packages()
    yield _checked("Tesseract", tesseract_version)
    yield _checked("Tesseract, tiếng Việt", _vietnamese)
    yield _program("Poppler (pdftoppm)", "pdftoppm", "sudo apt-get install poppler-utils")
    yield _checked("Phông chữ in để vẽ sổ giả", _fonts, "warning")
    yield office_checks.typesetter_check()
    yield from _models(settings)
    yield office_checks.training_check()
    place, now = Workspace(settings.places_of(workspace)[0]), datetime.now(UTC)
    yield office_checks.reader_check(settings, place)
    yield from _prefect(place)
    yield _file_modes(place)
    yield from office_checks.certificate_checks(settings, now)
    yield from office_checks.service_checks()
    try:
        context = settings.run_context(workspace)
    except HotichError as error:
        yield Check("Khai báo (schemas)", "missing", "sai", error.message)
        return
    forms = len(context.schemas.forms)
    yield Check("Khai báo (schemas)", "ok", f"{forms} mẫu sổ, dấu {context.schemas.fingerprint}")
    yield from _those_there(office_checks.own_files_check(context, has_registry=_has_registry(context)))
    yield _calibration(context)
    yield _writable(context.workspace)
    yield _free_space(context.workspace)
    yield from _registry(context, now)
    yield from _those_there(
        office_checks.backup_check(settings, now, needed=_has_registry(context)),
        office_checks.owner_check(place),
    )
    yield _cores(settings)


def _those_there(*checks: Check | None) -> Iterator[Check]:
    yield from (check for check in checks if check is not None)


def _checked(name: str, ask: Callable[[], str], state: State = "missing") -> Check:
    """What ``ask`` answers, or the advice in the error it raises."""
    try:
        return Check(name, "ok", ask())
    except HotichError as error:
        return Check(name, state, "không thấy", error.message)


def _packages() -> Check:
    """The packages that this distribution says it needs, extras aside."""
    try:
        needed = importlib.metadata.requires("hotich") or []
    except importlib.metadata.PackageNotFoundError:
        return Check("Gói Python", "warning", "hotich chưa được cài thành gói", "Chạy: make setup")
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed if "extra ==" not in line]
    missing = [name for name in names if not _installed(name)]
    if missing:
        return Check("Gói Python", "missing", f"thiếu {', '.join(missing)}", "Chạy: make setup")
    return Check("Gói Python", "ok", f"đủ {len(names)} gói")


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _vietnamese() -> str:
    if "vie" not in languages():
        raise SetupError(
            "Tesseract chưa có dữ liệu tiếng Việt. Cài bằng: sudo apt-get install tesseract-ocr-vie"
        )
    return ", ".join(languages())


def _program(name: str, program: str, install: str) -> Check:
    path = shutil.which(program)
    if path is None:
        return Check(name, "missing", "không thấy", f"Cài bằng: {install}")
    told = subprocess.run([path, "-v"], capture_output=True, text=True, check=False, timeout=20)
    version = re.search(r"\d+(\.\d+)+", told.stderr + told.stdout)
    return Check(name, "ok", version.group() if version else path)


def _fonts() -> str:
    from pipeline.training.synthetic_pages.pen_fonts import system_font

    for name in ("LiberationSerif-Regular.ttf", "FreeMono.ttf"):
        system_font(name)
    return "Liberation, FreeMono"


def _models(settings: Settings) -> Iterator[Check]:
    try:
        cards = models.read_cards(settings.models)
    except HotichError as error:
        yield Check("Mô hình", "missing", "sai", error.message)
        return
    for card in cards:
        damaged = models.damaged_files(card, settings.models)
        state: State = "missing" if damaged else "ok"
        advice = f"Tệp thiếu hoặc hỏng: {', '.join(damaged)}. Hãy cài lại mô hình." if damaged else ""
        yield Check(f"Mô hình {card.name}", state, card.fingerprint, advice)
    if not cards:
        yield Check("Mô hình", "missing", "không có", "Hãy cài lại phần mềm: make setup")
    else:
        yield _checked("Đọc thử chữ viết tay", partial(_hand, settings), "warning")


def _hand(settings: Settings) -> str:
    """Read a line of two strokes with the installed networks and words; return that they could."""
    hand = default_engines(settings.models).hand
    if hand is None:
        raise SetupError("Chưa có mô hình đọc chữ viết tay: mọi ô viết tay sẽ chờ người xem.")
    pixels = np.full((60, 120), 255, np.uint8)
    pixels[10:50, 30:36] = pixels[10:50, 80:86] = 30
    hand.read([Crop(pixels, 300.0, kind) for kind in KINDS])
    return "đọc được"


def _calibration(context: RunContext) -> Check:
    """Whether handwriting may be accepted, and on what grounds."""
    name = "Hiệu chuẩn chữ viết tay"
    routing = context.options.routing
    try:
        engines = context.make_engines()
    except HotichError as error:
        return Check(name, "warning", "không kiểm được", error.message)
    if engines.hand is None or routing.calibration is None:
        found = "chưa có bộ đọc chữ viết tay" if engines.hand is None else "chưa có"
        return Check(name, "warning", found, "Mọi ô viết tay sẽ chờ người xem.")
    if routing.for_reader(engines.hand_fingerprint).calibration is None:
        advice = "Mọi ô viết tay sẽ chờ người xem. Hãy chạy lại hotich run rồi hotich calibrate với các sổ đã kiểm."
        return Check(name, "warning", "của bộ đọc khác", advice)
    known = routing.calibration
    bounds = [routing.bound(critical=critical) for critical in (True, False)]
    groups = sum(bound is not None and bound.threshold is not None for bound in bounds)
    checked = known.samples + known.held
    found = f"{checked} ô của {known.books} sổ; nhận {groups} trong 2 nhóm ô, dấu {known.fingerprint}"
    if groups == len(bounds):
        return Check(name, "ok", found)
    return Check(
        name, "warning", found, "Nhóm ô chưa đủ chứng cứ thì chờ người xem. Hãy chạy hotich calibrate."
    )


def _writable(folder: Path) -> Check:
    """Whether the workspace can be written, or made: its nearest folder that is there takes a file."""
    there = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        advice = f"Không ghi được vào {there} ({error.strerror}). Hãy cấp quyền hoặc chọn --workspace khác."
        return Check("Thư mục làm việc", "missing", str(folder), advice)
    return Check("Thư mục làm việc", "ok", str(folder) if there == folder else f"{folder} (sẽ được tạo)")


def _free_space(folder: Path) -> Check:
    free = shutil.disk_usage(_nearest(folder)).free
    found = f"{free // 10**9} GB, khoảng {free // PAGE_BYTES} trang"
    if free >= LEAST_FREE_BYTES:
        return Check("Chỗ trống trên ổ đĩa", "ok", found)
    return Check("Chỗ trống trên ổ đĩa", "warning", found, "Hãy dọn bớt ổ đĩa trước khi chạy nhiều sổ.")


def _prefect(workspace: Workspace) -> Iterator[Check]:
    """Whether the secret of Prefect's server is secret, and whether a server that runs answers without it."""
    name, secret = "Khóa của máy chủ Prefect", None
    try:
        secret = os.environ.get(CLIENT_SECRET) or known_prefect_secret(workspace.prefect_key)
    except SecurityError as error:
        yield Check(name, "open", "không kín", error.message)
    except StorageError as error:
        yield Check(name, "missing", "không đọc được", error.message)
    else:
        yield Check(name, "ok", "kín" if secret else "chưa có, sẽ được tạo khi chạy hotich server")
    yield _server(prefect_address(workspace), secret)


def prefect_address(workspace: Workspace) -> str:
    """Return where Prefect's server is asked: as the environment says, else where it was last started."""
    told = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if told:
        return told
    try:
        return workspace.prefect_address.read_text("utf-8").strip() or DEFAULT_ADDRESS
    except (OSError, ValueError):
        return DEFAULT_ADDRESS


def _server(address: str, secret: str | None) -> Check:
    """Whether Prefect's server is closed; it is asked as a stranger and as a foreign web page would ask."""
    name, access = "Máy chủ Prefect", server_access(address, secret)
    if access is None:
        return Check(name, "ok", f"không chạy ở {address}")
    flaws = [
        *(["trả lời cả người không có khóa"] if access.anonymous else []),
        *(["cho trang web lạ đọc câu trả lời"] if access.foreign_pages else []),
        *(["là của tài khoản khác trên máy này"] if access.is_foreign else []),
    ]
    if flaws:
        advice = (
            f"Máy chủ ở {address} {' và '.join(flaws)}: người ấy chạy được chương trình bằng quyền của tài khoản này. "
            "Hãy tắt ngay và chạy lại bằng “hotich server”."
        )
        return Check(name, "open", f"{address} để ngỏ", advice)
    if access.knows_secret is False:
        advice = "Khóa trong thư mục làm việc không phải khóa của máy chủ đang chạy. Hãy chép đúng khóa hoặc chạy lại."
        return Check(name, "warning", f"{address} kín, khác khóa", advice)
    if access.reachable:
        advice = (
            "Máy khác tới được máy chủ này; khóa đi trên mạng không được mã hóa. Chỉ dùng trong mạng riêng: "
            "docs/how-to/use-a-cluster.md."
        )
        return Check(name, "warning", f"kín, nghe ở {', '.join(access.reachable)}", advice)
    return Check(name, "ok", f"{address}, kín")


def _file_modes(workspace: Workspace) -> Check:
    """Whether what was made before, or by a program that does not care, can be read by other accounts."""
    name = "Quyền của tệp"
    mask = chosen_umask(os.environ.get(UMASK_VARIABLE, ""))
    wide = [path.name or str(path) for path in _first_files(workspace.root) if path.stat().st_mode & mask]
    if wide:
        advice = f"Người khác đọc được {', '.join(wide[:5])}. Hãy chạy: chmod -R go-rwx {workspace.root}"
        return Check(name, "warning", f"{len(wide)} tệp để ngỏ", advice)
    if mask != OWNER_ONLY:
        advice = (
            f"Nhóm của tài khoản này được đọc tệp ({UMASK_VARIABLE}={mask:03o}). Máy chỉ có một tài khoản thì bỏ biến "
            "ấy."
        )
        return Check(name, "warning", "nhóm được đọc", advice)
    return Check(name, "ok", "chỉ tài khoản này đọc được")


def _first_files(root: Path) -> Iterator[Path]:
    """The folder and what lies directly in it."""
    with suppress(OSError):
        yield root.resolve(strict=True)
        yield from sorted(path for path in root.iterdir() if not path.is_symlink())


def _has_registry(context: RunContext) -> bool:
    """Whether there is a registry: its file, or a server, of which only opening it would tell."""
    path = context.registry_url.removeprefix("sqlite:///").partition("?")[0]
    return not context.registry_url.startswith("sqlite:///") or Path(path).exists()


def _registry(context: RunContext, now: datetime) -> Iterator[Check]:
    """Whether the registry opens, in what it lies and whether the clock fits it; one that is not there is not made."""
    if not _has_registry(context):
        yield Check("Sổ dữ liệu", "ok", "chưa có, sẽ được tạo khi chạy lần đầu")
        return
    try:
        with context.open_registry() as registry:
            summary = registry.summary()
            unguarded = registry.may_change_decisions()
            further = [office_checks.database_check(registry), office_checks.clock_check(registry, now)]
    except HotichError as error:
        yield Check("Sổ dữ liệu", "missing", "không mở được", error.message)
        return
    found = f"{summary.books} sổ, {summary.entries} sự kiện, {summary.review} chờ rà soát"
    advice = "Tài khoản PostgreSQL này có thừa quyền. Hãy dùng tài khoản riêng: hotich registry role-sql."
    yield Check("Sổ dữ liệu", "warning" if unguarded else "ok", found, advice if unguarded else "")
    yield from further


def _cores(settings: Settings) -> Check:
    cores = len(os.sched_getaffinity(0))
    return Check("Nhân máy", "ok", f"{cores} nhân, chạy {settings.workers or cores} tiến trình")


def _nearest(folder: Path) -> Path:
    """``folder``, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.is_dir())
