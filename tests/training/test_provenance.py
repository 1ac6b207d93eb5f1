"""A model card's statements about the lines and the weights of its training."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.errors import SetupError
from pipeline.training.dataset import RealLine, content_key
from pipeline.training.provenance import (
    FREE,
    LONGEST,
    TrainingSource,
    drawn_source,
    licence_of,
    limits_of,
    merge_sources,
    pretrained_source,
    real_source,
    refresh_sources,
    shipped_source,
    shorten,
    stages_of,
)


def _silent(_: str) -> None:
    pass


def _lines(folder: Path, *names: str, text: str = "Tổ 5 Ấp Đồng 1234567890") -> tuple[RealLine, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(name.encode())
    return tuple(RealLine(folder / name, text, name.partition("_")[0]) for name in names)


def _source(folder: Path, about: str | None) -> TrainingSource:
    lines = _lines(folder, "w001_00.png", "w001_01.png", "w002_00.png", "w011_00.png")
    if about is not None:
        (folder / "SOURCE.txt").write_text(about, encoding="utf-8")
    (source,) = real_source(folder, lines[:3], lines[3:], _silent).values()
    return source


def test_a_card_claims_nothing_of_lines_without_a_source_text(tmp_path: Path) -> None:
    source = _source(tmp_path, None)
    assert source.description == (
        "3 real lines of 2 writers by their file names; nothing beside them says where they come from or under which "
        "licence. 1 further lines were kept apart to measure with."
    )
    assert source.licence == "nothing beside real lines states a licence"
    said: list[str] = []
    real_source(tmp_path, _lines(tmp_path, "w001_00.png"), (), said.append)
    assert "SOURCE.txt" in said[0]


def test_a_card_repeats_what_the_folder_says_of_its_lines_and_their_licence(tmp_path: Path) -> None:
    about = "Lines of our own\n\tclerks, 2024.\n\nLICENCE: for this office alone;\n  ask before use.\nMore.\n"
    source = _source(tmp_path, about)
    assert (
        "“Lines of our own clerks, 2024. LICENCE: for this office alone; ask before use. More.”"
        in source.description
    )
    assert "“LICENCE: for this office alone; ask before use”" in source.licence


def test_a_licence_far_down_is_quoted_although_the_rest_is_cut(tmp_path: Path) -> None:
    source = _source(tmp_path, "One sentence. " * 90 + "\nGiấy phép: nội bộ.\n")
    assert source.description.count("One sentence.") == LONGEST // len("One sentence. ")
    assert "One sentence. […] Giấy phép: nội bộ.”" in source.description
    assert _source(tmp_path, "# License\n\nMIT\n").licence.endswith("“# License MIT”")


def test_a_source_text_without_a_licence_is_reported_as_that(tmp_path: Path) -> None:
    assert _source(tmp_path, "Drawn by clerks.").licence == (
        "no line of SOURCE.txt beside real lines begins with their licence"
    )


def test_a_source_text_in_another_encoding_is_refused_before_training(tmp_path: Path) -> None:
    (tmp_path / "SOURCE.txt").write_bytes("chữ".encode("utf-16"))
    with pytest.raises(SetupError, match="UTF-8"):
        real_source(tmp_path, _lines(tmp_path, "w001_00.png"), (), _silent)


def test_lines_that_are_all_kept_apart_are_no_source(tmp_path: Path) -> None:
    assert real_source(tmp_path, (), _lines(tmp_path, "w011_00.png"), _silent) == {}


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("a  b\n c", 5, "a b c"),
        ("One is. Two are more", 12, "One is. […]"),
        ("WHAT: a\n  b\nREPO: c d", 15, "WHAT: a b […]"),
        ("no end of it here", 12, "no end of it […]"),
        ("no end of it here", 11, "no end of […]"),
        ("x" * 20, 10, "x" * 10 + " […]"),
    ],
)
def test_a_long_text_is_cut_where_a_sentence_or_a_line_ends(text: str, longest: int, short: str) -> None:
    assert shorten(text, longest) == short


def test_limits_speak_of_real_lines_only_when_there_were_some(tmp_path: Path) -> None:
    drawn = drawn_source("3 pens")
    assert "real" not in limits_of(drawn).lower()
    lines = _lines(tmp_path, "w001_00.png", "w002_00.png", text="Tổ 12 Ấp 3")
    limits = limits_of(drawn | real_source(tmp_path, lines, (), _silent))
    assert "2 lines of 2 writers" in limits
    assert "no figure 0, 4, 5, 6, 7, 8, 9, no case" in limits
    assert "no figure" not in _source(tmp_path, None).limits


def test_whole_labels_leave_out_neither_case_nor_punctuation(tmp_path: Path) -> None:
    lines = tuple(replace(line, full_label=True) for line in _lines(tmp_path, "r012_00.png", "r013_00.png"))
    (source,) = real_source(tmp_path, lines, (), _silent).values()
    assert source.limits == "Real hands it knows from 2 lines of 2 writers by their file names."
    (source,) = real_source(tmp_path, (lines[0], replace(lines[1], full_label=False)), (), _silent).values()
    assert "no case and no punctuation in 1 of these lines" in source.limits


def _model(folder: Path, training_data: str, licence: str) -> Path:
    folder.mkdir()
    model = folder / "model.onnx"
    model.write_bytes(training_data.encode())
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    files = f'files = [["model.onnx", "{sha256}"]]\n'
    said = f"training_data = {json.dumps(training_data)}\nlicence = {json.dumps(licence)}\n"
    (folder / "model.toml").write_text(files + said, encoding="utf-8")
    return model


def test_weights_that_were_gone_on_from_are_named_and_their_stages_come_first(tmp_path: Path) -> None:
    model = _model(tmp_path / "hand-a", 'Lines of "one".', FREE)
    ((key, source),) = shipped_source(model, _silent).items()
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    assert sha256 in key
    assert source.description == f"Went on from the weights of hand-a (model.onnx, sha256 {sha256[:16]})."
    assert licence_of({key: source}) == FREE
    earlier, now = stages_of({key: source, **drawn_source("3 pens")}, 22.0, 5, "hotich train")
    assert earlier.data == ('Lines of "one".',)
    assert (now.minutes, now.seed, now.command, now.from_sha256) == (22.0, 5, "hotich train", sha256)
    assert now.data[0] == source.description
    assert "3 pens" in now.data[1]


def test_the_stages_that_a_card_lists_are_taken_over_one_by_one(tmp_path: Path) -> None:
    model = _model(tmp_path / "hand-a", "Lines.", FREE)
    card = model.with_name("model.toml")
    stages = "".join(f'[[history]]\nwhat = "stage {n}"\ndata = ["lines {n}"]\nseed = {n}\n' for n in (1, 2))
    card.write_text(card.read_text(encoding="utf-8") + stages, encoding="utf-8")
    found = stages_of(shipped_source(model, _silent), 1.0, 3, "-")
    assert [stage.seed for stage in found] == [1, 2, 3]


def test_a_training_from_new_weights_has_one_stage() -> None:
    (stage,) = stages_of(drawn_source("3 pens"), 30.0, 1, "hotich train")
    assert (stage.from_sha256, stage.minutes) == ("", 30.0)


def test_a_source_of_an_older_checkpoint_has_no_stages() -> None:
    assert TrainingSource("told", "", "").stages == ()


@pytest.mark.parametrize("damage", ["other weights", "no card", "no toml", "no training data"])
def test_a_card_that_does_not_name_the_weights_is_not_believed(tmp_path: Path, damage: str) -> None:
    model = _model(tmp_path / "hand-a", "Lines.", FREE)
    card = model.with_name("model.toml")
    if damage == "other weights":
        model.write_bytes(b"others")
    elif damage == "no card":
        card.unlink()
    elif damage == "no toml":
        card.write_text("files = [", encoding="utf-8")
    else:
        card.write_text(card.read_text(encoding="utf-8").replace("training_data", "data"), encoding="utf-8")
    said: list[str] = []
    sources = shipped_source(model, said.append)
    (source,) = sources.values()
    assert hashlib.sha256(model.read_bytes()).hexdigest()[:16] in source.description
    assert "what they learnt from is not known" in source.description
    assert "not known" in licence_of(sources)
    assert str(model) in said[0]


def test_missing_weights_are_reported_as_missing(tmp_path: Path) -> None:
    (source,) = shipped_source(tmp_path / "hand-a" / "model.onnx", _silent).values()
    assert "of hand-a; their file is gone" in source.description


def test_the_licence_of_a_chain_says_each_thing_once(tmp_path: Path) -> None:
    before = _source(tmp_path / "real", None)
    first = licence_of({"real": before})
    assert first.endswith("give it: nothing beside real lines states a licence.")
    then = shipped_source(_model(tmp_path / "hand-a", "Lines.", first), _silent)
    assert licence_of(then | {"real": before}) == first
    other = shipped_source(_model(tmp_path / "hand-b", "Others.", "CC-BY-4.0"), _silent)
    assert "are under “CC-BY-4.0”; nothing beside" in licence_of(other | {"real": before})


def test_a_pretrained_tower_is_named_with_its_licence(tmp_path: Path) -> None:
    model = tmp_path / "tower.onnx"
    model.write_bytes(b"weights")
    ((key, source),) = pretrained_source(model).items()
    assert hashlib.sha256(b"weights").hexdigest() in key
    assert "tower.onnx of the package rapidocr, Apache License 2.0" in source.description


def test_earlier_sources_are_kept_when_a_training_goes_on() -> None:
    old, new = {"real: 1": TrainingSource("first")}, {"real: 2": TrainingSource("second")}
    begun, other = {"weights: 1": TrainingSource("these")}, {"weights: 2": TrainingSource("now others")}
    assert merge_sources(None, begun, old) == begun | old
    assert merge_sources(begun | old, other, new) == begun | old | new
    again = {"real: 1": TrainingSource("first, with a word on it")}
    assert merge_sources(begun | old, begun, again) == begun | again


def test_a_finished_training_takes_no_new_source() -> None:
    held = {"real: 1": TrainingSource("first")}
    assert refresh_sources(
        held, {"real: 1": TrainingSource("in other words"), "real: 2": TrainingSource("second")}
    ) == {"real: 1": TrainingSource("in other words")}
    assert refresh_sources(None, held) == held


def test_the_key_of_lines_changes_with_labels_and_pictures_and_with_nothing_else(tmp_path: Path) -> None:
    lines = _lines(tmp_path / "one", "w001_00.png", "w002_00.png")
    key = content_key(lines)
    assert content_key(_lines(tmp_path / "two", "w001_00.png", "w002_00.png")) == key
    assert content_key(_lines(tmp_path / "one", "w001_00.png", "w002_00.png", text="Ấp 4")) != key
    lines[0].path.write_bytes(b"W001_00.png")
    assert content_key(lines) != key
    lines[0].path.unlink()
    with pytest.raises(SetupError, match=r"w001_00\.png"):
        content_key(lines)
