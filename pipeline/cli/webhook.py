"""``hotich webhook``: other systems are told now which books are ready; the secret with which they check it."""

from __future__ import annotations

import typer

from pipeline.base.errors import RegistryError
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import WorkspaceOption, out
from pipeline.delivery_rules import read_approval
from pipeline.registry import Registry
from pipeline.runs.webhooks import read_webhook, send_events, signing_secret
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

webhook_app = typer.Typer(cls=Commands, no_args_is_help=True)


@webhook_app.callback()
def webhook() -> None:
    """Báo cho hệ thống khác khi một sổ đủ điều kiện bàn giao."""


@webhook_app.command("send", cls=Command)
def send(workspace: WorkspaceOption = None) -> None:
    """Xem sổ nào vừa đủ điều kiện và báo ngay, như màn hình rà soát làm mỗi phút."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        done = send_book_events(registry, Workspace(context.workspace))
    if done is None:
        raise RegistryError("Cơ quan chưa đặt nơi nhận. Hãy ghi url ở bảng [webhook] của office.toml.")
    received, sent = done
    if received < sent:
        raise RegistryError(
            f"Nơi nhận mới nhận {received} trên {sent} tin. Chương trình sẽ gửi lại; hãy hỏi nơi nhận."
        )
    out().print(f"Nơi nhận đã nhận {received} tin.")


@webhook_app.command("secret", cls=Command)
def secret(workspace: WorkspaceOption = None) -> None:
    """In bí mật ký tên, để giao cho nơi nhận theo đường kín."""
    context = read_settings().run_context(workspace)
    out().print(signing_secret(Workspace(context.workspace).webhook_key).decode(), markup=False)


def send_book_events(registry: Registry, workspace: Workspace) -> tuple[int, int] | None:
    """Send what is due under what the office has set now; None: it tells nobody."""
    policy = read_webhook(workspace.office)
    if policy is None:
        return None
    return send_events(
        registry, policy, signing_secret(workspace.webhook_key), read_approval(workspace.office)
    )
