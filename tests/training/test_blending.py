"""What is written may keep a share of the weights that the training of a shipped network began with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pipeline.base.errors import SetupError
from pipeline.training.checkpoint import averaged_network
from pipeline.training.loop import LoopOptions
from pipeline.training.train import TrainingPlan, train_model
from tests.training.shipped_model import TINY, shipped_model


def plan_in(home: Path, parent: Path | None) -> TrainingPlan:
    return TrainingPlan(
        folder=home / "models" / "hand-new",
        work=home / "work",
        drawn=24,
        parent=parent,
        small=False,
        network=TINY,
        loop=LoopOptions(minutes=0.001, size=8, seed=3),
    )


def weights_of(checkpoint: Path, blend: float) -> dict[str, Tensor]:
    return averaged_network(checkpoint, blend)[0].state_dict()


@pytest.mark.slow
def test_a_blend_lies_between_first_and_learned_weights(tmp_path: Path) -> None:
    plan = replace(plan_in(tmp_path, shipped_model(tmp_path / "models" / "hand-old")), blend=0.5)
    train_model(plan, "hotich train --blend 0.5", lambda _: None)
    learnt, half, nearly_begun, begun = (
        weights_of(plan.work / "hand-new.pt", blend) for blend in (0.0, 0.5, 0.9, 1.0)
    )
    moved = [
        name for name, now in learnt.items() if now.dtype.is_floating_point and (now != begun[name]).any()
    ]
    assert moved
    for name in moved:
        torch.testing.assert_close(half[name], (learnt[name] + begun[name]) / 2)
        torch.testing.assert_close(nearly_begun[name], 0.1 * learnt[name] + 0.9 * begun[name])
    written = (plan.folder / "model.onnx").read_bytes()
    train_model(replace(plan, blend=0.0), "hotich train", lambda _: None)
    assert (plan.folder / "model.onnx").read_bytes() != written
    train_model(plan, "hotich train --blend 0.5", lambda _: None)
    assert (plan.folder / "model.onnx").read_bytes() == written


def test_nothing_but_a_shipped_network_can_be_blended_with(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="--blend"):
        train_model(replace(plan_in(tmp_path, None), blend=0.5), "hotich train --blend 0.5", lambda _: None)
    assert not (tmp_path / "work").exists()


@pytest.mark.slow
def test_the_weights_a_training_began_with_outlive_a_stop(tmp_path: Path) -> None:
    parent = shipped_model(tmp_path / "models" / "hand-old")
    plan = replace(plan_in(tmp_path, parent), blend=0.5)
    checkpoint = plan.work / "hand-new.pt"
    train_model(replace(plan, loop=replace(plan.loop, minutes=0.02, until=0.001)), "-", lambda _: None)
    begun = weights_of(checkpoint, 1.0)
    parent.unlink()
    train_model(replace(plan, loop=replace(plan.loop, minutes=0.02)), "-", lambda _: None)
    assert all(
        torch.equal(begun[name], now)
        for name, now in weights_of(checkpoint, 1.0).items()
        if now.dtype.is_floating_point
    )


@pytest.mark.slow
def test_a_checkpoint_that_cannot_be_blended_is_refused_before_training(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, None)
    train_model(plan, "hotich train", lambda _: None)
    before = (plan.work / "hand-new.pt").read_bytes()
    longer = replace(plan.loop, minutes=1.0)
    with pytest.raises(SetupError, match="--work"):
        train_model(
            replace(plan, parent=shipped_model(tmp_path / "models" / "hand-old"), blend=0.5, loop=longer),
            "-",
            lambda _: None,
        )
    assert (plan.work / "hand-new.pt").read_bytes() == before
