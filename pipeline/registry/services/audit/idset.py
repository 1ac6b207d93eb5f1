"""A set of row ids that takes one bit a row."""

from __future__ import annotations

_BITS = 16
_BYTES = 1 << (_BITS - 3)


class IdSet:
    """Ids that were met, in pages of 65,536 bits that are made when they are needed."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}

    def add(self, row_id: int) -> bool:
        """Put an id in. Returns whether it is new."""
        page = self._pages.setdefault(row_id >> _BITS, bytearray(_BYTES))
        place, bit = (row_id & 0xFFFF) >> 3, 1 << (row_id & 7)
        if page[place] & bit:
            return False
        page[place] |= bit
        return True

    def __contains__(self, row_id: int) -> bool:
        page = self._pages.get(row_id >> _BITS)
        return page is not None and bool(page[(row_id & 0xFFFF) >> 3] & (1 << (row_id & 7)))
