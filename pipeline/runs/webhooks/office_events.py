"""Events about books under what the office has set."""

from __future__ import annotations

from pipeline.declarations.office.approval import APPROVAL
from pipeline.registry import Registry
from pipeline.runs.webhooks import read_webhook, send_events, signing_secret
from pipeline.scans.workspace import Workspace


def send_book_events(registry: Registry, workspace: Workspace) -> tuple[int, int] | None:
    """Send what is due under what the office has set now; None: it tells nobody."""
    policy = read_webhook(workspace.office)
    if policy is None:
        return None
    return send_events(
        registry, policy, signing_secret(workspace.webhook_key), APPROVAL.read(workspace.office)
    )
