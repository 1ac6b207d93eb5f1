"""Conversion of an adapted network to the differences that an adapter adds to the weights of the shipped model.

Weights of eight bits stay on their grid: a difference is a whole number of steps. Changes of batch norms are folded
into the scales and biases of the convolutions before them, as in the export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from pipeline.recognition.ocr.onnx_weights import weight_places
from pipeline.training.network import CtcNetwork
from pipeline.training.shipped_weights import GATES, normed_convolutions

_Numbers = NDArray[Any]

MANY = 4096
"""Least number of values from which differences are stored in half precision."""

SEVEN_BITS = 64
"""Limit of eight-bit weights (``pipeline.training.quantize``)."""


def weight_differences(model: bytes, parent: CtcNetwork, adapted: CtcNetwork) -> dict[str, _Numbers]:
    """Return the differences to add to the weights of a model; unchanged weights are left out.

    Args:
        model: The shipped model.
        parent: The network loaded from the model.
        adapted: The network after its adaptation.

    Raises:
        ValueError: The network does not belong to the model.
    """
    places = weight_places(model)
    held = {name: place.of(model) for name, place in places.items()}
    before, after = dict(_weights(held, parent)), dict(_weights(held, adapted))
    differences = {}
    for name, new in after.items():
        if new.shape != held[name].shape:
            raise ValueError(f"the weight {name} has another shape")
        difference = _narrowed(new - before[name], held[name])
        if difference.any():
            differences[name] = difference
    return differences


def _narrowed(difference: _Numbers, held: _Numbers) -> _Numbers:
    """Return a difference in the smallest sufficient type."""
    if np.issubdtype(held.dtype, np.integer):
        return difference.astype(held.dtype)
    return difference.astype(np.float16 if held.size >= MANY else np.float32)


def _weights(held: Mapping[str, _Numbers], adapted: CtcNetwork) -> Iterator[tuple[str, _Numbers]]:
    """Yield the weights of a network by their names in the model."""
    state = {name: weights.detach().double().numpy() for name, weights in adapted.state_dict().items()}
    for name, own in state.items():
        if f"network.{name}" in held:
            yield f"network.{name}", own
    convolutions = iter(_anonymous(held, "Conv"))
    for convolution, norm in normed_convolutions(adapted):
        eps = adapted.get_submodule(norm).eps
        gain = state[f"{norm}.weight"] / np.sqrt(state[f"{norm}.running_var"] + float(eps))  # type: ignore[arg-type]
        bias = state[f"{norm}.bias"] - gain * state[f"{norm}.running_mean"]
        yield from _scaled(held, next(convolutions), state[f"{convolution}.weight"], gain)
        yield from _shifted(held, next(convolutions), gain, bias)
    products = iter(_anonymous(held, "MatMul"))
    for name, module in adapted.named_modules():
        if isinstance(module, nn.Linear):
            yield from _scaled(held, next(products), state[f"{name}.weight"].T, np.ones(1))
    if adapted.options.mixer != "convolutional":
        yield from _memory(held, state)


def _anonymous(held: Mapping[str, _Numbers], kind: str) -> list[str]:
    """Return the numbered weight names in the order of the layers, without the names added by quantization."""
    start = f"onnx::{kind}_"
    names = {name.removesuffix("_quantized") for name in held if name.startswith(start)}
    numbers = {name.removeprefix(start) for name in names}
    return [f"{start}{number}" for number in sorted(filter(str.isdigit, numbers), key=int)]


def _scaled(
    held: Mapping[str, _Numbers], name: str, weights: _Numbers, gain: _Numbers
) -> Iterator[tuple[str, _Numbers]]:
    """Yield the weights of a layer; eight-bit weights have the gain in their scales."""
    channels_first = (-1,) + (1,) * (weights.ndim - 1)
    if name in held:
        yield name, weights * (gain.reshape(channels_first) if gain.size > 1 else gain)
        return
    scale = held[f"{name}_scale"].astype(np.float64)
    by_channel = scale.reshape(channels_first if weights.ndim != 2 else (1, -1))
    yield f"{name}_quantized", np.rint(weights / by_channel).clip(-SEVEN_BITS, SEVEN_BITS)
    if gain.size > 1:
        yield f"{name}_scale", scale * gain


def _shifted(
    held: Mapping[str, _Numbers], name: str, gain: _Numbers, bias: _Numbers
) -> Iterator[tuple[str, _Numbers]]:
    """Yield the bias of a convolution; an integer bias is in units of its weights' scale."""
    if name in held:
        yield name, bias
        return
    scale = held[f"{name}_quantized_scale"].astype(np.float64) * gain
    yield f"{name}_quantized_scale", scale
    yield f"{name}_quantized", np.rint(bias / scale)


def _memory(held: Mapping[str, _Numbers], now: Mapping[str, _Numbers]) -> Iterator[tuple[str, _Numbers]]:
    """Yield the weights of the LSTM layer in the layout of ``shipped_weights``."""
    biases, inward, back = sorted(_anonymous(held, "LSTM"), key=lambda name: held[name].ndim)
    ends = ("", "_reverse")
    yield (
        biases,
        np.stack(
            [
                np.concatenate([_of_onnx(now[f"lstm.bias_{part}_l0{end}"]) for part in ("ih", "hh")])
                for end in ends
            ]
        ),
    )
    for name, part in ((inward, "ih"), (back, "hh")):
        weights = [_of_onnx(now[f"lstm.weight_{part}_l0{end}"]) for end in ends]
        is_transposed = held[name].shape[1:] != weights[0].shape
        yield name, np.stack([matrix.T if is_transposed else matrix for matrix in weights])


def _of_onnx(gates: _Numbers) -> _Numbers:
    """Return the LSTM gates in ONNX order."""
    parts = np.split(gates, 4)
    return np.concatenate([parts[GATES.index(number)] for number in range(4)])
