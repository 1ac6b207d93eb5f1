"""Numbers as a Vietnamese reader writes them: a point between thousands, a comma before decimals."""

from __future__ import annotations

NOTHING = "–"
"""What is shown where there is no number."""

NO_BREAK_SPACE = "\u00a0"
_SWAP_SEPARATORS = str.maketrans(",.", ".,")


def format_count(number: int) -> str:
    """Return a whole number with its thousands separated: ``12.345``."""
    return f"{number:,}".translate(_SWAP_SEPARATORS)


def format_decimal(number: float, digits: int = 1) -> str:
    """Return a number with thousands separated and so many decimal digits: ``1.234,5``."""
    return f"{number:,.{digits}f}".translate(_SWAP_SEPARATORS)


def with_comma(text: str) -> str:
    """Return a number that Python has written, with a decimal comma in place of the point."""
    return text.replace(".", ",")


def format_percent(share: float | None, digits: int = 1, *, space: str = NO_BREAK_SPACE) -> str:
    """Return a share as percent: ``12,3 %``.

    Args:
        share: 0..1, ``None`` where nothing was counted (shown as ``–``).
        digits: Decimal digits.
        space: What separates the number from its sign; an ordinary space in a terminal.
    """
    return NOTHING if share is None else with_comma(f"{100 * share:.{digits}f}") + f"{space}%"


def format_small_percent(share: float | None) -> str:
    """Return a share of errors as percent, with two digits where it is under 10 %."""
    return NOTHING if share is None else format_percent(share, digits_of_share(share))


def digits_of_share(share: float) -> int:
    """Return how many decimal digits the percentage of a share needs: two under 10 %, else one."""
    return 2 if 0 < share < 0.1 else 1


def format_per_mille(share: float) -> str:
    """Return a share in thousandths, with three significant digits: ``4 ‰``."""
    return with_comma(f"{1000 * share:.3g}") + f"{NO_BREAK_SPACE}‰"


def format_confidence(confidence: float) -> str:
    """Return a confidence 0..1 with the digits that tell sure ones apart: ``0,62``, ``0,9987``.

    No confidence below 1 is rounded up to 1.
    """
    if confidence >= 1:
        return "1"
    digits = 2 if confidence < 0.9 else 3 if confidence < 0.99 else 4
    text = f"{min(confidence, 1 - 10**-digits):.{digits}f}"
    return with_comma(text[:4] + text[4:].rstrip("0"))
