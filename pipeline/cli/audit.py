"""``hotich audit``: verify the audit of the registry, seal it, show it; what it says, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from pipeline.base.errors import AuditFlawed, AuditUnproven
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import (
    JsonOption,
    WorkspaceOption,
    err,
    out,
    plain,
    print_json,
)
from pipeline.cli.stored_scans import check_scans, format_store_report
from pipeline.registry.accounts.model import CONSOLE, OpenAct
from pipeline.registry.audit.audit_words import ACTIONS, format_audit_flaw, unproven_parts
from pipeline.registry.audit.seal import Seal, seals_in, write_seal
from pipeline.registry.audit.verification import Progress as OnProgress
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.run_context import RunContext
from pipeline.scans.store_check import StoreReport
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings


def _tell_unconfirmed(acts: Iterable[OpenAct]) -> None:
    for act in acts:
        out().print(f"Chưa có người thứ hai xác nhận: {act.sentence}", markup=False)


audit_app = typer.Typer(cls=Commands, no_args_is_help=True)


@audit_app.callback()
def audit() -> None:
    """Nhật ký kiểm tra: ai đã làm gì, và có ai sửa sau lưng chương trình không."""


@audit_app.command("verify", cls=Command)
def verify(
    workspace: WorkspaceOption = None,
    seal: Annotated[
        list[Path] | None,
        typer.Option(
            "--seal",
            "--since-seal",
            help="Tệp niêm phong đã cất ở nơi khác, hay thư mục (của bản sao lưu) có các tệp ấy; dùng được nhiều lần.",
        ),
    ] = None,
    scans: Annotated[
        bool,
        typer.Option("--scans", help="Đọc lại cả kho bản quét: bản bị sửa, bị thay, bị mất, và tệp lạ."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Xem lại toàn bộ nhật ký và mọi dòng mà nó bảo vệ; nêu từng dòng bị sửa, bị xóa hay chen vào.

    Không cần mạng. Có chỗ sai thì mã thoát là 10; không thấy chỗ sai nhưng không có khóa để chứng minh thì là 16. Niêm
    phong mỗi đêm trong thư mục làm việc luôn được đem so.
    """
    context = read_settings().run_context(workspace)
    kept = _seals(context.workspace, seal)
    with context.open_registry() as registry, _progress() as on_progress:
        found = registry.audit().verify(*kept, progress=on_progress)
        unconfirmed = registry.accounts().open_acts()
    stored = _checked_scans(context) if scans else None
    if as_json:
        passed = found.passed and found.checkable and (stored is None or stored.passed)
        told = {"passed": passed, "checkable": found.checkable, **plain(found)}
        told["unconfirmed"] = [plain(act) for act in unconfirmed]
        print_json({**told, **({"scans": plain(stored)} if stored else {})})
    else:
        screen = out()
        _tell_unconfirmed(unconfirmed)
        begun = found.begun_at[:19] or "–"
        screen.print(
            f"Đã xem {found.audit_rows} dòng nhật ký (từ {begun} UTC) và {found.rows} dòng dữ liệu.",
            markup=False,
        )
        for sentence in unproven_parts(found, sealed=bool(kept)):
            screen.print(f"Lưu ý: {sentence}", markup=False)
        for flaw in found.flaws:
            screen.print(f"– {format_audit_flaw(flaw)}", markup=False)
        if found.settled:
            screen.print(f"{found.settled} chỗ sai khác đã được người quản trị xử lý, có ghi trong nhật ký.")
        for line in format_store_report(stored) if stored else ():
            screen.print(line, markup=False)
    if not found.passed:
        raise AuditFlawed(
            f"Nhật ký kiểm tra cho thấy {found.flaw_count} chỗ không đúng như chương trình đã ghi. "
            "Giữ nguyên cơ sở dữ liệu, báo người phụ trách; xem docs/how-to/verify-the-audit.md."
        )
    if stored is not None and not stored.passed:
        raise AuditFlawed(
            f"{len(stored.flaws)} bản quét trong kho không còn đúng như khi nhận. Các trang ấy không được hiện, đọc "
            "hay xuất. Hãy lấy lại từ bản sao lưu; xem docs/how-to/check-the-store.md."
        )
    if not found.checkable:
        raise AuditUnproven(
            "Chưa kiểm tra được nhật ký: không có khóa nào ở đây chứng minh những dòng cuối là do chương trình ghi. "
            "Hãy lấy lại tệp audit.key từ bản sao lưu rồi chạy lại."
        )
    if not as_json:
        out().print("Không có dòng nào bị sửa, bị xóa hay chen vào.")


def _checked_scans(context: RunContext) -> StoreReport:
    with context.open_registry() as registry:
        return check_scans(registry, context.workspace)


@audit_app.command("settle", cls=Command)
def settle(
    document: Annotated[
        str, typer.Option("--document", help="Số của biên bản xử lý, ví dụ BB-12/2026; được ghi vào nhật ký.")
    ],
    workspace: WorkspaceOption = None,
    seal: Annotated[list[Path] | None, typer.Option("--seal", help="Như ở “hotich audit verify”.")] = None,
    sure: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Ghi nhận rằng những chỗ sai đã được xem xét và xử lý; chỗ sai chỉ hết khi có dòng này trong nhật ký.

    Tài khoản lấy lại vai trò và nơi theo nhật ký, và nhận mật khẩu mới dùng một lần; giá trị đang có hiệu lực và việc
    chờ được suy lại từ kết quả đọc và quyết định; phiên đăng nhập lạ bị xóa. Những thứ khác giữ nguyên như đang có.
    """
    context = read_settings().run_context(workspace)
    kept = _seals(context.workspace, seal)
    screen = out()
    with context.open_registry() as registry:
        found = registry.audit().verify(*kept)
        for flaw in found.flaws:
            screen.print(f"– {format_audit_flaw(flaw)}", markup=False)
        if found.passed:
            screen.print("Không có chỗ sai nào để xử lý.")
            return
        if not sure:
            typer.confirm("Đã lập biên bản và xử lý những chỗ sai này?", abort=True)
        done = registry.settle_flaws(found.flaws, document=document, by=CONSOLE)
    screen.print(f"Đã ghi {done.flaws} chỗ sai là đã xử lý theo {document}.", markup=False)
    for login, password in done.passwords.items():
        screen.print(f"Mật khẩu dùng một lần của {login}: {password}", markup=False)
    if done.left:
        screen.print(f"{done.left} chỗ chỉ khôi phục được từ bản sao lưu.")
    if found.flaw_count > len(found.flaws):
        screen.print("Còn nhiều chỗ sai nữa: hãy chạy lại.")


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


def _seals(workspace: Path, places: list[Path] | None) -> tuple[Seal, ...]:
    """Those of these files and folders, and those that the workspace keeps itself."""
    own = Workspace(workspace).seals
    return tuple(one for place in ([own] if own.is_dir() else []) + (places or []) for one in seals_in(place))


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
