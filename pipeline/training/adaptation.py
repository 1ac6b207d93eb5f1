"""Adapt a network to a hand: a few steps on lines of the hand, mixed with drawn lines as in the first training.

The batch norms keep the statistics of the shipped network, the weights are averaged during the steps, and the result
stays near the shipped network: an unusual hand is learnt, and little else is forgotten.

Source:
    Kohút and Hradiš, "Fine-tuning Is a Surprisingly Effective Domain Adaptation Baseline in Handwriting Recognition"
    (ICDAR 2023); Wortsman et al., "Robust fine-tuning of zero-shot models" (CVPR 2022).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.training.augmentation import AugmentOptions
from pipeline.training.batch_pools import batches
from pipeline.training.batches import Batch
from pipeline.training.ctc import ctc_loss
from pipeline.training.dataset import DatasetLine
from pipeline.training.line_sources import mixture_of
from pipeline.training.network import CtcNetwork

Scope = Literal["affine", "mixer", "whole"]
"""The trained weights: ``affine``: those that the shipped model keeps in full precision (scales and biases, the first
convolution, the convolutions along the line, the letters); ``mixer``: also all layers along the line; ``whole``:
all."""

FIRST = "tower.0.0"
"""The first convolution of the tower."""


@dataclass(frozen=True, slots=True)
class AdaptOptions:
    """Options of an adaptation.

    Attributes:
        size: Number of lines in a step.
        own: Share of lines of the hand in a step; the others are drawn.
        recomposed: Share of the hand's lines that are recomposed from its words.
        rate: Learning rate after the warm-up; it falls to 0.
        warm: Number of warm-up steps.
        average: Decay of the averaged weights.
    """

    steps: int = 120
    size: int = 8
    own: float = 0.5
    recomposed: float = 0.0
    rate: float = 4e-3
    warm: int = 10
    average: float = 0.95
    scope: Scope = "affine"
    seed: int = 1


def adapt_network(
    parent: CtcNetwork,
    lines: Sequence[DatasetLine],
    drawn: Sequence[DatasetLine],
    options: AdaptOptions = AdaptOptions(),
    *,
    words: Sequence[Sequence[DatasetLine]] = (),
    augmentation: AugmentOptions = AugmentOptions(),
    watch: Callable[[int, CtcNetwork], bool] = lambda _step, _network: True,
) -> CtcNetwork:
    """Return the network adapted to a hand.

    Args:
        parent: The shipped network; it is not changed.
        drawn: Drawn lines of other hands.
        words: Words of the hand for recomposition.
        watch: Called after each step with its number and the averaged network; ``False`` ends the adaptation.
    """
    torch.manual_seed(options.seed)
    rng = np.random.default_rng((options.seed, 11))
    network, kept = copy.deepcopy(parent), copy.deepcopy(parent)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    kept.eval()
    _train_mode(network)
    learning = _trainable_weights(network, options.scope)
    optimizer = torch.optim.AdamW(learning, lr=options.rate, weight_decay=0.0)
    mixture = mixture_of(drawn, lines, words, options.own, options.recomposed)
    source: Iterator[Batch] = batches(mixture, options.size, rng, augmentation)
    for step in range(1, options.steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = _rate(step, options)
        loss = ctc_loss(network, next(source))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learning, 2.0)
        optimizer.step()
        _update_average(kept, network, min(options.average, step / (step + 5)))
        if not watch(step, kept):
            break
    return kept


def moved_part_way(parent: CtcNetwork, adapted: CtcNetwork, share: float) -> CtcNetwork:
    """Return the network with weights interpolated between the shipped and the adapted weights.

    Args:
        parent: The shipped network.
        share: Position from 0 (shipped) to 1 (adapted).

    Source:
        Wortsman et al., "Robust fine-tuning of zero-shot models" (CVPR 2022).
    """
    moved = copy.deepcopy(parent)
    with torch.no_grad():
        for weights, learnt in zip(moved.parameters(), adapted.parameters(), strict=True):
            weights.lerp_(learnt, share)
    return moved


def _rate(step: int, options: AdaptOptions) -> float:
    fall = 0.5 + 0.5 * math.cos(math.pi * step / (options.steps + 1))
    return options.rate * fall * min(1.0, step / max(1, options.warm))


def _train_mode(network: CtcNetwork) -> None:
    """Set dropout to training, but freeze the statistics of the batch norms: few lines give no better ones."""
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def _trainable_weights(network: CtcNetwork, scope: Scope) -> list[Tensor]:
    """Return the trainable weights; all others are frozen."""
    chosen = []
    for name, module in network.named_modules():
        for part, weights in module.named_parameters(recurse=False):
            is_trainable = scope == "whole" or _is_trainable(name, module, part, scope)
            weights.requires_grad_(is_trainable)
            if is_trainable:
                chosen.append(weights)
    return chosen


def _is_trainable(name: str, module: nn.Module, part: str, scope: Scope) -> bool:
    if isinstance(module, nn.BatchNorm2d | nn.LayerNorm) or name == "letters" or part == "bias":
        return True
    if name == FIRST or name.endswith(".along"):
        return True
    return scope == "mixer" and not name.startswith("tower")


def _update_average(kept: CtcNetwork, network: CtcNetwork, share: float) -> None:
    with torch.no_grad():
        for old, now in zip(kept.parameters(), network.parameters(), strict=True):
            if now.requires_grad:
                old.lerp_(now, 1 - share)
