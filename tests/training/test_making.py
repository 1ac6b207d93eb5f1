from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import SetupError
from pipeline.ocr.line_picture import HEIGHT
from pipeline.ocr.models import cards, damaged_files
from pipeline.training.letters import LETTERS
from pipeline.training.loop import LoopOptions, best_path, kept_network
from pipeline.training.making import Plan, made
from pipeline.training.network import NetworkOptions
from pipeline.training.real import CALIBRATION_WRITERS, real_lines
from pipeline.training.shelf import load
from tests.training.real_folder import folder_of_lines

TINY = NetworkOptions(channels=(8, 8, 16, 16), width=32, depth=1)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A training small enough for a test: a few steps of a tiny network, with real lines and lines to choose on."""
    home = tmp_path_factory.mktemp("training")
    kept_out = min(CALIBRATION_WRITERS)
    plan = Plan(
        folder=home / "models" / "hand-test",
        work=home / "work",
        drawn=48,
        real=folder_of_lines(home / "real", ("w001", "w002", kept_out)),
        choosing=folder_of_lines(home / "choosing", ("w801",)),
        network=TINY,
        loop=LoopOptions(minutes=0.08, size=8, every=0.02, seed=3),
    )
    made(plan, "hotich train models/hand-test", lambda _: None)
    return plan


@pytest.mark.slow
def test_training_writes_a_model_that_a_reader_can_load(plan: Plan) -> None:
    import onnxruntime

    (card,) = cards(plan.folder.parent)
    assert (card.name, card.letters) == ("hand-test", LETTERS)
    assert damaged_files(card, plan.folder.parent) == ()
    session = onnxruntime.InferenceSession(
        str(plan.folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    lines = np.random.default_rng(1).random((3, 1, HEIGHT, 200), dtype=np.float32)
    (chances,) = session.run(None, {"lines": lines})
    assert chances.shape == (3, 50, 1 + len(LETTERS))
    np.testing.assert_allclose(np.exp(chances).sum(axis=2), 1.0, atol=1e-3)


@pytest.mark.slow
def test_the_written_network_gives_what_the_trained_one_gives(plan: Plan, tmp_path: Path) -> None:
    import onnxruntime
    import torch

    from pipeline.training.export import write_onnx

    network, _ = kept_network(plan.work / "hand-test.pt")
    write_onnx(network, tmp_path / "whole.onnx", small=False)
    session = onnxruntime.InferenceSession(str(tmp_path / "whole.onnx"), providers=["CPUExecutionProvider"])
    for lines, width in ((1, 64), (4, 333)):
        picture = np.random.default_rng(width).random((lines, 1, HEIGHT, width), dtype=np.float32)
        network.eval()
        with torch.no_grad():
            wanted = network(torch.from_numpy(picture)).log_softmax(2).numpy()
        np.testing.assert_allclose(session.run(None, {"lines": picture})[0], wanted, atol=1e-3)


@pytest.mark.slow
def test_the_card_says_what_the_model_was_made_from_and_whom_it_reads_how_well(plan: Plan) -> None:
    card = tomllib.loads((plan.folder / "model.toml").read_text(encoding="utf-8"))
    assert "12 real pen lines of 2 writers" in card["training_data"]
    assert "hotich train models/hand-test" in card["training_data"]
    assert "Lines used for choosing" in card["measured"]
    assert "Writers kept out for calibration" in card["measured"]


@pytest.mark.slow
def test_writers_kept_out_never_reach_the_shelf(plan: Plan) -> None:
    assert {line.writer for line in load(plan.work / "real.npz")} == {"w001", "w002"}


@pytest.mark.slow
def test_training_goes_on_where_it_stopped_and_does_not_begin_again(plan: Plan) -> None:
    _, before = kept_network(plan.work / "hand-test.pt")
    said: list[str] = []
    made(plan, "again", said.append)
    _, after = kept_network(plan.work / "hand-test.pt")
    assert any("Tiếp tục" in line for line in said)
    assert after[: len(before)] == before


def test_a_folder_without_labels_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"lines\.tsv"):
        real_lines(tmp_path)


def test_a_path_becomes_its_text_without_repeats_and_nothings() -> None:
    a, b = LETTERS.index("a") + 1, LETTERS.index("ữ") + 1
    assert best_path([0, a, a, 0, a, b, b, 0, 0]) == "aaữ"
