"""The backup as a Prefect flow: a task from a folder to counts; ``pipeline.runs.backup`` does the work."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact

from flows.morning import NAMED, cell
from flows.summary import Summary
from flows.trying import BACKING_UP
from pipeline.base.localtime import OFFICE_ZONE
from pipeline.runs.backup import BackupReport, Vault, back_up, backup_key
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.inbox.manifest import manifest_scans
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings


def run_name() -> str:
    return f"sao-luu-{datetime.now(OFFICE_ZONE):%Y-%m-%d-%H%M}"


@flow(name="backup", flow_run_name=run_name, log_prints=False, persist_result=False)
def backup(
    target: str,
    workspace: str | None = None,
    key_file: str | None = None,
    keep: int | None = 30,
    plain: bool = False,
) -> Summary:
    """Back up everything except private keys.

    Args:
        target: The folder of the backups.
        workspace: The workspace; by default as in the settings.
        key_file: The key that encrypts the backup; by default as in the settings.
        keep: Number of backups to keep, the newest.
        plain: Do not encrypt; without this flag and without a key, nothing is backed up.

    Returns:
        Counts of the backup.
    """
    summary = make_backup(target, workspace, key_file, keep, plain)
    text = backup_sentences(summary)
    create_markdown_artifact(markdown=text, key="backup", description="Sao lưu")
    if summary["altered"] or summary["missing"]:
        get_run_logger().warning(text)
    else:
        get_run_logger().info(text)
    return summary


@task(name="make-backup", **BACKING_UP)
def make_backup(
    target: str, workspace: str | None, key_file: str | None, keep: int | None, plain: bool
) -> Summary:
    """Call ``pipeline.runs.backup.back_up`` with the settings."""
    settings = read_settings()
    folder = Path(target)
    chosen, plain = settings.backup_protection(Path(key_file) if key_file else None, plain=plain)
    key = backup_key(folder, chosen, plain=plain)
    context = settings.run_context(Path(workspace) if workspace else None)
    manifests = IntakeFolders(Workspace(context.workspace).intake).all_manifests
    report = back_up(
        Vault(folder, key),
        context.workspace,
        context.registry_url,
        settings.program_folders(),
        delivered=manifest_scans(manifests, skip_damaged=True),
        registry_key=settings.registry_key_file,
        keep=keep,
    )
    return summary_of(report)


def summary_of(report: BackupReport) -> Summary:
    """Return the counts that Prefect may keep."""
    return {
        "name": report.name,
        "files": report.files,
        "megabytes": round(report.size / 1e6, 1),
        "rows": dict(report.rows),
        "left_out": list(report.left_out),
        "removed": report.removed,
        "altered": list(report.altered),
        "missing": list(report.missing),
        "seal": report.seal,
    }


def backup_sentences(summary: Summary) -> str:
    """Return two Vietnamese sentences about a backup."""
    left_out = ", ".join(summary["left_out"])
    keys = f" Không có trong đó, phải giữ riêng: {left_out}." if left_out else ""
    seal = f" Niêm phong nhật ký kiểm tra: {summary['seal']}." if summary["seal"] else ""
    counted = {"không còn đúng như khi nhận": summary["altered"], "không còn ở đó": summary["missing"]}
    wrong = ", ".join(
        f"**{len(named)} bản quét trong kho {flaw}**" for flaw, named in counted.items() if named
    )
    named = ", ".join(cell(name) for name in [*summary["altered"], *summary["missing"]][:NAMED])
    flaws = f" {wrong} ({named}); các bản sao lưu cũ được giữ lại." if wrong else ""
    return (
        f"Bản sao lưu {summary['name']} đã xong và đã mở thử: {summary['files']} tệp, {summary['megabytes']} MB; "
        f"bỏ {summary['removed']} bản cũ.{keys}{flaws}{seal}"
    )
