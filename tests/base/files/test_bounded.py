"""Files of others are opened without waiting and parsed within bounds, whatever lies there."""

from __future__ import annotations

import json
import os
import socket
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.files import FileRefused, parse_json, parse_toml, read_regular_file
from tests.growth import Grown, too_steep


def refusal(path: Path) -> str:
    with pytest.raises(FileRefused) as caught:
        read_regular_file(path)
    return caught.value.message


def test_a_small_file_is_read_and_links_above_it_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.toml").write_bytes(b"x" * (64 << 10))
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert read_regular_file(tmp_path / "link" / "a.toml") == b"x" * (64 << 10)


def test_a_file_over_the_bound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"#" * ((64 << 10) + 1))

    assert "64 KB" in refusal(tmp_path / "a.toml")


def test_pipes_devices_sockets_and_folders_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "pipe", tmp_path / "socket", tmp_path, Path("/dev/zero")):
            assert "không phải là một tệp thường" in refusal(path)


@pytest.mark.parametrize("target", ["/dev/zero", "/etc/passwd", "nowhere"])
def test_a_link_is_refused_wherever_it_leads(tmp_path: Path, target: str) -> None:
    (tmp_path / "a.toml").symlink_to(target)

    assert "liên kết" in refusal(tmp_path / "a.toml")


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_regular_file(tmp_path / "a.toml")


TOO_DEEP_TOML = [
    "a = " + "[" * 100_000,
    "a = " + "[" * 1_000 + "]" * 1_000,
    "a = " + "{a = " * 500 + "1" + "}" * 500,
    ".".join("a" * 20_000) + " = 1",
    "[" + ".".join("a" * 20_000) + "]",
    " . ".join(['"a"'] * 5_000) + " = 1",
    "\n".join(f"[{'.'.join('a' * depth)}]" for depth in range(1, 40)),
    'a = "' + "\n" + "[" * 100_000,  # a text that does not end hides nothing
]


@pytest.mark.parametrize("text", TOO_DEEP_TOML)
def test_nested_toml_is_refused_before_it_is_parsed(text: str) -> None:
    with pytest.raises((FileRefused, tomllib.TOMLDecodeError)):
        parse_toml(text)


@pytest.mark.parametrize("number", ["9" * 5_000, str(2**63), str(-(2**63)), "inf", "nan", "1e300"])
def test_numbers_out_of_range_are_refused(number: str) -> None:
    with pytest.raises(FileRefused, match="số quá lớn"):
        parse_toml(f"a = [{{b = {number}}}]")
    written = number.replace("inf", "Infinity").replace("nan", "NaN")
    with pytest.raises(FileRefused, match="số quá lớn"):
        parse_json(f'{{"a": [{written}]}}')


def test_brackets_in_texts_and_comments_are_no_nesting() -> None:
    brackets = "[" * 500

    assert parse_json(json.dumps({"a": brackets + '"\\' + brackets}), 1) == {"a": brackets + '"\\' + brackets}
    said = parse_toml(
        f'a = "{brackets}\\"" # {brackets}\nb = \'{brackets}\'\nc = \'\'\'\n{brackets}\'\'\'\nd = """{brackets}"""\n'
    )
    assert said == {"a": brackets + '"', "b": brackets, "c": brackets, "d": brackets}


def test_json_nested_too_deep_is_refused() -> None:
    for text in ("[" * 1_500, "[" * 1_500 + "]" * 1_500, '{"a":' * 5_000, "[[1]]"):
        with pytest.raises(FileRefused, match="quá sâu"):
            parse_json(text, deepest=1)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_JSON)
@settings(deadline=None)
def test_json_is_read_as_it_is_or_refused(value: object) -> None:
    text = json.dumps(value)
    try:
        assert parse_json(text) == json.loads(text)
    except FileRefused:
        assert any(sign in text for sign in "[{N9876543210I")


@given(st.binary() | st.text("[]{}\"'\\#=.,\n a1-_").map(str.encode))
@settings(deadline=None, max_examples=500)
def test_any_bytes_are_parsed_or_refused(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    with suppress(FileRefused, tomllib.TOMLDecodeError):
        assert parse_toml(text) == tomllib.loads(text)


MOST_SENT = 256 * 1024
"""The largest text at any door that is parsed in the process of the desk: a form file, a provider's answer."""

NEVER_CLOSED = [
    Grown('a = "', '\\"', ""),
    Grown('"', '\\"', "\\"),
    Grown('a = """', '\\"', ""),
    Grown('a = """', '""\\', ""),
    Grown("", "'" * 3, "'"),
    Grown("", "a = '\n", ""),
    Grown("", "a.", ""),
    Grown("", " . a", ""),
    Grown("", "a" + " " * 40, ""),
    Grown("#", '"', ""),
]


@pytest.mark.parametrize("grown", NEVER_CLOSED)
@pytest.mark.parametrize("parse", [parse_toml, parse_json])
def test_a_quote_that_is_not_closed_is_tried_once(parse: Callable[[str], object], grown: Grown) -> None:
    assert not too_steep(refusing(parse), grown, MOST_SENT)


_PIECES = st.lists(
    st.sampled_from(
        [*"[]{}\"'\\#=.,:\n \t-1aé", '"' * 3, "'" * 3, "[[", "]]", "0x", "1e", "null", "true", "a=1\n"]
    ),
    max_size=6,
).map("".join)


@given(st.builds(Grown, _PIECES, _PIECES.filter(bool), _PIECES))
@settings(deadline=None, max_examples=60)
def test_no_text_of_toml_or_json_takes_longer_than_its_length(grown: Grown) -> None:
    for parse in (parse_toml, parse_json):
        assert not too_steep(refusing(parse), grown, MOST_SENT)


def refusing(parse: Callable[[str], object]) -> Callable[[str], None]:
    def parsed(text: str) -> None:
        with suppress(FileRefused, ValueError):
            parse(text)

    return parsed
