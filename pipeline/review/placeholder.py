"""What is shown in place of a picture that cannot be made."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

WIDTH, LINE = 900, 44


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Some lines of text on a plain ground."""

    lines: tuple[str, ...]

    @property
    def svg(self) -> bytes:
        """As a picture, in UTF-8."""
        height = LINE * (len(self.lines) + 2)
        texts = "".join(
            f'<text x="{WIDTH // 2}" y="{LINE * (number + 1.75):.0f}" text-anchor="middle">{escape(line)}</text>'
            for number, line in enumerate(self.lines)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="26" fill="#5c2b00">'
            f'<rect width="100%" height="100%" fill="#fff4e0" stroke="#b35900" stroke-width="4"/>{texts}</svg>'
        ).encode()


MISSING = Placeholder(
    (
        "Không tìm thấy bản quét của trang này trong kho.",
        "Hãy báo người phụ trách, hoặc nhấn F8 để xin quét lại.",
    )
)
BROKEN = Placeholder(
    (
        "Bản quét của trang này bị hỏng, không mở được.",
        "Hãy báo người phụ trách, hoặc nhấn F8 để xin quét lại.",
    )
)
