"""Checks of any machine: packages, programs, models, workspace, Prefect's server and registry."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from pipeline.base.child_processes import confinement_version
from pipeline.base.errors import HotichError, SecurityError, SetupError, StorageError
from pipeline.base.files import OWNER_ONLY, UMASK_VARIABLE, chosen_umask
from pipeline.base.model import Crop
from pipeline.digitize import default_engines
from pipeline.recognition.ocr import models
from pipeline.recognition.ocr.tesseract import languages
from pipeline.run_context import RunContext
from pipeline.runs.machine_checks import office
from pipeline.runs.machine_checks.check import Check, State
from pipeline.runs.prefect_access import CLIENT_SECRET, known_prefect_secret, prefect_address, server_access
from pipeline.scans.workspace import Workspace
from pipeline.values.kinds import KINDS

LEAST_FREE_BYTES = 2_000_000_000
PAGE_BYTES = 1_500_000
"""Size of a page in the workspace, scan and registry together, as a rough guide (300 dpi colour JPEG)."""


def answer_check(name: str, ask: Callable[[], str], state: State = "missing") -> Check:
    """Return a check with the answer of ``ask``, or with the advice of the error that it raises."""
    try:
        return Check(name, "ok", ask())
    except HotichError as error:
        return Check(name, state, "không thấy", error.message)


def packages_check() -> Check:
    """Check the packages that this distribution requires, without extras."""
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


def vietnamese() -> str:
    if "vie" not in languages():
        raise SetupError(
            "Tesseract chưa có dữ liệu tiếng Việt. Cài bằng: sudo apt-get install tesseract-ocr-vie"
        )
    return ", ".join(languages())


def program_check(name: str, program: str, install: str) -> Check:
    path = shutil.which(program)
    if path is None:
        return Check(name, "missing", "không thấy", f"Cài bằng: {install}")
    process = subprocess.run([path, "-v"], capture_output=True, text=True, check=False, timeout=20)
    version = re.search(r"\d+(\.\d+)+", process.stderr + process.stdout)
    return Check(name, "ok", version.group() if version else path)


def print_fonts() -> str:
    from pipeline.base.print_fonts import system_font

    for name in ("LiberationSerif-Regular.ttf", "FreeMono.ttf"):
        system_font(name)
    return "Liberation, FreeMono"


def model_checks(folder: Path | None) -> Iterator[Check]:
    try:
        cards = models.read_cards(folder)
    except HotichError as error:
        yield Check("Mô hình", "missing", "sai", error.message)
        return
    for card in cards:
        damaged = models.damaged_files(card, folder)
        state: State = "missing" if damaged else "ok"
        advice = f"Tệp thiếu hoặc hỏng: {', '.join(damaged)}. Hãy cài lại mô hình." if damaged else ""
        yield Check(f"Mô hình {card.name}", state, card.fingerprint, advice)
    if not cards:
        yield Check("Mô hình", "missing", "không có", "Hãy cài lại phần mềm: make setup")
    else:
        yield answer_check("Đọc thử chữ viết tay", partial(_hand, folder), "warning")


def _hand(models_folder: Path | None) -> str:
    """Read a line of two strokes with the installed networks and words; return that it worked."""
    hand = default_engines(models_folder).hand
    if hand is None:
        raise SetupError("Chưa có mô hình đọc chữ viết tay: mọi ô viết tay sẽ chờ người xem.")
    pixels = np.full((60, 120), 255, np.uint8)
    pixels[10:50, 30:36] = pixels[10:50, 80:86] = 30
    hand.read([Crop(pixels, 300.0, kind) for kind in KINDS])
    return "đọc được"


def calibration_check(context: RunContext) -> Check:
    """Check whether handwriting may be accepted, and on which evidence."""
    name = "Hiệu chuẩn chữ viết tay"
    routing = context.options.routing
    try:
        engines = context.make_engines()
    except HotichError as error:
        return Check(name, "warning", "không kiểm được", error.message)
    if engines.hand is None or routing.calibration is None:
        state = "chưa có bộ đọc chữ viết tay" if engines.hand is None else "chưa có"
        return Check(name, "warning", state, "Mọi ô viết tay sẽ chờ người xem.")
    if routing.for_reader(engines.hand_fingerprint).calibration is None:
        advice = "Mọi ô viết tay sẽ chờ người xem. Hãy chạy lại hotich run rồi hotich calibrate với các sổ đã kiểm."
        return Check(name, "warning", "của bộ đọc khác", advice)
    known = routing.calibration
    bounds = [routing.bound(critical=critical) for critical in (True, False)]
    groups = sum(bound is not None and bound.threshold is not None for bound in bounds)
    checked = known.samples + known.held
    state = f"{checked} ô của {known.books} sổ; nhận {groups} trong 2 nhóm ô, dấu {known.fingerprint}"
    if groups == len(bounds):
        return Check(name, "ok", state)
    return Check(
        name, "warning", state, "Nhóm ô chưa đủ chứng cứ thì chờ người xem. Hãy chạy hotich calibrate."
    )


def workspace_check(folder: Path) -> Check:
    """Check whether the workspace, or its nearest existing parent, is writable."""
    existing = _nearest(folder)
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        advice = (
            f"Không ghi được vào {existing} ({error.strerror}). Hãy cấp quyền hoặc chọn --workspace khác."
        )
        return Check("Thư mục làm việc", "missing", str(folder), advice)
    return Check("Thư mục làm việc", "ok", str(folder) if existing == folder else f"{folder} (sẽ được tạo)")


def space_check(folder: Path) -> Check:
    free = shutil.disk_usage(_nearest(folder)).free
    state = f"{free // 10**9} GB, khoảng {free // PAGE_BYTES} trang"
    if free >= LEAST_FREE_BYTES:
        return Check("Chỗ trống trên ổ đĩa", "ok", state)
    return Check("Chỗ trống trên ổ đĩa", "warning", state, "Hãy dọn bớt ổ đĩa trước khi chạy nhiều sổ.")


def prefect_checks(workspace: Workspace) -> Iterator[Check]:
    """Check that the secret of Prefect's server is private, and that a running server refuses requests without it."""
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


