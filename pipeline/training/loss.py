"""What training makes small: the CTC loss of lines whose labels may leave out case and punctuation."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from pipeline.training.batches import CLASSES, Batch
from pipeline.training.letters import folded_classes
from pipeline.training.network import LineNetwork


def loss_of(network: LineNetwork, batch: Batch) -> Tensor:
    """Mean CTC loss of a letter. Lines whose labels do not tell case and punctuation are scored on folded classes:
    whatever case the network writes is right, and so is any sign the label leaves out."""
    lines = torch.from_numpy(batch.lines).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(lines)
    chances = scores.float().log_softmax(2)
    told = [number for number, says in enumerate(batch.told) if says]
    untold = [number for number, says in enumerate(batch.told) if not says]
    total: Tensor = chances.new_zeros(())
    if told:
        total = total + _ctc(chances[told], batch, told, CLASSES, fold=False)
    if untold:
        total = total + _ctc(_folded(chances[untold]), batch, untold, _FOLDED_CLASSES, fold=True)
    mean: Tensor = total / len(batch.texts)
    return mean


_FOLDS, _FOLDED_LETTERS = folded_classes()
_FOLDED_CLASSES = {letter: number + 1 for number, letter in enumerate(_FOLDED_LETTERS)}
_FOLD_MATRIX = functional.one_hot(torch.tensor(_FOLDS), len(_FOLDED_LETTERS) + 1).float()


def _folded(chances: Tensor) -> Tensor:
    folded: Tensor = (chances.exp() @ _FOLD_MATRIX + 1e-8).log()
    return folded


def _ctc(
    chances: Tensor, batch: Batch, numbers: Sequence[int], classes: dict[str, int], *, fold: bool
) -> Tensor:
    texts = [
        " ".join(batch.texts[number].lower().split()) if fold else batch.texts[number] for number in numbers
    ]
    targets = [[classes[letter] for letter in text if letter in classes] for text in texts]
    losses = functional.ctc_loss(
        chances.transpose(0, 1),
        torch.tensor([letter for target in targets for letter in target]),
        torch.tensor([batch.steps[number] for number in numbers]),
        torch.tensor([len(target) for target in targets]),
        reduction="none",
        zero_infinity=True,
    )
    lengths = torch.tensor([max(1, len(target)) for target in targets])
    return (losses / lengths).sum()
