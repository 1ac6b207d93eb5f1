"""Further training of a shipped network on an office's decided lines and on drawn lines.

Only shipped material is replayed: lines drawn with the product's fonts, on which the network is also distilled from its
shipped state. The work folder keeps the state, so that an interrupted training continues.
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
"""Options of training an office's network, with a small learning rate."""

OWN_SHARE, REJOINED = 0.5, 0.3
"""Share of the office's lines in each step, and the share of them recomposed from words."""

BLEND = 0.3
"""Share of the shipped weights in the written model (``averaged_network``)."""

LIMITS = (
    "Trained further on the decided lines of one office: hands of other offices it may read worse. It belongs to the "
    "workspace that made it and holds what its books taught it; do not hand it on."
)


@dataclass(frozen=True)
class OfficePlan:
    """The plan of an office training.

    Attributes:
        parent: The shipped ``model.onnx``.
        folder: Folder of the new model; its name is the model's name.
        work: Folder of drawn lines and training state.
        lines: The decided lines to learn.
        about: The card's description of the lines: counts and sources, no names.
        drawn: Number of drawn lines in use at a time.
        blend: Share of the shipped weights in the written model.
        networks: Possible shapes of the shipped network.
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
        command: The command line for the card.
        say: Takes progress, in Vietnamese.

    Raises:
        SetupError: The shipped network cannot be trained.
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
    """Return the shape of the shipped network: the shape that fits its weights."""
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
