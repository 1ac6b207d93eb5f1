"""What a keystroke costs: the keystroke-level model of Card, Moran and Newell (1980), and texts as Telex types them."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.text.telex import telex_keys

KEY = 0.20
"""K: seconds a keystroke or a shift of a skilled typist (55 words a minute), Card et al., table 1."""

MENTAL = 1.35
"""M: seconds of mental preparation for a unit of work."""


@dataclass(frozen=True, slots=True)
class DeskAction:
    """One way to finish a field: ``mental`` preparations and ``keys``. The hands stay on the keyboard (no H, no P)."""

    name: str
    mental: int
    keys: int

    def seconds(self, response: float) -> float:
        """What it takes with a machine that answers in ``response`` seconds (R)."""
        return self.mental * MENTAL + self.keys * KEY + response


ACCEPT = DeskAction("nhận", 1, 1)  # compare ink and input; Enter
GLANCE = DeskAction("nhìn cùng lúc", 1, 0)  # compare ink and text; another field's Enter confirms both
CHOOSE = DeskAction("chọn cách đọc khác", 2, 3)  # compare; find it among the others; Alt, figure, Enter
STATUS = DeskAction("trạng thái", 1, 1)  # see that the paper is blank; F3
ASKED = DeskAction("trạng thái, được hỏi lại", 2, 2)  # … that it is blank although it has ink; F3 again
SKIP = DeskAction("bỏ qua việc", 2, 4)  # see that it cannot be read; F6, Alt, figure, Enter


def typed(text: str) -> DeskAction:
    """The input is typed anew: compare, read the ink, type over what is selected, Enter."""
    return DeskAction("gõ lại", 2, telex_keys(text) + 1)
