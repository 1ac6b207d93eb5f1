"""Invisible characters that change how text appears: controls, direction, zero width.

Ledgers on paper have none of these characters. In a typed value they reverse the text (U+202E), end it early (NUL),
steer a terminal (ESC), or make identical-looking values differ. Vietnamese needs none of these: its combining marks
(NFD), the no-break space and every letter pass.
"""

from __future__ import annotations

import re

_CONTROL = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls (Cc)
    "\xad"  # soft hyphen
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f"  # letters and marks without a shape
    "\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"  # signs of Arabic and Syriac
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # zero width, separators of lines, direction
    "\ufff0-\ufffb"  # annotations
    "\ud800-\udfff"  # halves of a pair: no character at all
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"  # tags and further variation selectors
    "]"
)

LINE_BREAKS = "\t\n\r"
"""The control characters allowed in a text of several lines."""


def control_characters(text: str, allowed: str = "") -> tuple[str, ...]:
    """Return the control, direction and zero-width characters of a text as ``U+202E``, without repetition, in order.

    Args:
        allowed: Permitted control characters, such as ``LINE_BREAKS``.
    """
    letters = dict.fromkeys(letter for letter in _CONTROL.findall(text) if letter not in allowed)
    return tuple(f"U+{ord(letter):04X}" for letter in letters)


def control_character_flaw(text: str, allowed: str = "") -> str:
    """Describe in Vietnamese a text's control characters and the remedy; ``""`` if there are none.

    Args:
        allowed: Permitted control characters, such as ``LINE_BREAKS``.
    """
    characters = control_characters(text, allowed)
    if not characters:
        return ""
    named = ", ".join(characters[:_MOST_NAMED]) + (", …" if len(characters) > _MOST_NAMED else "")
    return f"có ký tự điều khiển hoặc ký tự ẩn ({named}); hãy xóa rồi gõ lại bằng tay"


_MOST_NAMED = 5


def visible_text(text: str, allowed: str = LINE_BREAKS) -> str:
    """Return a text with control characters written out, ``[U+202E]``: stored texts may still hold them.

    Args:
        allowed: Characters to leave unchanged.
    """
    return _CONTROL.sub(lambda match: match[0] if match[0] in allowed else f"[U+{ord(match[0]):04X}]", text)
