"""Keep a network that is trained on close to what it was: on drawn lines it is to see what it saw as training began.

Source:
    Li and Hoiem, "Learning without forgetting" (ECCV 2016).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipeline.training.batches import Batch


def distillation_loss(teacher: nn.Module, batch: Batch, log_probs: Tensor) -> Tensor:
    """Return how far a network is from its teacher on the drawn lines of a batch, in nats a step.

    Args:
        teacher: The network as training began, in ``eval`` mode.
        batch: The lines; those with full labels are drawn.
        log_probs: (lines, steps, 1 + letters) log probabilities of the network in training.
    """
    drawn = [number for number, full in enumerate(batch.full_labels) if full]
    if not drawn:
        return log_probs.new_zeros(())
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        seen = teacher(torch.from_numpy(batch.lines[drawn]))
    wanted = seen.float().log_softmax(2)
    away = (wanted.exp() * (wanted - log_probs[drawn])).sum(2)
    steps = torch.tensor([batch.steps[number] for number in drawn])
    filled = torch.arange(away.shape[1])[None, :] < steps[:, None]
    mean: Tensor = (away * filled).sum() / filled.sum().clamp(min=1)
    return mean
