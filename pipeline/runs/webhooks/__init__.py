"""Other systems are told when a book is ready: signed, to one address of the office, until it is received.

What is named here is loaded when it is first asked for: every command reads what the office set, few send anything.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.runs.webhooks.policy import read_webhook
    from pipeline.runs.webhooks.sending import WebhookSender, send_events, signature_of, signing_secret

_MODULES = {
    "policy": ("read_webhook",),
    "sending": (
        "WebhookSender",
        "send_events",
        "signature_of",
        "signing_secret",
    ),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = ["WebhookSender", "read_webhook", "send_events", "signature_of", "signing_secret"]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
