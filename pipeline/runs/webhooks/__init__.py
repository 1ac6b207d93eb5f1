"""Webhooks: signed messages to a declared address when a book is ready, repeated until received.

Names are imported on first use: every command reads the settings, few send messages.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.runs.webhooks.sending import (
        WebhookSender,
        send_events,
        send_test,
        signature_of,
        signing_secret,
    )

_MODULES = {
    "sending": ("WebhookSender", "send_events", "send_test", "signature_of", "signing_secret"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = ["WebhookSender", "send_events", "send_test", "signature_of", "signing_secret"]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
