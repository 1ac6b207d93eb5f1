"""``hotich doctor``: installed and missing parts, with installation advice."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import UTC, datetime

import typer
from rich.markup import escape
from rich.table import Table

import pipeline
from pipeline.base.errors import HotichError, SecurityError, SetupError
from pipeline.cli.context import HERE, CommandContext, JsonOption, WorkspaceOption
from pipeline.cli.screen import out, print_json, say
from pipeline.recognition.ocr.tesseract import tesseract_version
from pipeline.runs.machine_checks import machine, office
from pipeline.runs.machine_checks.advisories import advisories_check
from pipeline.runs.machine_checks.check import Check, State
from pipeline.runs.machine_checks.own_package import own_package_check
from pipeline.scans.workspace import Workspace

MARKS: dict[State, str] = {
    "ok": "[green]đạt[/]",
    "warning": "[yellow]nên xem[/]",
    "missing": "[red]thiếu[/]",
    "open": "[bold red]hở[/]",
}


def doctor(work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Kiểm tra máy: chương trình, dữ liệu, mô hình, quyền ghi; thiếu gì thì chỉ cách cài."""
    checks = tuple(machine_checks(work))
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
                say(f"{check.name}: {check.advice}")
        if unsafe:
            say(f"Chưa an toàn: {', '.join(check.name for check in unsafe)}.")
        if missing or not unsafe:
            out().print("Máy sẵn sàng." if not missing else f"Còn thiếu {len(missing)} thứ.")
    if unsafe:
        raise typer.Exit(SecurityError.exit_code)
    if missing:
        raise typer.Exit(SetupError.exit_code)


def machine_checks(work: CommandContext) -> Iterator[Check]:
    """Yield the checks of this machine in the order of the report."""
    settings = work.settings
    yield Check("hotich", "ok", pipeline.__version__)
    yield Check("Python", "ok", platform.python_version())
    yield machine.packages_check()
    yield machine.answer_check("Tesseract", tesseract_version)
    yield machine.answer_check("Tesseract, tiếng Việt", machine.vietnamese)
    yield machine.program_check("Poppler (pdftoppm)", "pdftoppm", "sudo apt-get install poppler-utils")
    yield machine.answer_check("Phông chữ in để vẽ sổ giả", machine.print_fonts, "warning")
    yield office.typesetter_check()
    yield from machine.model_checks(settings.models)
    yield office.training_check()
    place, now = Workspace(settings.places_of(work.folder)[0]), datetime.now(UTC)
    yield office.reader_check(settings.models, settings.readers_of(place.root))
    yield from machine.prefect_checks(place)
    yield machine.file_modes_check(place)
    yield machine.confinement_check()
    yield advisories_check(place.advisories, now)
    yield from office.certificate_checks(settings.certificate, now)
    yield from _present(office.signing_check(place, now))
    yield from office.service_checks()
    try:
        context = work.run
    except HotichError as error:
        yield Check("Khai báo (schemas)", "missing", "sai", error.message)
        return
    forms = len(work.schemas.forms)
    yield Check("Khai báo (schemas)", "ok", f"{forms} mẫu sổ, dấu {work.schemas.fingerprint}")
    yield own_package_check(work.schemas)
    yield from _present(office.own_files_check(context, has_registry=machine.has_registry(context)))
    if place.calibration.is_file() and not settings.has_own_calibration(place.root):
        advice = "Tệp bị sửa, hay có từ khi nhật ký chưa ghi mã băm, nên không được dùng. Hãy chạy: hotich calibrate"
        yield Check("Hiệu chuẩn của cơ quan", "missing", "không phải tệp mà nhật ký ghi", advice)
    yield machine.calibration_check(context)
    yield machine.workspace_check(context.workspace)
    yield machine.space_check(context.workspace)
    yield from machine.registry_checks(context, now)
    yield from _present(
        office.backup_check(settings.backup, now, needed=machine.has_registry(context)),
        office.owner_check(place),
    )
    yield machine.cores_check(settings.workers)


def _present(*checks: Check | None) -> Iterator[Check]:
    yield from (check for check in checks if check is not None)
