"""The loop learns: a tiny network, the same few lines over some dozens of steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.recognition.ocr.line_image import line_image
from pipeline.training import loop
from pipeline.training.batches import batch_of
from pipeline.training.checkpoint import averaged_network
from pipeline.training.ctc import ctc_loss
from pipeline.training.line_sources import Mixture
from pipeline.training.loop import LoopOptions, train_network
from pipeline.training.network import NetworkOptions
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.handwriting import draw_handwriting
from pipeline.training.synthetic_lines.writers import WriterStyle

STEPS = 60
TINY = NetworkOptions(
    mixer="convolutional", channels=(8, 8, 16, 16), width=32, depth=1, dropout=0.0
)  # small enough for a test, large enough to tell four lines apart


@dataclass
class Clock:
    """Of CPU time: half a second goes by each time it is asked, whatever the machine does."""

    seconds: float = 0.0

    def process_time(self) -> float:
        self.seconds += 0.5
        return self.seconds


@pytest.mark.slow
def test_some_dozens_of_steps_teach_a_few_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    hand = WriterStyle.draw(rng, FontSet.find(None))
    texts, full = ("nam", "Huế", "1975", "bà"), (True, True, False, False)
    lines = batch_of(
        [line_image(255 - draw_handwriting(text, hand, rng).mask) for text in texts], texts, full
    )
    monkeypatch.setattr(loop, "pool_of_batches", lambda *_: [lines] * 12)
    monkeypatch.setattr(loop, "time", Clock())
    half = 0.5 / 60
    options = LoopOptions(minutes=STEPS * half, rate=0.05, every=10 * half, average=0.9, seed=3)
    network = train_network(
        lambda _: Mixture(()),
        {},
        network=TINY,
        options=options,
        checkpoint=tmp_path / "tiny.pt",
        say=lambda _: None,
    )

    _, history = averaged_network(tmp_path / "tiny.pt")
    assert history[-1]["step"] == pytest.approx(STEPS, abs=2)
    assert history[-1]["loss"] < 0.2 * history[0]["loss"]
    with torch.no_grad():
        right = ctc_loss(network, lines)
        swapped = ctc_loss(network, replace(lines, texts=texts[1:] + texts[:1]))
    assert right < 0.2 * swapped  # it is not merely that some letters are more frequent
