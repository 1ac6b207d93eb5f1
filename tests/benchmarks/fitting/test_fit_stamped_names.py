"""How many stamps have the letters of their own name, and how many those of another."""

from __future__ import annotations

from benchmarks.fitting.fit_stamped_names import LEAST, Stamp, figures_of
from pipeline.recognition.calibration import upper_bound


def test_own_and_other_names_are_counted_and_a_name_in_capitals_is_no_other() -> None:
    stamps = [Stamp("Ly Khanq", "Lý Khang"), Stamp("x.. hg", "Lý Khang")]
    figures = figures_of(stamps, ["LÝ KHANG", "Lê Thị Hạnh", "Lý Khanh"])
    told = figures[LEAST.index(80.0)]
    assert (told["own"], told["pairs"], told["others"]) == (0.5, 4, 1)
    assert told["others_at_most"] == upper_bound(4, 1)
