"""Weights are found and replaced in the bytes of the networks that come along."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.recognition.ocr.models import default_folder
from pipeline.recognition.ocr.onnx_weights import weight_places, with_weights

MODEL = (default_folder() / "hand-b" / "model.onnx").read_bytes()
BIAS, SCALE = "network.letters.bias", "onnx::Conv_332_scale"


def test_every_kind_of_weight_that_an_adapter_changes_is_found() -> None:
    places = weight_places(MODEL)
    kinds = {name: places[name].kind.name for name in (BIAS, SCALE, "onnx::Conv_332_quantized")}
    assert kinds == {BIAS: "float32", SCALE: "float32", "onnx::Conv_332_quantized": "int8"}
    assert places["onnx::Conv_333_quantized"].kind.name == "int32"
    assert (places[SCALE].of(MODEL) > 0).all()


def test_a_weight_is_replaced_and_every_other_byte_stays() -> None:
    place = weight_places(MODEL)[BIAS]
    changed = with_weights(MODEL, {BIAS: place.of(MODEL) + 1})
    assert (changed[: place.start], changed[place.end :]) == (MODEL[: place.start], MODEL[place.end :])
    np.testing.assert_array_equal(weight_places(changed)[BIAS].of(changed), place.of(MODEL) + 1)


@pytest.mark.parametrize(
    "weights",
    [{"nothing": np.zeros(3, np.float32)}, {BIAS: np.zeros(3, np.float32)}, {BIAS: np.zeros(215, np.int8)}],
)
def test_a_weight_that_is_not_there_so_is_refused(weights: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="no weight"):
        with_weights(MODEL, weights)


@pytest.mark.parametrize("damaged", [MODEL[: len(MODEL) // 2], b"\xff" * 64, MODEL[1:]])
def test_half_a_model_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="not a"):
        weight_places(damaged)
