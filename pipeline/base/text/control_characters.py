"""Characters that nobody sees and that change what is seen: controls, direction, zero width.

They are in no ledger on paper. In a typed value they turn the text around (U+202E), end it early (NUL), steer a
terminal (ESC), or make two values that look alike differ. Vietnamese needs none of them: its combining marks (NFD),
the no-break space and every letter pass.
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
"""What a text of several lines may hold of them."""


def control_characters(text: str, allowed: str = "") -> tuple[str, ...]:
    """Return the control, direction and zero-width characters of a text as ``U+202E``, each once, in order.

    Args:
        text: Any text, composed or not.
        allowed: Those that may stand there, such as ``LINE_BREAKS``.
    """
    found = dict.fromkeys(letter for letter in _CONTROL.findall(text) if letter not in allowed)
    return tuple(f"U+{ord(letter):04X}" for letter in found)


def control_character_flaw(text: str, allowed: str = "") -> str:
    """Return in Vietnamese which such characters a text has and what helps; ``""`` when it has none.

    Args:
        text: Any text, composed or not.
        allowed: Those that may stand there, such as ``LINE_BREAKS``.
    """
    found = control_characters(text, allowed)
    if not found:
        return ""
    named = ", ".join(found[:_MOST_NAMED]) + (", …" if len(found) > _MOST_NAMED else "")
    return f"có ký tự điều khiển hoặc ký tự ẩn ({named}); hãy xóa rồi gõ lại bằng tay"


_MOST_NAMED = 5


def visible_text(text: str, allowed: str = LINE_BREAKS) -> str:
    """Return a text with such characters written out, ``[U+202E]``: texts of old may still hold them.

    Args:
        text: Any text.
        allowed: Those that stay as they are.
    """
    return _CONTROL.sub(lambda found: found[0] if found[0] in allowed else f"[U+{ord(found[0]):04X}]", text)
