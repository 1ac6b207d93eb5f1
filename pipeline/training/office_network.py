"""Go on training a network that ships, on an office's decided lines and on drawn ones.

Nothing but what ships is replayed: lines drawn with the fonts of the product, on which the network is also held to what
the shipped one sees. The folder of the work keeps the state, so that an interrupted training goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from pipeline.base.errors import SetupError
from pipeline.training.dataset import DatasetLine
from pipeline.training.letter_alignment import Aligner, align_lines
from pipeline.training.line_cutting import words_by_writer
from pipeline.training.line_sources import Mixture, mixture_of
from pipeline.training.loop import LoopOptions, train_network
from pipeline.training.network import NETWORKS, NetworkOptions
from pipeline.training.provenance import TrainingSource, TrainingSources, drawn_source, shipped_source
from pipeline.training.shipped_weights import load_shipped_network
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.train import DrawnLines, TrainingPlan, write_model

OFFICE_LOOP = LoopOptions(
    minutes=30.0, size=16, rate=2e-4, average=0.99, every=2.0, save_every=2.0, distillation=1.0
)  # fmt: skip
"""How an office's network is trained, at a small rate."""

OWN_SHARE, REJOINED = 0.5, 0.3
"""Share of the office's lines in each step, and of those the share whose words are joined anew."""

BLEND = 0.3
"""The share of the shipped weights in what is written (``averaged_network``)."""

LIMITS = (
    "Trained further on the decided lines of one office: hands of other offices it may read worse. It belongs to the "
    "workspace that made it and holds what its books taught it; do not hand it on."
)


@dataclass(frozen=True)
class OfficePlan:
    """What to train, from what.

    Attributes:
        parent: The ``model.onnx`` that ships.
        folder: Folder of the new model; its name is the model's name.
        work: Where drawn lines and state stay.
        lines: The decided lines that may be learnt from.
        about: What the card says of them: counts and sources, never a name.
        drawn: How many drawn lines are at hand at a time.
        blend: The share of the shipped weights in what is written.
        networks: The shapes that the shipped network may have.
    """

    parent: Path
    folder: Path
    work: Path
    lines: Sequence[DatasetLine] = field(repr=False)
    about: str
    drawn: int = 4000
    blend: float = BLEND
    networks: Sequence[NetworkOptions] = tuple(NETWORKS.values())
    loop: LoopOptions = OFFICE_LOOP


def train_office_network(plan: OfficePlan, command: str, say: Callable[[str], None]) -> None:
    """Train a network on an office's lines and write it with its card.

    Args:
        command: The command as the card repeats it.
        say: Takes progress, in Vietnamese.

    Raises:
        SetupError: The shipped network cannot be trained on.
    """
    plan.work.mkdir(parents=True, exist_ok=True)
    whole = TrainingPlan(
        folder=plan.folder,
        work=plan.work,
        drawn=plan.drawn,
        parent=plan.parent,
        blend=plan.blend,
        loop=plan.loop,
    )
    drawn = DrawnLines(whole, say)
    shape = _shape_of(plan)
    checkpoint = plan.work / f"{plan.folder.name}.pt"
    sources = _sources(plan, say)
    words = words_by_writer(align_lines(plan.lines, Aligner.load(plan.parent)))

    def mixture(number: int) -> Mixture:
        return mixture_of(drawn(number), plan.lines, words, OWN_SHARE, REJOINED)

    train_network(
        mixture,
        {},
        network=shape,
        options=plan.loop,
        checkpoint=checkpoint,
        say=say,
        parent=plan.parent,
        sources={key: tuple(source) for key, source in sources.items()},
    )
    if not checkpoint.is_file():
        raise SetupError("Chưa học được bước nào. Hãy tăng --minutes.")
    write_model(replace(whole, network=shape), mixture, {}, sources, command)


def _shape_of(plan: OfficePlan) -> NetworkOptions:
    """Return the shape of the shipped network: the one into which its weights fit."""
    for shape in plan.networks:
        try:
            load_shipped_network(plan.parent, shape, torch.rand(1, 1, shape.height, 8 * shape.height))
        except SetupError:
            continue
        return shape
    raise SetupError(
        f"Không học tiếp được từ mô hình {plan.parent.parent.name}: mạng của nó thuộc kiểu khác."
    )


def _sources(plan: OfficePlan, say: Callable[[str], None]) -> TrainingSources:
    learnt = {
        f"decided: {plan.folder.name}": TrainingSource(
            plan.about, "it holds what the books of one office taught it and stays with that office", LIMITS
        )
    }
    pens = drawn_source(FontSet.find(None).licence_summary)
    return shipped_source(plan.parent, say) | pens | learnt
