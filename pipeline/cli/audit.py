"""``hotich audit``: whether nobody changed anything behind the program's back, and who did what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from pipeline.cli.audit_words import ACTIONS, flaw_told, what_is_not_proven
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, err, out, plain, print_json
from pipeline.errors import AuditFlawed
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.registry.services.audit.seal import read_seal, write_seal
from pipeline.registry.services.audit.verifying import Progress as OnProgress
from pipeline.settings import read_settings

audit_app = typer.Typer(cls=Commands, no_args_is_help=True)


@audit_app.callback()
def audit() -> None:
    """Nhật ký kiểm tra: ai đã làm gì, và có ai sửa sau lưng chương trình không."""


@audit_app.command("verify", cls=Command)
def verify(
    workspace: WorkspaceOption = None,
    seal: Annotated[
        Path | None,
        typer.Option(
            "--seal",
            "--since-seal",
            help="Tệp niêm phong đã cất ở nơi khác, để biết phần cuối có bị cắt không.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Xem lại toàn bộ nhật ký và mọi dòng mà nó bảo vệ; nêu từng dòng bị sửa, bị xóa hay chen vào.

    Không cần mạng. Có chỗ sai thì mã thoát là 10.
    """
    kept = read_seal(seal) if seal else None
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry, _progress() as on_progress:
        found = registry.audit().verify(kept, on_progress)
    if as_json:
        print_json({"passed": found.passed, **plain(found)})
    else:
        screen = out()
        begun = found.begun_at[:19] or "–"
        screen.print(
            f"Đã xem {found.audit_rows} dòng nhật ký (từ {begun} UTC) và {found.rows} dòng dữ liệu.",
            markup=False,
        )
        for sentence in what_is_not_proven(found, sealed=kept is not None):
            screen.print(f"Lưu ý: {sentence}", markup=False)
        for flaw in found.flaws:
            screen.print(f"– {flaw_told(flaw)}", markup=False)
    if not found.passed:
        raise AuditFlawed(
            f"Nhật ký kiểm tra cho thấy {found.flaw_count} chỗ không đúng như chương trình đã ghi. "
            "Giữ nguyên cơ sở dữ liệu, báo người phụ trách; xem docs/how-to/verify-the-audit.md."
        )
    if not as_json:
        out().print("Không có dòng nào bị sửa, bị xóa hay chen vào.")


@audit_app.command("seal", cls=Command)
def seal_file(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp mới để ghi niêm phong.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Ghi dòng cuối của nhật ký ra một tệp nhỏ, không có dữ liệu cá nhân, để cất ở nơi khác."""
    with read_settings().run_context(workspace).open_registry() as registry:
        sealed = registry.audit().seal()
    write_seal(sealed, file)
    out().print(
        f"Đã niêm phong đến dòng {sealed.id}. Hãy cất {file} ở nơi mà người giữ cơ sở dữ liệu không sửa được.",
        markup=False,
    )


@audit_app.command("show", cls=Command)
def show(
    workspace: WorkspaceOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Nhiều nhất bấy nhiêu dòng.")] = 40,
    actor: Annotated[str | None, typer.Option("--actor", help="Chỉ việc của tên đăng nhập này.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê những việc gần đây: ai, lúc nào, làm gì, với dòng nào. Không có dữ liệu cá nhân của sổ."""
    with read_settings().run_context(workspace).open_registry() as registry:
        rows = registry.audit().recent(limit, actor)
    if as_json:
        print_json([plain(row) for row in rows])
        return
    table = Table("Dòng", "Lúc (UTC)", "Ai", "Việc", "Với")
    for row in rows:
        action = ACTIONS.get(row.action, row.action)
        table.add_row(str(row.id), f"{row.at:%Y-%m-%d %H:%M:%S}", row.actor, action, row.subject)
    out().print(table)


@audit_app.command("new-key", cls=Command)
def new_key(
    workspace: WorkspaceOption = None,
    sure: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Tạo khóa mới để ký tiếp, khi khóa cũ đã lộ hoặc đã mất hẳn.

    Nếu chỉ thất lạc, hãy lấy lại tệp audit.key từ bản sao lưu: những dòng đã ký bằng khóa đã mất sẽ không bao giờ chứng
    minh được nữa là do chương trình ghi.
    """
    if not sure:
        typer.confirm("Tạo khóa mới cho nhật ký kiểm tra?", abort=True)
    with read_settings().run_context(workspace).open_registry() as registry:
        name = registry.audit().renew_key(MACHINE)
    out().print(f"Từ nay nhật ký được ký bằng khóa {name}. Hãy sao lưu tệp audit.key.", markup=False)


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar over the rows of the audit, on a terminal only."""
    screen = err()
    if not screen.is_terminal:
        yield lambda _done, _all: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bars:
        task = bars.add_task("Đang xem nhật ký", total=None)
        yield lambda done, all_rows: bars.update(task, completed=done, total=all_rows)
