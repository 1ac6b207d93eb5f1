"""Distillation: a further trained network keeps its original outputs on drawn lines.

Source:
    Li and Hoiem, "Learning without forgetting" (ECCV 2016).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from pipeline.training.batches import Batch


def distillation_loss(teacher: nn.Module, batch: Batch, log_probs: Tensor) -> Tensor:
    """Return the divergence of a network from its teacher on the drawn lines of a batch, in nats per step.

    Args:
        teacher: The network at the start of the training, in ``eval`` mode.
        batch: The lines; drawn lines have full labels.
        log_probs: Log probabilities (lines, steps, 1 + letters) of the trained network.
    """
    drawn = [number for number, full in enumerate(batch.full_labels) if full]
    if not drawn:
        return log_probs.new_zeros(())
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        outputs = teacher(torch.from_numpy(batch.lines[drawn]))
    target = outputs.float().log_softmax(2)
    divergence = (target.exp() * (target - log_probs[drawn])).sum(2)
    steps = torch.tensor([batch.steps[number] for number in drawn])
    filled = torch.arange(divergence.shape[1])[None, :] < steps[:, None]
    mean: Tensor = (divergence * filled).sum() / filled.sum().clamp(min=1)
    return mean
