"""``hotich audit``: verification, seals and listing of the registry's audit log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from pipeline.base.errors import AuditFlawed, AuditUnproven
from pipeline.base.localtime import iso_time
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import err, plain, print_json, say, show, track_work
from pipeline.registry.accounts.model import CONSOLE, OpenAct
from pipeline.registry.audit.audit_words import ACTIONS, format_audit_flaw, unproven_parts
from pipeline.registry.audit.model import FlawKind
from pipeline.registry.audit.seal import Seal, seals_in, write_seal
from pipeline.registry.audit.verification import Progress as OnProgress
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.registry.policy_changes import PolicyChange
from pipeline.registry.publishing.model import ForgedNotice
from pipeline.registry.tampered_rows import UnprovenEntry
from pipeline.run_context import RunContext
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.inbox.manifest import manifest_scans
from pipeline.scans.store_check import StoreReport, check_store, format_store_report, note_whole_check
from pipeline.scans.workspace import Workspace

MOST_NAMED = 20


def _show_held_back(entries: Sequence[UnprovenEntry], notices: Sequence[ForgedNotice]) -> None:
    """Name the entries that no extract, package or answer gives, and forged notices, before all else."""
    if entries:
        say(
            f"Giữ lại {len(entries)} sự kiện vì có dòng không do chương trình ghi; không giao, không in được:"
        )
    for entry in entries[:MOST_NAMED]:
        say(f"– {entry.sentence}")
    if len(entries) > MOST_NAMED:
        say(f"– và {len(entries) - MOST_NAMED} sự kiện nữa.")
    for one in notices[:MOST_NAMED]:
        say(f"Có {one.sentence}.")
    if len(notices) > MOST_NAMED:
        say(f"Và {len(notices) - MOST_NAMED} dòng nữa về tin báo không do chương trình ghi.")


def _show_open(loosened: Iterable[PolicyChange], acts: Iterable[OpenAct]) -> None:
    """Name what stands at the head of the reports until another person has answered."""
    for change in loosened:
        say(f"Thiết lập được nới lỏng: {change.sentence}")
    for act in acts:
        say(f"Chưa có người thứ hai xác nhận: {act.sentence}")


app = command_group("""Nhật ký kiểm tra: ai đã làm gì, và có ai sửa sau lưng chương trình không.""")


@app.command("verify", cls=Command)
def verify(
    work: WorkspaceOption = HERE,
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
    context = work.run
    kept = _load_seals(context.workspace, seal)
    with work.open_registry() as registry, _progress() as on_progress:
        result = registry.audit().verify(*kept, progress=on_progress)
        unconfirmed = registry.accounts().open_acts()
        loosened = registry.open_policy_changes()
        whole = all(flaw.kind is not FlawKind.TABLE_GONE for flaw in result.flaws)
        held_back = registry.unproven_entries() if whole and not result.passed else ()
        notices = () if result.passed else registry.publishing().forged_notices()
    stored = _check_scans(context) if scans else None
    if as_json:
        passed = result.passed and result.checkable and (stored is None or stored.passed)
        document = {"passed": passed, "checkable": result.checkable, **plain(result)}
        document["unconfirmed"] = [plain(act) for act in unconfirmed]
        document["loosened"] = [plain(change) for change in loosened]
        document["held_back"] = [plain(entry) for entry in held_back]
        document["forged_notices"] = [plain(one) for one in notices]
        print_json({**document, **({"scans": plain(stored)} if stored else {})})
    else:
        _show_held_back(held_back, notices)
        _show_open(loosened, unconfirmed)
        begun = result.begun_at[:19] or "–"
        say(f"Đã xem {result.audit_rows} dòng nhật ký (từ {begun} UTC) và {result.rows} dòng dữ liệu.")
        for sentence in unproven_parts(result, sealed=bool(kept)):
            say(f"Lưu ý: {sentence}")
        for flaw in result.flaws:
            say(f"– {format_audit_flaw(flaw)}")
        if result.settled:
            say(f"{result.settled} chỗ sai khác đã được người quản trị xử lý, có ghi trong nhật ký.")
        for line in format_store_report(stored) if stored else ():
            say(line)
    if not result.passed:
        raise AuditFlawed(
            f"Nhật ký kiểm tra cho thấy {result.flaw_count} chỗ không đúng như chương trình đã ghi. "
            "Giữ nguyên cơ sở dữ liệu, báo người phụ trách; xem docs/how-to/verify-the-audit.md."
        )
    if stored is not None and not stored.passed:
        raise AuditFlawed(
            f"{len(stored.flaws)} bản quét trong kho không còn đúng như khi nhận. Các trang ấy không được hiện, đọc "
            "hay xuất. Hãy lấy lại từ bản sao lưu; xem docs/how-to/check-the-store.md."
        )
    if not result.checkable:
        raise AuditUnproven(
            "Chưa kiểm tra được nhật ký: không có khóa nào ở đây chứng minh những dòng cuối là do chương trình ghi. "
            "Hãy lấy lại tệp audit.key từ bản sao lưu rồi chạy lại."
        )
    if not as_json:
        say("Không có dòng nào bị sửa, bị xóa hay chen vào.")


def _check_scans(context: RunContext) -> StoreReport:
    """Return the flaws of the whole store, and note the check for the nightly checks."""
    place = Workspace(context.workspace)
    with context.open_registry() as registry:
        known = {**manifest_scans(IntakeFolders(place.intake).all_manifests), **registry.stored_scans()}
    with track_work("Kiểm tra kho bản quét", "thư mục") as on_folder:
        report = check_store(place, known, on_folder=on_folder)
    note_whole_check(place, report, iso_time(time.time()))
    return report


@app.command("settle", cls=Command)
def settle(
    document: Annotated[
        str, typer.Option("--document", help="Số của biên bản xử lý, ví dụ BB-12/2026; được ghi vào nhật ký.")
    ],
    work: WorkspaceOption = HERE,
    seal: Annotated[list[Path] | None, typer.Option("--seal", help="Như ở “hotich audit verify”.")] = None,
    sure: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Ghi nhận rằng những chỗ sai đã được xem xét và xử lý; chỗ sai chỉ hết khi có dòng này trong nhật ký.

    Tài khoản lấy lại vai trò và nơi theo nhật ký, và nhận mật khẩu mới dùng một lần; giá trị đang có hiệu lực và việc
    chờ được suy lại từ kết quả đọc và quyết định; phiên đăng nhập lạ bị xóa. Những thứ khác giữ nguyên như đang có.
    """
    kept = _load_seals(work.run.workspace, seal)
    with work.open_registry() as registry:
        result = registry.audit().verify(*kept)
        for flaw in result.flaws:
            say(f"– {format_audit_flaw(flaw)}")
        if result.passed:
            say("Không có chỗ sai nào để xử lý.")
            return
        if not sure:
            typer.confirm("Đã lập biên bản và xử lý những chỗ sai này?", abort=True)
        done = registry.settle_flaws(result.flaws, document=document, by=CONSOLE)
    say(f"Đã ghi {done.flaws} chỗ sai là đã xử lý theo {document}.")
    for login, password in done.passwords.items():
        say(f"Mật khẩu dùng một lần của {login}: {password}")
    if done.left:
        say(f"{done.left} chỗ chỉ khôi phục được từ bản sao lưu.")
    if result.flaw_count > len(result.flaws):
        say("Còn nhiều chỗ sai nữa: hãy chạy lại.")


