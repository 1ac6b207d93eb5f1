"""``hotich backup`` and ``hotich restore``: an installation copied into a folder elsewhere, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import AuditFlawed, SetupError
from pipeline.base.files import printable
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.screen import err, print_json, say, track_work
from pipeline.run_context import RunContext
from pipeline.runs.backup import BackupReport, Vault, back_up, backup_key, key_in, verify
from pipeline.runs.backup import restore as bring_back
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.inbox.manifest import manifest_scans
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings

FolderArgument = Annotated[
    Path, typer.Argument(help="Thư mục chứa các bản sao lưu, tốt nhất trên ổ đĩa khác.", metavar="THƯ_MỤC")
]
KeyOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        help="Tệp khóa (64 chữ số thập lục phân) để mã hóa và mở bản sao lưu [HOTICH_BACKUP_KEY_FILE].",
    ),
]


def backup(
    folder: FolderArgument,
    key_file: KeyOption = None,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain", help="Không mã hóa: ai lấy được ổ sao lưu thì đọc được mọi bản quét và cả sổ dữ liệu."
        ),
    ] = False,
    keys: Annotated[
        bool,
        typer.Option("--keys", help="Sao lưu cả khóa riêng (audit.key, package.key); chỉ khi có --key-file."),
    ] = False,
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="Chỉ giữ bấy nhiêu bản sao lưu mới nhất.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--verify", help="Không sao lưu; đọc lại từng tệp của bản sao lưu mới nhất.")
    ] = False,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Sao lưu sổ dữ liệu, bản quét, thiết lập, khai báo và mô hình; rồi khôi phục thử sổ dữ liệu."""
    settings = work.settings
    key_file, plain = settings.backup_protection(key_file, plain=plain)
    if keys and key_file is None:
        raise SetupError(
            "Khóa riêng chỉ được sao lưu khi bản sao lưu được mã hóa: hãy thêm --key-file TỆP_KHÓA."
        )
    vault = Vault(folder, key_in(key_file) if check else backup_key(folder, key_file, plain=plain))
    with track_work("Kiểm tra" if check else "Sao lưu", "tệp") as on_file:
        if check:
            report = verify(vault, on_file=on_file)
        else:
            report = make_backup(settings, work.run, vault, keys=keys, keep=keep, on_file=on_file)
    if as_json:
        print_json(report)
        _refuse_altered(report)
        return
    done = "toàn vẹn" if check else "đã xong, sổ dữ liệu trong đó đã mở thử"
    say(f"Bản sao lưu {report.name} {done}: {report.files} tệp, {report.size / 1e6:.1f} MB.")
    if report.seal:
        say(f"Niêm phong nhật ký kiểm tra: {report.seal}.")
    for name in report.left_out:
        say(f"Không có trong bản sao lưu: {name} (khóa riêng). Hãy giữ một bản ở nơi khác.")
    if report.removed:
        say(f"Đã bỏ {report.removed} bản sao lưu cũ.")
    _refuse_altered(report)


def make_backup(
    settings: Settings,
    context: RunContext,
    vault: Vault,
    *,
    on_file: Callable[[int, int], None],
    keys: bool = False,
    keep: int | None = None,
) -> BackupReport:
    """Back up the workspace of a context with the installation's schemas and models. Raises as ``back_up``."""
    manifests = IntakeFolders(Workspace(context.workspace).intake).all_manifests
    return back_up(
        vault,
        context.workspace,
        context.registry_url,
        settings.program_folders(),
        delivered=manifest_scans(manifests, skip_damaged=True),
        registry_key=settings.registry_key_file,
        keys=keys,
        keep=keep,
        on_file=on_file,
    )


def _refuse_altered(report: BackupReport) -> None:
    """Exit with an error when stored scans were altered or are missing; the backup itself is complete."""
    for path in report.altered[:MOST_NAMED]:
        err().print(f"Bản quét không còn đúng như khi nhận: {path}", markup=False)
    for name in report.missing[:MOST_NAMED]:
        err().print(f"Bản quét không còn trong kho: {printable(name)}", markup=False)
    wrong = len(report.altered) + len(report.missing)
    if wrong:
        raise AuditFlawed(
            f"Bản sao lưu {report.name} đã xong, nhưng {wrong} bản quét trong kho đã bị sửa, bị thay, bị mất "
            "hoặc hỏng. Bản sao lưu giữ bản đúng nếu lần trước đã có; các bản sao lưu cũ không bị bỏ. Xem "
            "docs/how-to/check-the-store.md."
        )


MOST_NAMED = 20


def restore(
    folder: FolderArgument,
    name: Annotated[
        str | None, typer.Option("--name", help="Bản sao lưu nào (NNNNTTNN-GGPPGG); mặc định bản mới nhất.")
    ] = None,
    key_file: KeyOption = None,
    plain: Annotated[bool, typer.Option("--plain", help="Bản sao lưu không mã hóa.")] = False,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Khôi phục một bản sao lưu vào thư mục làm việc chưa có gì, trên máy này hay máy khác. Không ghi đè gì."""
    settings = work.settings
    target, url = settings.places_of(work.folder)
    with track_work("Khôi phục", "tệp") as on_file:
        report = bring_back(
            Vault(folder, key_in(settings.backup_protection(key_file, plain=plain)[0])),
            target,
            url,
            name=name,
            registry_key=settings.registry_key_file,
            on_file=on_file,
        )
    if as_json:
        print_json(report)
        return
    counted = f", {report.rows['entry']} sự kiện, {report.rows['decision']} quyết định" if report.rows else ""
    say(f"Đã khôi phục bản {report.name} vào {target}: {report.files} tệp{counted}.")
    for left_out in report.left_out:
        say(f"Hãy chép lại {left_out} vào {target} (chmod 600) trước khi dùng.")
    say("Kiểm tra tiếp: hotich doctor, hotich audit verify.")
