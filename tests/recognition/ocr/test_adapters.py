"""The file of what a reader learnt of a book's hand, and reading with it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from functools import cache
from hashlib import sha256

import numpy as np
import pytest

from pipeline.base.model import Crop
from pipeline.base.model.adapted_reader import is_adapted, parent_of, without_adapter
from pipeline.digitize import default_engines
from pipeline.recognition.ocr.adapters import (
    Adapter,
    AdapterCard,
    AdapterRefused,
    GateFigures,
    adapted_reader,
    add_differences,
    pack_adapter,
    unpack_adapter,
)
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import OnnxNetwork
from tests.recognition.ocr.lines import pen_line

BLANKS = np.zeros(215, np.float32)
BLANKS[0] = 40.0
"""A difference that has a network see no letter anywhere."""

FIGURES = GateFigures(
    lines=60, letters=700, errors_before=80, errors_after=40, chance=0.001, sure=40, sure_wrong=0
)


@cache
def reader() -> HandwritingReader:
    found = default_engines().hand
    assert isinstance(found, HandwritingReader)
    return replace(found, words=None, figures=None)


def adapter(difference: np.ndarray = BLANKS) -> Adapter:
    differences, results = {}, {}
    for network in reader().networks:
        assert isinstance(network, OnnxNetwork)
        differences[network.name] = {"network.letters.bias": difference}
        whole = add_differences(network.path.read_bytes(), differences[network.name])
        results[network.name] = sha256(whole).hexdigest()
    card = AdapterCard(
        book=7, version=2, parent=reader().fingerprint, made_at="2026-11-28T02:00:00+07:00", lines=60,
        pages=20, trust="ordinary", gate=FIGURES, results=results,
    )  # fmt: skip
    return Adapter(card, differences)


def test_an_adapter_comes_back_from_its_file_as_it_was() -> None:
    packed = pack_adapter(adapter())
    found = unpack_adapter(packed)
    assert found.card == adapter().card
    np.testing.assert_array_equal(found.differences["hand-a"]["network.letters.bias"], BLANKS)
    assert pack_adapter(found) == packed


@pytest.mark.parametrize("place", [3, 20, 60, -5])
def test_a_file_with_a_changed_byte_is_refused(place: int) -> None:
    packed = bytearray(pack_adapter(adapter()))
    packed[place] ^= 1
    with pytest.raises(AdapterRefused):
        unpack_adapter(bytes(packed))


def test_a_small_file_of_more_than_any_adapter_holds_is_refused() -> None:
    with pytest.raises(AdapterRefused):
        unpack_adapter(pack_adapter(replace(adapter(), differences={"hand-a": {"x": np.zeros(9 << 20)}})))


def test_an_array_whose_header_claims_more_than_there_is_memory_is_refused() -> None:
    parts = io.BytesIO()
    packed = io.BytesIO(pack_adapter(adapter())[len(b"hotich adapter 1\n") + 32 :])
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(parts, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 50,)}
        )
        target.writestr("hand-a/x.npy", header.getvalue())
    body = parts.getvalue()
    with pytest.raises(AdapterRefused, match="MemoryError"):
        unpack_adapter(b"hotich adapter 1\n" + sha256(body).digest() + body)


@pytest.mark.parametrize("data", [b"", b"hotich adapter 1\n", pack_adapter(adapter())[:-9]])
def test_half_a_file_is_refused(data: bytes) -> None:
    with pytest.raises(AdapterRefused):
        unpack_adapter(data)


def test_a_book_is_read_otherwise_with_its_adapter_and_every_reading_names_it() -> None:
    line = Crop(pen_line("Trần Văn Bé"), 300.0, "text")
    (usual,) = reader().read([line])
    (learnt,) = adapted_reader(reader(), adapter()).read([line])
    assert usual.text == "Trần Văn Bé"
    assert (learnt.text, learnt.engine) == ("", "hand.7.2")
    assert (is_adapted(usual.engine), is_adapted(learnt.engine)) == (False, True)
    assert reader().read([line])[0] == usual


def test_its_fingerprint_tells_of_the_parent_of_the_trust_and_of_what_was_learnt() -> None:
    shipped = reader().fingerprint
    learnt = adapted_reader(reader(), adapter()).fingerprint
    other = adapted_reader(reader(), adapter(BLANKS / 2)).fingerprint
    assert (parent_of(learnt), parent_of(shipped)) == ((shipped, "ordinary"), (shipped, None))
    assert without_adapter(learnt) == without_adapter(other) == shipped
    assert learnt != other


def test_an_adapter_of_another_reader_is_refused() -> None:
    foreign = replace(adapter(), card=adapter().card.model_copy(update={"parent": "hand-of-last-year-11"}))
    with pytest.raises(AdapterRefused, match="bộ đọc khác"):
        adapted_reader(reader(), foreign)


@pytest.mark.parametrize("wrong", [BLANKS * 2, np.zeros(3, np.float32)])
def test_weights_that_are_not_those_of_the_card_are_never_read_with(wrong: np.ndarray) -> None:
    tampered = Adapter(
        adapter(BLANKS / 3).card,
        {name: {"network.letters.bias": wrong} for name in adapter().differences},
    )
    learnt = adapted_reader(reader(), tampered)
    with pytest.raises(AdapterRefused):
        learnt.emissions([pen_line("Trần Văn Bé")])
