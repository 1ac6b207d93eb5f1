from __future__ import annotations

import hashlib
import math
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from typer.testing import CliRunner, Result

from pipeline.base.errors import SetupError
from pipeline.cli.app import app
from pipeline.recognition.ocr.line_image import HEIGHT
from pipeline.recognition.ocr.models import damaged_files, read_cards
from pipeline.training import loop
from pipeline.training.checkpoint import averaged_network, save_checkpoint
from pipeline.training.collection import Collection
from pipeline.training.ctc import best_path
from pipeline.training.dataset import CALIBRATION_WRITERS, real_lines
from pipeline.training.export import write_onnx
from pipeline.training.loop import LoopOptions
from pipeline.training.network import LETTERS, NetworkOptions
from pipeline.training.train import TrainingPlan, train_model
from tests.training.real_folder import folder_of_lines
from tests.training.shipped_model import TINY as CONVOLUTIONAL
from tests.training.shipped_model import shipped_model

TINY = NetworkOptions(channels=(8, 8, 16, 16), width=32, depth=1)

NUMBERS: list[Any] = [np.float64(0).__reduce__()[0], np.dtype, np.dtypes.Float64DType]
"""What the history of a checkpoint may hold besides tensors."""


def writers_taught(plan: TrainingPlan) -> int:
    return len({line.writer for line in plan.collections[0].taught})


def plain(folder: Path) -> tuple[Collection, ...]:
    return (Collection(folder, "plain"),)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> TrainingPlan:
    """A training small enough for a test: a few steps of a tiny network, with real lines and lines to choose on."""
    home = tmp_path_factory.mktemp("training")
    real = folder_of_lines(
        home / "real", ("w001", "w002", *(f"w{n}" for n in range(101, 118)), min(CALIBRATION_WRITERS))
    )
    (real / "SOURCE.txt").write_text('Drawn by "the\ttest"\x07.\nLicence: none stated.\n', encoding="utf-8")
    plan = TrainingPlan(
        folder=home / "models" / "hand-test",
        work=home / "work",
        drawn=48,
        collections=plain(real),
        choosing=(folder_of_lines(home / "choosing", ("w801",)),),
        network=TINY,
        loop=LoopOptions(minutes=0.08, size=8, every=0.02, seed=3),
    )
    train_model(plan, "hotich train models/hand-test", lambda _: None)
    return plan


