"""Numbers in Vietnamese format: a point between thousands, a comma before decimals."""

from __future__ import annotations

NOTHING = "–"
"""Placeholder for a missing number."""

NO_BREAK_SPACE = "\u00a0"
_SWAP_SEPARATORS = str.maketrans(",.", ".,")


def format_count(number: int) -> str:
    """Return a whole number with its thousands separated: ``12.345``."""
    return f"{number:,}".translate(_SWAP_SEPARATORS)


def format_decimal(number: float, digits: int = 1) -> str:
    """Format a number with thousands separators and a number of decimal digits: ``1.234,5``."""
    return f"{number:,.{digits}f}".translate(_SWAP_SEPARATORS)


def with_comma(text: str) -> str:
    """Return a number formatted by Python, with a decimal comma instead of the point."""
    return text.replace(".", ",")


def format_percent(share: float | None, digits: int = 1, *, space: str = NO_BREAK_SPACE) -> str:
    """Return a share as percent: ``12,3 %``.

    Args:
        share: 0..1, ``None`` without a count (shown as ``–``).
        digits: Decimal digits.
        space: The separator between number and sign; an ordinary space in a terminal.
    """
    return NOTHING if share is None else with_comma(f"{100 * share:.{digits}f}") + f"{space}%"


def format_small_percent(share: float | None) -> str:
    """Format an error share as percent, with two digits below 10 %."""
    return NOTHING if share is None else format_percent(share, digits_of_share(share))


def digits_of_share(share: float) -> int:
    """Return the number of decimal digits for a share's percentage: two below 10 %, else one."""
    return 2 if 0 < share < 0.1 else 1


def format_per_mille(share: float) -> str:
    """Return a share in thousandths, with three significant digits: ``4 ‰``."""
    return with_comma(f"{1000 * share:.3g}") + f"{NO_BREAK_SPACE}‰"


def format_confidence(confidence: float) -> str:
    """Format a confidence 0..1 with enough digits to distinguish high values: ``0,62``, ``0,9987``.

    No confidence below 1 is rounded up to 1.
    """
    if confidence >= 1:
        return "1"
    digits = 2 if confidence < 0.9 else 3 if confidence < 0.99 else 4
    text = f"{min(confidence, 1 - 10**-digits):.{digits}f}"
    return with_comma(text[:4] + text[4:].rstrip("0"))