@app.command("seal", cls=Command)
def seal_file(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp mới để ghi niêm phong.")],
    work: WorkspaceOption = HERE,
) -> None:
    """Ghi dòng cuối của nhật ký ra một tệp nhỏ, không có dữ liệu cá nhân, để cất ở nơi khác."""
    with work.open_registry() as registry:
        sealed = registry.audit().seal()
    write_seal(sealed, file)
    say(
        f"Đã niêm phong đến dòng {sealed.id}. Hãy cất {file} ở nơi mà người giữ cơ sở dữ liệu không sửa được."
    )


@app.command("show", cls=Command)
def show_audit(
    work: WorkspaceOption = HERE,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Nhiều nhất bấy nhiêu dòng.")] = 40,
    actor: Annotated[str | None, typer.Option("--actor", help="Chỉ việc của tên đăng nhập này.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê những việc gần đây: ai, lúc nào, làm gì, với dòng nào. Không có dữ liệu cá nhân của sổ."""
    with work.open_registry() as registry:
        rows = registry.audit().recent(limit, actor)
    show(
        rows,
        {
            "Dòng": lambda row: row.id,
            "Lúc (UTC)": lambda row: f"{row.at:%Y-%m-%d %H:%M:%S}",
            "Ai": lambda row: row.actor,
            "Việc": lambda row: ACTIONS.get(row.action, row.action),
            "Với": lambda row: row.subject,
        },
        as_json,
    )


@app.command("new-key", cls=Command)
def new_key(
    work: WorkspaceOption = HERE,
    sure: Annotated[bool, typer.Option("--yes", help="Không hỏi lại.")] = False,
) -> None:
    """Tạo khóa mới để ký tiếp, khi khóa cũ đã lộ hoặc đã mất hẳn.

    Nếu chỉ thất lạc, hãy lấy lại tệp audit.key từ bản sao lưu: những dòng đã ký bằng khóa đã mất sẽ không bao giờ chứng
    minh được nữa là do chương trình ghi.
    """
    if not sure:
        typer.confirm("Tạo khóa mới cho nhật ký kiểm tra?", abort=True)
    with work.open_registry() as registry:
        name = registry.audit().renew_key(MACHINE)
    say(f"Từ nay nhật ký được ký bằng khóa {name}. Hãy sao lưu tệp audit.key.")


def _load_seals(workspace: Path, places: list[Path] | None) -> tuple[Seal, ...]:
    """Return the workspace's own seals, then those in the given files and folders."""
    own = Workspace(workspace).seals
    return tuple(seal for root in ([own] if own.is_dir() else []) + (places or []) for seal in seals_in(root))


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """Show a progress bar over the rows of the audit log, on a terminal only."""
    screen = err()
    if not screen.is_terminal:
        yield lambda _done, _all: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True) as bars:
        task = bars.add_task("Đang xem nhật ký", total=None)
        yield lambda done, all_rows: bars.update(task, completed=done, total=all_rows)
