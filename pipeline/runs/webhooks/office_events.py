"""Events about books, sent by the office's settings."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.declarations.office.approval import APPROVAL
from pipeline.declarations.office.outside import read_webhook
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry import Registry
from pipeline.runs.webhooks import send_events, send_test, signing_secret
from pipeline.scans.workspace import Workspace


def send_book_events(registry: Registry, workspace: Workspace) -> tuple[int, int] | None:
    """Send the due events by the present settings; ``None``: no address is set."""
    policy = read_webhook(workspace.office)
    if policy is None:
        return None
    return send_events(
        registry, policy, signing_secret(workspace.webhook_key), APPROVAL.read(workspace.office)
    )


def send_test_message(workspace: Workspace) -> str:
    """Send a message without an event to the office's receiver; return a sentence about it.

    Raises:
        SettingsRefused: No receiver is set, or it does not take the message.
    """
    policy = read_webhook(workspace.office)
    if policy is None:
        raise SettingsRefused("Chưa đặt nơi nhận tin.")
    status, failure = send_test(policy, signing_secret(workspace.webhook_key), datetime.now(UTC))
    if not 200 <= status <= 299:
        raise SettingsRefused(f"Nơi nhận chưa nhận tin thử ({f'trả lời {status}' if status else failure}).")
    return f"Nơi nhận đã nhận tin thử (trả lời {status})."
