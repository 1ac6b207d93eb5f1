"""Text that people type, wherever they do: at the desk, on the command line."""

from __future__ import annotations

import unicodedata

from pipeline.base.errors import RegistryError
from pipeline.base.text.control_characters import LINE_BREAKS, control_character_flaw

_LIKE_D = str.maketrans("\u00d0\u0189", "\u0110\u0110")
"""Capitals of other alphabets that look just as Đ does: old converters of fonts left them."""


def composed(text: str) -> str:
    """Return a typed text in NFC, with the one Đ that is a letter of Vietnamese."""
    return unicodedata.normalize("NFC", text).translate(_LIKE_D)


def refuse_hidden_characters(text: str, what: str, allowed: str = LINE_BREAKS) -> None:
    """Check that a typed text holds no control, direction or zero-width character.

    Args:
        text: The text.
        what: Its Vietnamese name in the message.
        allowed: Which of them may stand there.

    Raises:
        RegistryError: It holds one.
    """
    flaw = control_character_flaw(text, allowed)
    if flaw:
        raise RegistryError(f"“{what}” {flaw}.")
