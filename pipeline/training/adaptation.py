"""Adapt a network to one hand: a few steps on lines of that hand, between lines drawn as at the first training.

The norms keep the means and spreads of the shipped network, the weights are averaged as they go, and what comes out
stays near the shipped network: a hand that is read badly is learnt, and little else is forgotten.

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
"""What is adapted: what the model that ships keeps whole (scales and biases, the first look at the ink, the narrow look
along the line, the naming of letters); also all that looks along the line; everything."""

FIRST = "tower.0.0"
"""The convolution that meets the picture."""


@dataclass(frozen=True, slots=True)
class AdaptOptions:
    """How a network is adapted.

    Attributes:
        size: Lines a step.
        own: Share of them that are the hand's own; the rest is drawn.
        recomposed: Share of the own lines that are put together anew from the hand's words.
        rate: Learning rate after the first steps; it falls to nothing.
        warm: Steps in which it rises.
        average: How slowly the averaged weights follow the trained ones.
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
    """Return the network with weights adapted to a hand.

    Args:
        parent: The network as shipped; it stays as it is.
        drawn: Drawn lines, of other hands.
        words: The hand's words, which may be joined anew.
        watch: Called after each step with its number and the averaged network; False ends the adaptation.
    """
    torch.manual_seed(options.seed)
    rng = np.random.default_rng((options.seed, 11))
    network, kept = copy.deepcopy(parent), copy.deepcopy(parent)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    kept.eval()
    _train_mode(network)
    learning = _learning(network, options.scope)
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
        _follow(kept, network, min(options.average, step / (step + 5)))
        if not watch(step, kept):
            break
    return kept


def moved_part_way(parent: CtcNetwork, adapted: CtcNetwork, share: float) -> CtcNetwork:
    """Return the network with its weights moved a share of the way from the shipped ones to the adapted ones.

    Args:
        parent: The network as shipped.
        adapted: The network after it was adapted.
        share: 0 to 1, where 1 is the adapted network itself.

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
    """Drop values as in training, but keep the means and spreads of the norms: a few lines give no better ones."""
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def _learning(network: CtcNetwork, scope: Scope) -> list[Tensor]:
    """Return the weights that learn; all others are frozen."""
    chosen = []
    for name, module in network.named_modules():
        for part, weights in module.named_parameters(recurse=False):
            learns = scope == "whole" or _is_learnt(name, module, part, scope)
            weights.requires_grad_(learns)
            if learns:
                chosen.append(weights)
    return chosen


def _is_learnt(name: str, module: nn.Module, part: str, scope: Scope) -> bool:
    if isinstance(module, nn.BatchNorm2d | nn.LayerNorm) or name == "letters" or part == "bias":
        return True
    if name == FIRST or name.endswith(".along"):
        return True
    return scope == "mixer" and not name.startswith("tower")


def _follow(kept: CtcNetwork, network: CtcNetwork, share: float) -> None:
    with torch.no_grad():
        for old, now in zip(kept.parameters(), network.parameters(), strict=True):
            if now.requires_grad:
                old.lerp_(now, 1 - share)