def _server(address: str, secret: str | None) -> Check:
    """Check that Prefect's server is closed to strangers and to foreign web pages."""
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


def confinement_check() -> Check:
    """Return what this kernel refuses to the processes that decode scans and set papers."""
    version = confinement_version()
    refused = ["quyền thêm", "bộ nhớ, giờ quá mức"]
    refused += ["sửa tệp ngoài thư mục tạm"] if version >= 1 else []
    refused += ["nối TCP"] if version >= 4 else []
    refused += ["ngắt tiến trình khác"] if version >= 6 else []
    found = f"Landlock {version or 'không có'}; không được: {', '.join(refused)}"
    advice = "Nhân Linux từ 6.12 trở lên, có Landlock, giữ được nhiều hơn."
    return Check("Tiến trình mở tệp lạ", "ok" if version >= 6 else "warning", found, advice)


def file_modes_check(workspace: Workspace) -> Check:
    """Check whether other accounts can read files of the workspace."""
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
    """Yield a folder and its direct content, without links."""
    with suppress(OSError):
        yield root.resolve(strict=True)
        yield from sorted(path for path in root.iterdir() if not path.is_symlink())


def has_registry(context: RunContext) -> bool:
    """Return whether a registry exists: its file, or any server, which is not opened here."""
    path = context.registry_url.removeprefix("sqlite:///").partition("?")[0]
    return not context.registry_url.startswith("sqlite:///") or Path(path).exists()


def registry_checks(context: RunContext, now: datetime) -> Iterator[Check]:
    """Check that an existing registry opens, its database and the clock; a missing registry is not created."""
    if not has_registry(context):
        yield Check("Sổ dữ liệu", "ok", "chưa có, sẽ được tạo khi chạy lần đầu")
        return
    try:
        with context.open_registry() as registry:
            summary = registry.summary()
            unguarded = registry.may_change_decisions()
            further = [office.database_check(registry), office.clock_check(registry, now)]
            further += [_copy_check(*copy) for copy in registry.waiting_copies()]
    except HotichError as error:
        yield Check("Sổ dữ liệu", "missing", "không mở được", error.message)
        return
    state = f"{summary.books} sổ, {summary.entries} sự kiện, {summary.review} chờ rà soát"
    advice = "Tài khoản PostgreSQL này có thừa quyền. Hãy dùng tài khoản riêng: hotich registry role-sql."
    yield Check("Sổ dữ liệu", "warning" if unguarded else "ok", state, advice if unguarded else "")
    yield from further


def _copy_check(copy: str, named: str) -> Check:
    why = f"Thư mục “{named}” chưa đọc, đã đổi tên, hay khác quyển số, nơi đăng ký."
    advice = f"{why} Hãy sửa copy_of ở bìa sổ “{copy}”."
    return Check("Bản lưu kép", "warning", f"“{copy}” chưa có quyển để đối chiếu", advice)


def cores_check(workers: int | None) -> Check:
    cores = len(os.sched_getaffinity(0))
    return Check("Nhân máy", "ok", f"{cores} nhân, chạy {workers or cores} tiến trình")


def _nearest(folder: Path) -> Path:
    """Return ``folder`` or its nearest existing parent."""
    return next(path for path in (folder, *folder.parents) if path.is_dir())
