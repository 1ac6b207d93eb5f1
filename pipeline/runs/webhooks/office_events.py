"""Events about books, sent by the office's settings."""

from __future__ import annotations

from pipeline.declarations.office.approval import APPROVAL
from pipeline.declarations.office.outside import read_webhook
from pipeline.registry import Registry
from pipeline.runs.webhooks import send_events, signing_secret
from pipeline.scans.workspace import Workspace


def send_book_events(registry: Registry, workspace: Workspace) -> tuple[int, int] | None:
    """Send the due events by the present settings; ``None``: no address is set."""
    policy = read_webhook(workspace.office)
    if policy is None:
        return None
    return send_events(
        registry, policy, signing_secret(workspace.webhook_key), APPROVAL.read(workspace.office)
    )
