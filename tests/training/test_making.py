from __future__ import annotations

import math
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.errors import SetupError
from pipeline.ocr.line_picture import HEIGHT
from pipeline.ocr.models import cards, damaged_files
from pipeline.training.letters import LETTERS
from pipeline.training.loop import LoopOptions, best_path, kept_network, trained
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

    from pipeline.training.export import write_onnx

    network, _ = kept_network(plan.work / "hand-test.pt")
    write_onnx(network, tmp_path / "whole.onnx")
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
    assert "3 pen fonts of 3 families, SIL Open Font License 1.1" in card["training_data"]
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


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A training of drawn lines alone that was stopped early."""
    home = tmp_path_factory.mktemp("stopped")
    loop = LoopOptions(minutes=0.04, until=0.001, size=8, seed=3)
    plan = Plan(
        folder=home / "models" / "hand-test",
        work=home / "work",
        drawn=24,
        network=replace(TINY, mixer="convolutional"),
        loop=loop,
    )
    made(plan, "hotich train --until", lambda _: None)
    return plan


@pytest.mark.slow
def test_a_training_stopped_early_keeps_its_state_and_writes_no_model(stopped: Plan) -> None:
    assert not stopped.folder.exists()
    _, history = kept_network(stopped.work / "hand-test.pt")
    assert history[-1]["step"] > 0


@pytest.mark.slow
def test_a_later_run_goes_on_from_the_early_stop_to_a_model(stopped: Plan, tmp_path: Path) -> None:
    plan = replace(
        stopped,
        folder=tmp_path / "models" / "hand-test",
        work=Path(shutil.copytree(stopped.work, tmp_path / "work")),
        loop=replace(stopped.loop, until=math.inf),
    )
    _, before = kept_network(plan.work / "hand-test.pt")
    made(plan, "hotich train", lambda _: None)
    _, after = kept_network(plan.work / "hand-test.pt")
    assert after[: len(before)] == before
    assert after[-1]["step"] > before[-1]["step"]
    assert [card.name for card in cards(plan.folder.parent)] == ["hand-test"]


@pytest.mark.slow
def test_another_mixer_begins_with_the_weights_that_fit_and_with_the_minutes_they_took(
    stopped: Plan, tmp_path: Path
) -> None:
    parent = stopped.work / "hand-test.pt"
    held = torch.load(parent, weights_only=True)["network"]
    hybrid = replace(TINY, mixer="hybrid", memory=16)
    spent = LoopOptions(minutes=0.04, until=1e-9, seed=4)
    begun = trained(
        lambda _: (), (), (), hybrid, spent, tmp_path / "none.pt", lambda _: None, parent
    ).state_dict()
    fitting = [name for name in begun if name in held and not name.startswith("letters")]
    assert {name.split(".")[0] for name in fitting} == {"tower", "flatten", "gates", "norm"}
    assert [name for name in fitting if not torch.equal(begun[name], held[name])] == []
    assert {name.split(".")[0] for name in set(begun) - set(fitting)} == {"lstm", "letters"}

    _, before = kept_network(parent)
    further = replace(stopped.loop, minutes=before[-1]["minutes"] + 0.001, until=math.inf)
    plan = replace(
        stopped, folder=tmp_path / "hand-b", work=tmp_path, network=hybrid, parent=parent, loop=further
    )
    made(plan, "hotich train --from", lambda _: None)
    network, after = kept_network(tmp_path / "hand-b.pt")
    assert network.options.mixer == "hybrid"
    assert after[: len(before)] == before
    assert after[-1]["minutes"] > before[-1]["minutes"]
    (card,) = cards(tmp_path)
    assert "Begun with the weights of another network (hand-test.pt)" in card.training_data


@pytest.mark.slow
def test_a_parent_that_is_not_there_or_has_learnt_for_longer_is_told(stopped: Plan, tmp_path: Path) -> None:
    plan = replace(stopped, work=tmp_path, parent=tmp_path / "nobody.pt")
    with pytest.raises(SetupError, match=r"nobody\.pt"):
        made(plan, "-", lambda _: None)
    short = replace(stopped.loop, minutes=1e-9)
    with pytest.raises(SetupError, match="--minutes"):
        made(replace(plan, parent=stopped.work / "hand-test.pt", loop=short), "-", lambda _: None)
    assert not list(tmp_path.glob("*.pt"))


@pytest.mark.slow
def test_the_command_stops_early_and_begins_with_another_network(tmp_path: Path) -> None:
    def run(name: str, *options: object) -> str:
        words = ("train", tmp_path / name, "--work", tmp_path, "--drawn", 24, "--minutes", 9, *options)
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "Dừng ở phút 0.01" in run("first", "--until", 0.01)
    _, before = kept_network(tmp_path / "first.pt")
    until = before[-1]["minutes"] + 0.001
    run("second", "--until", until, "--mixer", "hybrid", "--from", tmp_path / "first.pt")
    network, after = kept_network(tmp_path / "second.pt")
    assert network.options.mixer == "hybrid"
    assert after[: len(before)] == before
    assert not (tmp_path / "first").exists()


def test_a_folder_without_labels_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"lines\.tsv"):
        real_lines(tmp_path)


def test_a_path_becomes_its_text_without_repeats_and_nothings() -> None:
    a, b = LETTERS.index("a") + 1, LETTERS.index("ữ") + 1
    assert best_path([0, a, a, 0, a, b, b, 0, 0]) == "aaữ"