@pytest.mark.slow
def test_training_writes_a_model_that_a_reader_can_load(plan: TrainingPlan) -> None:
    import onnxruntime

    (card,) = read_cards(plan.folder.parent)
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
def test_the_written_network_gives_what_the_trained_one_gives(plan: TrainingPlan, tmp_path: Path) -> None:
    import onnxruntime

    network, _ = averaged_network(plan.work / "hand-test.pt")
    write_onnx(network, tmp_path / "whole.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "whole.onnx"), providers=["CPUExecutionProvider"])
    for lines, width in ((1, 64), (4, 333)):
        picture = np.random.default_rng(width).random((lines, 1, HEIGHT, width), dtype=np.float32)
        network.eval()
        with torch.no_grad():
            wanted = network(torch.from_numpy(picture)).log_softmax(2).numpy()
        np.testing.assert_allclose(session.run(None, {"lines": picture})[0], wanted, atol=1e-3)


@pytest.mark.slow
def test_the_card_says_what_the_model_was_made_from_and_whom_it_reads_how_well(plan: TrainingPlan) -> None:
    card = tomllib.loads((plan.folder / "model.toml").read_text(encoding="utf-8"))
    taught = f"{len(plan.collections[0].taught)} real lines of {writers_taught(plan)} writers"
    assert taught in card["training_data"]
    assert 'Drawn by "the test"\x07. Licence: none stated.' in card["training_data"]
    assert "Licence: none stated" in card["licence"]
    assert taught.replace("real lines", "lines") in card["limits"]
    (stage,) = card["history"]
    assert "hotich train models/hand-test" in stage["command"]
    assert stage["seed"] == plan.loop.seed
    assert stage["minutes"] > 0
    assert any(taught in sentence for sentence in stage["data"])
    assert "3 pen fonts of 3 families, SIL Open Font License 1.1" in card["training_data"]
    assert "choosing: best path" in card["measured"]
    assert "real: best path" in card["measured"]


@pytest.mark.slow
def test_training_goes_on_where_it_stopped_and_does_not_begin_again(
    plan: TrainingPlan, tmp_path: Path
) -> None:
    work = Path(shutil.copytree(plan.work, tmp_path / "work"))
    network, before = averaged_network(work / "hand-test.pt")
    further = replace(plan.loop, minutes=before[-1]["minutes"] + 0.001)
    again = replace(
        plan,
        folder=tmp_path / "hand-test",
        work=work,
        collections=plain(folder_of_lines(tmp_path / "others", ("w003",))),
        choosing=(),
        small=False,
        loop=further,
    )
    said: list[str] = []
    train_model(again, "again", said.append)
    later, after = averaged_network(work / "hand-test.pt")
    assert any("Tiếp tục" in line for line in said)
    assert after[: len(before)] == before
    assert after[-1]["step"] > before[-1]["step"]
    pairs = zip(network.parameters(), later.parameters(), strict=True)
    assert not all(torch.equal(one, other) for one, other in pairs)
    (card,) = read_cards(tmp_path)
    for lines in (f"of {writers_taught(plan)} writers", "5 real lines of 1 writers"):
        assert lines in card.training_data


@pytest.mark.slow
@pytest.mark.parametrize("tells", [True, False])
def test_a_finished_training_writes_its_model_again_and_learns_nothing(
    plan: TrainingPlan, tmp_path: Path, tells: bool
) -> None:
    work = Path(shutil.copytree(plan.work, tmp_path / "work"))
    checkpoint = work / "hand-test.pt"
    if not tells:  # as older ones are
        with torch.serialization.safe_globals(NUMBERS):
            held = torch.load(checkpoint, weights_only=True)
        del held["sources"]
        torch.save(held, checkpoint)
    before = checkpoint.read_bytes()
    parent = None if tells else tmp_path / "hand-gone" / "model.onnx"
    train_model(
        replace(plan, folder=tmp_path / "hand-test", work=work, choosing=(), small=False, parent=parent),
        "hotich train",
        lambda _: None,
    )
    assert checkpoint.read_bytes() == before
    (card,) = read_cards(tmp_path)
    assert f"of {writers_taught(plan)} writers" in card.training_data
    assert ("of hand-gone; their file is gone" in card.training_data) is not tells


@pytest.mark.slow
def test_a_model_trained_on_from_another_names_it_even_when_that_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "hand-test"
    sha256 = hashlib.sha256(shipped_model(folder).read_bytes()).hexdigest()
    plan = TrainingPlan(
        folder=folder,
        work=tmp_path / "work",
        drawn=24,
        parent=folder / "model.onnx",
        small=False,
        network=CONVOLUTIONAL,
        loop=LoopOptions(minutes=0.001, size=8, seed=3),
    )
    train_model(plan, "hotich train --from", lambda _: None)
    (card,) = read_cards(folder.parent)
    assert f"weights of hand-test (model.onnx, sha256 {sha256[:16]})" in card.training_data
    assert [stage.from_sha256 for stage in card.history] == ["", sha256]
    assert card.history[0].data == ("Of old lines.",)
    assert "CC0-1.0" in card.licence
    assert "Real hands" not in card.limits
    head = (folder / "model.toml").read_text(encoding="utf-8").splitlines()[3]
    assert head.startswith("# this stage: ")
    assert hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest() != sha256
    train_model(plan, "hotich train --from", lambda _: None)
    (again,) = read_cards(folder.parent)
    assert again.training_data == card.training_data
    assert again.history == card.history


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> TrainingPlan:
    """A training of drawn lines alone that was stopped early."""
    home = tmp_path_factory.mktemp("stopped")
    loop = LoopOptions(minutes=0.04, until=0.001, size=8, seed=3)
    plan = TrainingPlan(
        folder=home / "models" / "hand-test",
        work=home / "work",
        drawn=24,
        network=replace(TINY, mixer="convolutional"),
        loop=loop,
    )
    train_model(plan, "hotich train --until", lambda _: None)
    return plan


@pytest.mark.slow
def test_a_training_stopped_early_keeps_its_state_and_writes_no_model(stopped: TrainingPlan) -> None:
    assert not stopped.folder.exists()
    _, history = averaged_network(stopped.work / "hand-test.pt")
    assert history[-1]["step"] > 0


@pytest.mark.slow
def test_a_later_run_goes_on_from_the_early_stop_to_a_model(stopped: TrainingPlan, tmp_path: Path) -> None:
    plan = replace(
        stopped,
        folder=tmp_path / "models" / "hand-test",
        work=Path(shutil.copytree(stopped.work, tmp_path / "work")),
        loop=replace(stopped.loop, until=math.inf),
    )
    _, before = averaged_network(plan.work / "hand-test.pt")
    train_model(plan, "hotich train", lambda _: None)
    _, after = averaged_network(plan.work / "hand-test.pt")
    assert after[: len(before)] == before
    assert after[-1]["step"] > before[-1]["step"]
    assert [card.name for card in read_cards(plan.folder.parent)] == ["hand-test"]


def test_a_parent_that_is_missing_is_refused(tmp_path: Path) -> None:
    plan = TrainingPlan(tmp_path / "hand", tmp_path, network=TINY, parent=tmp_path / "nobody.onnx")
    with pytest.raises(SetupError, match=r"nobody\.onnx"):
        train_model(plan, "-", lambda _: None)
    assert not list(tmp_path.glob("*.pt"))


@pytest.mark.slow
def test_a_training_that_was_killed_ends_with_the_weights_of_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens at any step depends on the seed and the step alone, not on where the process stopped."""

    def trained(name: str, *stops: int) -> dict[str, Tensor]:
        plan = TrainingPlan(
            folder=tmp_path / name / "hand",
            work=tmp_path / name,
            drawn=48,
            network=replace(TINY, mixer="convolutional"),
            small=False,
            loop=LoopOptions(steps=30, size=4, seed=5, save_every=0.0),
        )
        save = save_checkpoint
        for stop in stops:

            def save_and_stop(state: Any, path: Path, stop: int = stop) -> None:
                save(state, path)
                if state.step == stop:
                    raise KeyboardInterrupt

            monkeypatch.setattr(loop, "save_checkpoint", save_and_stop)
            with pytest.raises(KeyboardInterrupt):
                train_model(plan, "-", lambda _: None)
            monkeypatch.setattr(loop, "save_checkpoint", save)
        train_model(plan, "-", lambda _: None)
        return averaged_network(plan.checkpoint)[0].state_dict()

    whole, interrupted = trained("whole"), trained("killed", 7, 19)
    assert [name for name in whole if not torch.equal(whole[name], interrupted[name])] == []


@pytest.mark.slow
def test_a_longer_training_goes_on_from_a_shorter_one_with_processes_that_prepare_lines(
    tmp_path: Path,
) -> None:
    plan = TrainingPlan(
        folder=tmp_path / "hand", work=tmp_path, drawn=48, network=TINY, small=False,
        loop=LoopOptions(steps=4, size=4, workers=2),
    )  # fmt: skip
    train_model(plan, "-", lambda _: None)
    said: list[str] = []
    train_model(replace(plan, loop=replace(plan.loop, steps=6)), "-", said.append)
    assert any("Tiếp tục từ bước 4" in line for line in said)
    assert averaged_network(plan.checkpoint)[1][-1]["step"] == 6


@pytest.mark.slow
def test_the_command_stops_early_and_names_what_it_does_not_know(tmp_path: Path) -> None:
    def run(*options: object) -> Result:
        words = ("train", tmp_path / "hand", "--work", tmp_path, "--drawn", 24, "--minutes", 9, *options)
        return CliRunner().invoke(app, [str(word) for word in words])

    stopped = run("--network", "convolutional", "--until", 0.01)
    assert stopped.exit_code == 0, stopped.output
    assert "Dừng ở phút 0.01" in stopped.output
    assert not (tmp_path / "hand").exists()
    assert "--network" in run("--network", "large").output


def test_a_folder_without_labels_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"lines\.tsv"):
        real_lines(tmp_path)


def test_a_path_becomes_its_text_without_repeats_and_blanks() -> None:
    a, b = LETTERS.index("a") + 1, LETTERS.index("ữ") + 1
    assert best_path([0, a, a, 0, a, b, b, 0, 0]) == "aaữ"
