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
from typer.testing import CliRunner

from pipeline.base.errors import SetupError
from pipeline.cli.app import app
from pipeline.recognition.ocr.line_image import HEIGHT
from pipeline.recognition.ocr.models import damaged_files, read_cards
from pipeline.training.dataset import CALIBRATION_WRITERS, load_lines, real_lines
from pipeline.training.export import write_onnx
from pipeline.training.loop import LoopOptions, averaged_network, best_path, checkpoint_sources, train_network
from pipeline.training.network import LETTERS, NetworkOptions
from pipeline.training.train import TrainingPlan, kept_real_lines, train_model
from tests.training.real_folder import folder_of_lines
from tests.training.shipped_model import TINY as CONVOLUTIONAL
from tests.training.shipped_model import shipped_model

TINY = NetworkOptions(channels=(8, 8, 16, 16), width=32, depth=1)

NUMBERS: list[Any] = [np.float64(0).__reduce__()[0], np.dtype, np.dtypes.Float64DType]
"""What the history of a checkpoint may hold besides tensors."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> TrainingPlan:
    """A training small enough for a test: a few steps of a tiny network, with real lines and lines to choose on."""
    home = tmp_path_factory.mktemp("training")
    kept_out = min(CALIBRATION_WRITERS)
    real = folder_of_lines(home / "real", ("w001", "w002", kept_out))
    (real / "SOURCE.txt").write_text('Drawn by "the\ttest"\x07.\nLicence: none stated.\n', encoding="utf-8")
    plan = TrainingPlan(
        folder=home / "models" / "hand-test",
        work=home / "work",
        drawn=48,
        real=real,
        choosing=folder_of_lines(home / "choosing", ("w801",)),
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
    assert "12 real lines of 2 writers" in card["training_data"]
    assert 'Drawn by "the test"\x07. Licence: none stated.' in card["training_data"]
    assert "Licence: none stated" in card["licence"]
    assert "12 lines of 2 writers" in card["limits"]
    (stage,) = card["history"]
    assert "hotich train models/hand-test" in stage["command"]
    assert stage["seed"] == plan.loop.seed
    assert stage["minutes"] > 0
    assert any("12 real lines of 2 writers" in sentence for sentence in stage["data"])
    assert "3 pen fonts of 3 families, SIL Open Font License 1.1" in card["training_data"]
    assert "Lines used for choosing" in card["measured"]
    assert "Writers kept out for calibration" in card["measured"]


@pytest.mark.slow
def test_writers_kept_out_never_reach_the_dataset(plan: TrainingPlan) -> None:
    (dataset,) = plan.work.glob("real*.npz")
    assert {line.writer for line in load_lines(dataset)} == {"w001", "w002"}


def test_lines_with_full_labels_are_kept_apart_and_letters_the_networks_lack_leave_a_line_out(
    tmp_path: Path,
) -> None:
    folded = folder_of_lines(tmp_path / "folded", ("w001",), each=2)
    full = folder_of_lines(tmp_path / "full", ("t001",), each=2)
    table = full / "lines.tsv"
    rows = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*rows[:-1], rows[-1] + " ç"]) + "\n", encoding="utf-8")
    said: list[str] = []
    plan = TrainingPlan(tmp_path / "hand", tmp_path, real=folded, real_full=full)
    lines = kept_real_lines(plan, said.append)
    assert [(line.writer, line.full_label) for line in lines] == [
        ("w001", False),
        ("w001", False),
        ("t001", True),
    ]
    assert any("Bỏ 1 dòng" in line for line in said)


def test_writers_kept_out_are_named_each_time(tmp_path: Path) -> None:
    real = folder_of_lines(tmp_path / "real", ("w001", "w011", "w066"), each=2)
    said: list[str] = []
    for _ in range(2):
        kept_real_lines(TrainingPlan(tmp_path / "hand", tmp_path, real=real), said.append)
    named = [line for line in said if "w011 (2 dòng), w066 (2 dòng)" in line]
    assert len(named) == 2
    assert sum("Chuẩn bị 2 dòng" in line for line in said) == 1


def test_another_folder_of_lines_is_prepared_anew_and_the_older_dataset_stays(tmp_path: Path) -> None:
    first = folder_of_lines(tmp_path / "first", ("w001",), each=2)
    second = folder_of_lines(tmp_path / "second", ("w002",), each=3)
    plan = TrainingPlan(tmp_path / "hand", tmp_path / "work", real=first)
    plan.work.mkdir()
    (plan.work / "real.npz").write_bytes(b"of an older version")
    one = kept_real_lines(plan, lambda _: None)
    assert {line.writer for line in one} == {"w001"}
    other = kept_real_lines(replace(plan, real=second), lambda _: None)
    assert [line.writer for line in other] == ["w002"] * 3
    labels = (first / "lines.tsv").read_text(encoding="utf-8")
    (first / "lines.tsv").write_text(labels.rstrip("\n") + " 7\n", encoding="utf-8")
    assert kept_real_lines(plan, lambda _: None)[-1].text == one[-1].text + " 7"
    assert len(list(plan.work.glob("real-*.npz"))) == 3
    assert (plan.work / "real.npz").read_bytes() == b"of an older version"


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
        real=folder_of_lines(tmp_path / "others", ("w003",)),
        choosing=None,
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
    for lines in ("12 real lines of 2 writers", "6 real lines of 1 writers"):
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
        replace(plan, folder=tmp_path / "hand-test", work=work, choosing=None, small=False, parent=parent),
        "hotich train",
        lambda _: None,
    )
    assert checkpoint.read_bytes() == before
    (card,) = read_cards(tmp_path)
    assert "12 real lines of 2 writers" in card.training_data
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


@pytest.mark.slow
def test_another_mixer_begins_with_the_weights_that_fit_and_with_the_minutes_they_took(
    stopped: TrainingPlan, tmp_path: Path
) -> None:
    parent = stopped.work / "hand-test.pt"
    held = torch.load(parent, weights_only=True)["network"]
    hybrid = replace(TINY, mixer="hybrid", memory=16)
    spent = LoopOptions(minutes=0.04, until=1e-9, seed=4)
    begun = train_network(
        lambda _: (),
        (),
        (),
        network=hybrid,
        options=spent,
        checkpoint=tmp_path / "none.pt",
        say=lambda _: None,
        parent=parent,
    ).state_dict()
    fitting = [name for name in begun if name in held and not name.startswith("letters")]
    assert {name.split(".")[0] for name in fitting} == {"tower", "flatten", "gates", "norm"}
    assert [name for name in fitting if not torch.equal(begun[name], held[name])] == []
    assert {name.split(".")[0] for name in set(begun) - set(fitting)} == {"lstm", "letters"}

    _, before = averaged_network(parent)
    further = replace(stopped.loop, minutes=before[-1]["minutes"] + 0.001, until=math.inf)
    plan = replace(
        stopped, folder=tmp_path / "hand-b", work=tmp_path, network=hybrid, parent=parent, loop=further
    )
    train_model(plan, "hotich train --from", lambda _: None)
    network, after = averaged_network(tmp_path / "hand-b.pt")
    assert network.options.mixer == "hybrid"
    assert after[: len(before)] == before
    assert after[-1]["minutes"] > before[-1]["minutes"]
    (card,) = read_cards(tmp_path)
    assert "Begun with the weights of another network (hand-test.pt)" in card.training_data
    assert "does not say" not in card.training_data


@pytest.mark.slow
def test_a_parent_that_is_missing_or_has_trained_for_longer_is_refused(
    stopped: TrainingPlan, tmp_path: Path
) -> None:
    plan = replace(stopped, work=tmp_path, parent=tmp_path / "nobody.pt")
    with pytest.raises(SetupError, match=r"nobody\.pt"):
        train_model(plan, "-", lambda _: None)
    short = replace(stopped.loop, minutes=1e-9)
    with pytest.raises(SetupError, match="--minutes"):
        train_model(replace(plan, parent=stopped.work / "hand-test.pt", loop=short), "-", lambda _: None)
    assert not list(tmp_path.glob("*.pt"))


@pytest.mark.slow
def test_the_command_stops_early_and_begins_with_another_network(tmp_path: Path) -> None:
    def run(name: str, *options: object) -> str:
        words = ("train", tmp_path / name, "--work", tmp_path, "--drawn", 24, "--minutes", 9, *options)
        result = CliRunner().invoke(app, [str(word) for word in words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "Dừng ở phút 0.01" in run("first", "--until", 0.01)
    _, before = averaged_network(tmp_path / "first.pt")
    until = before[-1]["minutes"] + 0.001
    run("second", "--until", until, "--mixer", "hybrid", "--from", tmp_path / "first.pt")
    network, after = averaged_network(tmp_path / "second.pt")
    assert network.options.mixer == "hybrid"
    assert after[: len(before)] == before
    assert not (tmp_path / "first").exists()
    named = " ".join(source[0] for source in (checkpoint_sources(tmp_path / "second.pt") or {}).values())
    assert named.startswith("Begun with the weights of another network (first.pt)")


def test_a_folder_without_labels_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"lines\.tsv"):
        real_lines(tmp_path)


def test_a_path_becomes_its_text_without_repeats_and_blanks() -> None:
    a, b = LETTERS.index("a") + 1, LETTERS.index("ữ") + 1
    assert best_path([0, a, a, 0, a, b, b, 0, 0]) == "aaữ"
