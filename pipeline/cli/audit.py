"""``hotich audit``: verify the audit of the registry, seal it, show it; what it says, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

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
from pipeline.errors import AuditFlawed, AuditUnproven
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.registry.model.accounts import CONSOLE, OpenAct
from pipeline.registry.model.audit import Flaw, FlawKind, Verification
from pipeline.registry.services.audit.seal import Seal, seals_in, write_seal
from pipeline.registry.services.audit.verification import Progress as OnProgress
from pipeline.run_context import RunContext
from pipeline.settings import read_settings
from pipeline.store_check import StoreReport
from pipeline.workspace import Workspace

ACTIONS = {
    "audit-begun": "bắt đầu nhật ký",
    "found-at-begin": "ghi nhận dữ liệu có từ trước",
    "key-renewed": "đổi khóa ký nhật ký",
    "tampering-found": "thấy một dòng bị sửa ngoài chương trình",
    "flaw-settled": "xử lý một chỗ sai của nhật ký",
    "book-noted": "ghi nhận quyển sổ",
    "book-added": "ghi nhận rằng đây là một quyển sổ khác",
    "book-corrected": "sửa những gì sổ dữ liệu ghi về một quyển sổ",
    "scan-noted": "ghi nhận bản quét",
    "scan-sent": "gửi bản quét từ trình duyệt",
    "scans-assigned": "gán bản quét đã nhận vào sổ",
    "run-asked": "yêu cầu đọc sổ ngay",
    "page-saved": "lưu kết quả đọc một trang",
    "page-failed": "ghi nhận trang hỏng",
    "run-taken-over": "đọc tiếp quyển sổ của một lượt chạy đã chết",
    "places-resolved": "đối chiếu lại nơi",
    "registry-copied": "chép sang cơ sở dữ liệu này",
    "checks-saved": "kiểm tra cả quyển",
    "book-held": "giữ lại ô trọng yếu của một sổ lạ",
    "book-released": "thôi giữ ô trọng yếu của một sổ lạ",
    "links-saved": "gợi ý cùng một người",
    "link-decided": "xác nhận hoặc bác một gợi ý",
    "decided": "quyết định",
    "page-seen": "xác nhận đã xem trang",
    "task-shown": "được cho xem một việc",
    "entries-listed": "xem danh sách sự kiện của một quyển sổ",
    "entry-shown": "được cho xem một việc đã xong",
    "entry-reopened": "mở lại ô của một việc đã xong",
    "witnesses-let-back": "giao lại ô vừa mở cho cả người đã gõ, đã xem",
    "column-shown": "được cho xem một cột",
    "page-shown": "được cho xem ảnh một trang",
    "fields-listed": "mở danh sách ô sai",
    "people-compared": "mở bảng từng người",
    "entries-added": "thêm việc hộ tịch vào một trang, để nhập",
    "fields-added": "thêm trường cho một việc, để nhập",
    "column-added": "thêm một trường cho mọi việc của một quyển sổ",
    "withdrawn": "thu hồi",
    "reinstated": "hủy thu hồi",
    "book-assigned": "giao sổ cho một người",
    "book-assignment-ended": "thôi giao sổ cho một người",
    "share-assigned": "giao một quyển hay một phần sổ cho một người, một tổ",
    "share-ended": "thôi giao một phần sổ",
    "team-joined": "thêm một người vào tổ",
    "team-left": "đưa một người ra khỏi tổ",
    "delivery-confirmed": "xác nhận giá trị bàn giao",
    "page-replaced": "thay trang bằng bản quét lại",
    "lot-drawn": "lấy mẫu một lô",
    "lot-questioned": "đưa việc của lô ra kiểm tra",
    "lot-accepted": "nhận một lô",
    "lot-rejected": "trả lại một lô",
    "lot-cancelled": "bỏ một lô",
    "searched": "tìm trong sổ",
    "keyed": "ghi chữ của mình",
    "undone": "hoàn tác điều vừa làm",
    "task-skipped": "bỏ qua một việc",
    "task-asked": "hỏi người phụ trách",
    "task-answered": "trả lời câu hỏi",
    "comment-opened": "nêu ý kiến về một nhiệm vụ",
    "comment-answered": "trả lời một ý kiến",
    "comment-closed": "đóng một ý kiến",
    "comments-shown": "xem các ý kiến về một nhiệm vụ",
    "comments-listed": "xem danh sách ý kiến đang mở",
    "guideline-written": "viết hoặc sửa hướng dẫn của một ô",
    "example-shown": "xem ảnh ví dụ của một hướng dẫn",
    "lease-taken-over": "nhận việc người khác đã quá giờ giữ",
    "lease-ended": "trả lại một việc",
    "rescan-asked": "yêu cầu quét lại",
    "rescan-closed": "đóng yêu cầu quét lại",
    "account-created": "tạo tài khoản",
    "duties-set": "giao vai trò, nơi",
    "password-changed": "đổi mật khẩu",
    "password-reset": "cấp lại mật khẩu",
    "account-deactivated": "ngừng tài khoản",
    "account-activated": "cho dùng lại tài khoản",
    "login-tried": "thử đăng nhập",
    "sessions-cleared": "dọn phiên đăng nhập đã hết",
    "confirmation-asked": "thay đổi tài khoản phải có người thứ hai xác nhận",
    "account-confirmed": "xác nhận thay đổi tài khoản",
    "account-refused": "bác thay đổi tài khoản",
    "logged-in": "đăng nhập",
    "logged-out": "đăng xuất",
    "package-written": "xuất gói dữ liệu của quyển sổ",
    "package-asked": "yêu cầu xuất gói dữ liệu",
    "package-taken": "tải một tệp của gói dữ liệu",
    "amendments-listed": "xem các cải chính, bổ sung của một quyển sổ",
    "amendment-signed": "ký xác nhận một cải chính, bổ sung",
    "book-approved": "phê duyệt một quyển sổ",
    "approval-withdrawn": "rút phê duyệt một quyển sổ",
    "amended": "ghi hoặc rút một cải chính, bổ sung",
    "settings-changed": "đổi thiết lập của cơ quan",
    "plan-changed": "sửa kế hoạch",
    "reconcile-asked": "gửi một tệp để đối soát",
    "reconciled": "đối soát một tệp",
    "difference-shown": "được cho xem một khác biệt",
    "difference-answered": "trả lời một khác biệt",
}

_SENTENCES = {
    FlawKind.ROW_ALTERED: "Bảng {table}, dòng {row}: đã bị sửa (nhật ký dòng {audit} ghi khác).",
    FlawKind.ROW_GONE: "Bảng {table}, dòng {row}: đã bị xóa (có ở nhật ký dòng {audit}).",
    FlawKind.ROW_UNKNOWN: "Bảng {table}, dòng {row}: có người chen vào, nhật ký không biết.",
    FlawKind.ROW_OVERWRITTEN: "Bảng {table}, dòng {row}: bị sửa ngoài chương trình, rồi chương trình mới ghi lên.",
    FlawKind.TAMPERING_FOUND: "Bảng {table}, dòng {row}: bị sửa, chương trình không ghi lên (nhật ký dòng {audit}).",
    FlawKind.DIGEST_ALTERED: "Bảng {table}{of_row}: dấu giữ ở bảng row_digest không khớp nhật ký.",
    FlawKind.ACCOUNT_DIFFERS: "Bảng account, dòng {row}: “{name}” khác với những gì nhật ký đã ghi về tài khoản này.",
    FlawKind.SESSION_AHEAD: "Bảng login_session, dòng {row}: phiên đăng nhập có giờ ở tương lai.",
    FlawKind.GUARD_ALTERED: "Bảng {table}: khóa chống sửa “{name}” đã bị thay bằng khóa khác.",
    FlawKind.OBJECT_UNKNOWN: "Cơ sở dữ liệu có “{name}” (trigger, view hay quy tắc) mà chương trình không tạo ra.",
    FlawKind.TABLE_GONE: "Bảng {table}: cả bảng đã bị xóa.",
    FlawKind.GUARD_GONE: "Bảng {table}: khóa chống sửa “{name}” đã bị gỡ.",
    FlawKind.AUDIT_EMPTY: "Nhật ký trống không: đã bị xóa sạch.",
    FlawKind.AUDIT_ALTERED: "Nhật ký, dòng {row}: đã bị sửa.",
    FlawKind.AUDIT_GONE: "Nhật ký: thiếu {rows}.",
    FlawKind.AUDIT_BROKEN: "Nhật ký, dòng {row}: không nối tiếp dòng trước nó.",
    FlawKind.AUDIT_UNSIGNED: "Nhật ký, {rows}: thiếu chữ ký, tuy đã có khóa.",
    FlawKind.AUDIT_FORGED: "Nhật ký, dòng {row}: chữ ký giả.",
    FlawKind.AUDIT_OTHER_KEY: "Nhật ký, dòng {row}: ký bằng một khóa lạ.",
    FlawKind.AUDIT_RESTARTED: "Nhật ký này không phải nhật ký đầu tiên của khóa đang có: nhật ký cũ đã bị bỏ đi.",
    FlawKind.SEAL_CUT: "So với niêm phong: phần cuối nhật ký, {rows}, đã bị cắt; hoặc đây là một bản cũ.",
    FlawKind.SEAL_DIFFERS: "So với niêm phong: nhật ký dòng {row} nay đã khác.",
    FlawKind.SEAL_FORGED: "Tệp niêm phong (dòng {row}) không phải do khóa đang có ký: đã bị sửa.",
}


def format_audit_flaw(flaw: Flaw) -> str:
    """One flaw as a sentence that names the row."""
    return _SENTENCES[flaw.kind].format(
        table=flaw.table,
        of_row="" if flaw.row_id is None else f", dòng {flaw.row_id}",
        row=flaw.row_id,
        rows=_rows(flaw),
        audit=flaw.audit_id,
        name=flaw.name,
    )


def unproven_parts(found: Verification, *, sealed: bool) -> Iterator[str]:
    """What a look without flaws still leaves open."""
    if found.unproven_end:
        yield (
            f"{found.unproven_end} dòng cuối không có khóa nào chứng minh được là do chương trình ghi; "
            "hãy đặt lại tệp audit.key."
        )
    elif found.unsigned:
        yield f"{found.unsigned} dòng đầu ghi từ khi chưa có khóa, không chứng minh được là do chương trình ghi."
    if found.other_keys and found.proven:
        yield f"{found.other_keys} dòng ký bằng khóa không còn, không chứng minh được là do chương trình ghi."
    if found.key_is_private is False:
        yield "tệp khóa đang cho người khác đọc; hãy chạy: chmod 600 audit.key"
    if not sealed:
        yield "không có niêm phong thì không biết được phần cuối có bị cắt không (hotich audit seal)."


def _tell_unconfirmed(acts: Iterable[OpenAct]) -> None:
    for act in acts:
        out().print(f"Chưa có người thứ hai xác nhận: {act.sentence}", markup=False)


def _rows(flaw: Flaw) -> str:
    if flaw.last_id is None or flaw.last_id == flaw.row_id:
        return f"dòng {flaw.row_id}"
    return f"các dòng {flaw.row_id}–{flaw.last_id}"


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
