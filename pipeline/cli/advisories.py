"""``hotich advisories``: known flaws of the installed packages, by the office's advisory list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import SecurityError, SetupError
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.runs.machine_checks.advisories import installed_versions, read_advisories
from pipeline.scans.workspace import Workspace


def advisories(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="THƯ_MỤC", help="Thư mục của danh sách; mặc định advisories trong thư mục làm việc."
        ),
    ] = None,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """So các gói Python đã cài với danh sách lỗ hổng (OSV) mà cơ quan chép vào máy; không dùng mạng."""
    chosen = folder or Workspace(work.settings.places_of(work.folder)[0]).advisories
    report = read_advisories(chosen, installed_versions())
    if as_json:
        print_json(plain(report))
    else:
        show(
            report.advisories,
            {
                "Gói": lambda flaw: f"{flaw.package} {flaw.version}",
                "Lỗ hổng": lambda flaw: " ".join((flaw.advisory, *flaw.aliases)),
                "Sửa ở bản": lambda flaw: ", ".join(flaw.fixed) or "–",
                "Là gì": lambda flaw: flaw.summary,
            },
        )
        for name in report.unusable:
            say(f"Tệp hỏng, chưa so: {name}")
        say(f"{len(report.advisories)} lỗ hổng đã biết; danh sách có {report.read} mục.")
    if report.advisories:
        raise typer.Exit(SecurityError.exit_code)
    if report.unusable or not report.read:
        raise SetupError(f"Danh sách trong {chosen} không có gì, hay có tệp hỏng: hãy chép lại.")
