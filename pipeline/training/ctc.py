"""Connectionist temporal classification: the loss of lines, and the text of a best path.

Labels may leave out case and punctuation.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from pipeline.training.batches import CLASSES, Batch
from pipeline.training.network import LETTERS, CtcNetwork, folded_classes


def ctc_loss(network: CtcNetwork, batch: Batch) -> Tensor:
    """Return the mean CTC loss of a letter.

    Lines whose labels give neither case nor punctuation are scored on folded classes: whatever case the network writes
    is right, and so is any sign that the label leaves out.
    """
    return ctc_loss_of(log_probabilities(network, batch), batch)


def log_probabilities(network: CtcNetwork, batch: Batch) -> Tensor:
    """Return (lines, steps, 1 + letters) of a batch, on the network's device."""
    device = next(network.parameters()).device
    lines = torch.from_numpy(batch.lines).to(device, memory_format=torch.channels_last)
    with torch.autocast(device.type, torch.bfloat16):
        scores = network(lines)
    log_probs: Tensor = scores.float().log_softmax(2)
    return log_probs


def ctc_loss_of(log_probs: Tensor, batch: Batch) -> Tensor:
    """Return ``ctc_loss`` of (lines, steps, 1 + letters) log probabilities."""
    full = [number for number, is_full in enumerate(batch.full_labels) if is_full]
    partial = [number for number, is_full in enumerate(batch.full_labels) if not is_full]
    total: Tensor = log_probs.new_zeros(())
    if full:
        total = total + _ctc(log_probs[full], batch, full, CLASSES, fold=False)
    if partial:
        total = total + _ctc(_fold_classes(log_probs[partial]), batch, partial, _FOLDED_CLASSES, fold=True)
    mean: Tensor = total / len(batch.texts)
    return mean


_FOLDS, _FOLDED_LETTERS = folded_classes()
_FOLDED_CLASSES = {letter: number + 1 for number, letter in enumerate(_FOLDED_LETTERS)}
_FOLD_MATRIX = functional.one_hot(torch.tensor(_FOLDS), len(_FOLDED_LETTERS) + 1).float()


def _fold_classes(log_probs: Tensor) -> Tensor:
    folded: Tensor = (log_probs.exp() @ _FOLD_MATRIX.to(log_probs.device) + 1e-8).log()
    return folded


def _ctc(
    log_probs: Tensor, batch: Batch, numbers: Sequence[int], classes: dict[str, int], *, fold: bool
) -> Tensor:
    texts = [
        " ".join(batch.texts[number].lower().split()) if fold else batch.texts[number] for number in numbers
    ]
    targets = [[classes[letter] for letter in text if letter in classes] for text in texts]
    losses = functional.ctc_loss(
        log_probs.transpose(0, 1),
        torch.tensor([letter for target in targets for letter in target], device=log_probs.device),
        torch.tensor([batch.steps[number] for number in numbers]),
        torch.tensor([len(target) for target in targets]),
        reduction="none",
        zero_infinity=True,
    )
    lengths = torch.tensor([max(1, len(target)) for target in targets], device=losses.device)
    return (losses / lengths).sum()


def best_path(path: Sequence[int]) -> str:
    """Return the text of a path of classes, without repeats and class 0."""
    return "".join(LETTERS[now - 1] for before, now in pairwise((0, *path)) if now and now != before)
