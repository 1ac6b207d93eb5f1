"""Sign-in through an OpenID Connect provider, beside local accounts: the office's policy, and the protocol.

Modules are loaded at first use: every command reads the policy, few contact a provider.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.web.sign_in_provider.failures import SignInFailed
    from pipeline.web.sign_in_provider.policy import GroupDuties, SignInPolicy, read_sign_in, sign_in_secret
    from pipeline.web.sign_in_provider.provider import Provider

_MODULES = {
    "failures": ("SignInFailed",),
    "policy": (
        "GroupDuties",
        "SignInPolicy",
        "read_sign_in",
        "sign_in_secret",
    ),
    "provider": ("Provider",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = ["GroupDuties", "Provider", "SignInFailed", "SignInPolicy", "read_sign_in", "sign_in_secret"]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
