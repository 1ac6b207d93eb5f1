"""Where a page lies in its book."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.text.natural_order import natural_key


@dataclass(frozen=True, slots=True)
class PagePosition:
    """Where a page lies in its book: its own scan and number, or those of the page that it replaced.

    Attributes:
        scan: The name of the scan's file.
        page_no: The number of the page in that scan, from 1.
    """

    scan: str
    page_no: int

    @property
    def order(self) -> tuple[tuple[tuple[str | int, ...], str], int]:
        """Sorts the pages of a book as they lie in it: by the names of the scans, as a folder shows them."""
        return natural_key(self.scan), self.page_no
