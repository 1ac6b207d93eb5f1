"""The fit of a text to the ink of a line."""

from __future__ import annotations

from pipeline.training.office_reader.line_fit import SeenLine
from tests.recognition.decoding.written import written


def test_a_network_whose_picture_has_another_height_does_not_count() -> None:
    """Its letters lie on other steps, so that its probabilities are no second opinion on those of the first."""
    first, other = written("Lê Hải"), written("Lê Hải An")
    assert len(first.log_chances) != len(other.log_chances)
    assert SeenLine([first, other]).fit("Lê Hải") == SeenLine([first]).fit("Lê Hải")


def test_a_true_text_fits_and_another_does_not() -> None:
    line = SeenLine([written("Lê Hải", seed=seed) for seed in range(2)])
    fit, wrong = line.fit("Lê Hải"), line.fit("Lê Hoa")
    assert fit is not None
    assert fit.fits
    assert wrong is not None
    assert not wrong.fits
