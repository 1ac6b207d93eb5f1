from __future__ import annotations

from pipeline.imaging.gate import FLAW_MEASURES, PageGate, best_limit
from pipeline.model import Quality

GATE = PageGate((0.17, 0.5, 0.4, 3.0, 9.0, 15.0))
FINE = Quality(10.0, 200.0, 0.0, 300.0, edge=0.3, shade=0.1)


def test_a_limit_lies_in_the_middle_of_the_gap() -> None:
    assert best_limit([0.1, 0.2], [0.6, 0.9]) == 0.4


def test_a_false_alarm_weighs_more_than_a_page_missed() -> None:
    good = [0.1, 0.2, 0.3, 0.4, 0.5]
    assert best_limit(good, [0.45, 0.8, 0.9]) > 0.5


def test_every_sign_has_its_limit() -> None:
    assert len(GATE.limits) == len(FLAW_MEASURES)
    assert GATE.flaws(FINE) == ()
    assert GATE.flaws(Quality(10.0, 200.0, 0.0, 300.0, 0.6, 0.7, 12.0, 20.0, 5.0)) == (
        "SCAN-BLUR", "SCAN-DARK", "SCAN-CUT", "SCAN-FINGER", "SCAN-FOLD",
    )  # fmt: skip


def test_a_coarse_picture_is_not_called_blurred_as_well() -> None:
    assert GATE.flaws(Quality(10.0, 200.0, 0.0, 90.0, edge=0.7)) == ("SCAN-COARSE",)
