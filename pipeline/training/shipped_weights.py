"""Conversion of shipped weights (``model.onnx``) to a trainable network.

Eight-bit matrices are dequantized; batch norms folded into convolutions by the export stay folded, and the norms after
them are set so that the network computes the same as the model. It can then be trained like any network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.base.errors import SetupError
from pipeline.training.network import CtcNetwork, NetworkOptions

_Weights = NDArray[np.float32]

GATES = [0, 2, 3, 1]
"""Positions of torch's LSTM gates (input, forget, cell, output) among ONNX's (input, output, forget, cell)."""


def load_shipped_network(model: Path, options: NetworkOptions, lines: Tensor) -> CtcNetwork:
    """Return the network of a ``model.onnx`` written by ``hotich train``.

    Args:
        lines: Lines (lines, 1, height, width) as in the training, for the initial statistics of the norms.

    Raises:
        SetupError: The model has another shape or origin.
    """
    network = CtcNetwork(options)
    try:
        _fill(network, _matrices(model))
    except (KeyError, ValueError, StopIteration, RuntimeError) as error:
        raise SetupError(
            f"Không lấy được trọng số từ {model.name} của {model.parent.name}: mô hình này thuộc kiểu mạng khác "
            f"với --network đã chọn ({options.tower}, {options.mixer})."
        ) from error
    _settle_norms(network, lines)
    return network


def _matrices(model: Path) -> Mapping[str, _Weights]:
    """Return all weights by their names in the file; dequantized weights have their original names."""
    import onnx
    from onnx import numpy_helper

    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(str(model)).graph.initializer}
    weights: dict[str, _Weights] = {}
    for name, value in held.items():
        if name.endswith("_quantized"):
            original = name.removesuffix("_quantized")
            scale_name = (
                original if original + "_scale" in held else name
            )  # the scale of a bias has the bias's quantized name
            scale, zero = held[scale_name + "_scale"], held[scale_name + "_zero_point"]
            if (
                scale.ndim and value.ndim != 2
            ):  # a channel is the first axis of a convolution and the last of a matrix
                scale, zero = (part.reshape(-1, *(1,) * (value.ndim - 1)) for part in (scale, zero))
            weights[original] = (value.astype(np.float32) - zero) * scale
        elif not name.endswith(("_scale", "_zero_point")):
            weights[name] = value
    return weights


def _fill(network: CtcNetwork, held: Mapping[str, _Weights]) -> None:
    own = network.state_dict()
    for name in own:
        if (shipped := held.get(f"network.{name}")) is not None:
            own[name] = _same_shape(shipped, own[name])
    convolutions, products, memories = (_anonymous(held, kind) for kind in ("Conv", "MatMul", "LSTM"))
    for convolution, norm in normed_convolutions(network):
        own[f"{convolution}.weight"] = _same_shape(next(convolutions), own[f"{convolution}.weight"])
        own[f"{norm}.bias"] = _same_shape(next(convolutions), own[f"{norm}.bias"])
    for name, module in network.named_modules():
        if isinstance(module, nn.Linear):
            own[f"{name}.weight"] = _same_shape(next(products).T, own[f"{name}.weight"])
    if network.options.mixer != "convolutional":
        _fill_memory(own, memories)
    network.load_state_dict(own)


def _fill_memory(own: dict[str, Tensor], memories: Iterator[_Weights]) -> None:
    """Fill a bidirectional LSTM layer.

    Two weights follow in the order of the file: input and recurrent. The biases have one dimension less.
    """
    biases, inward, back = sorted(memories, key=lambda weights: weights.ndim)
    for direction, ending in enumerate(("", "_reverse")):
        for name, weights in (("ih", inward[direction]), ("hh", back[direction])):
            whole = own[f"lstm.weight_{name}_l0{ending}"]
            oriented = weights if weights.shape == tuple(whole.shape) else weights.T
            own[f"lstm.weight_{name}_l0{ending}"] = _same_shape(_reordered(oriented), whole)
        for name, bias in zip(("ih", "hh"), np.split(biases[direction], 2), strict=True):
            own[f"lstm.bias_{name}_l0{ending}"] = _same_shape(
                _reordered(bias), own[f"lstm.bias_{name}_l0{ending}"]
            )


def _reordered(gates: _Weights) -> _Weights:
    parts = np.split(gates, 4)
    return np.concatenate([parts[number] for number in GATES])


def _anonymous(held: Mapping[str, _Weights], kind: str) -> Iterator[_Weights]:
    """Return numbered weights in the order of the layers."""
    start = f"onnx::{kind}_"
    numbered = {
        int(name.removeprefix(start)): value for name, value in held.items() if name.startswith(start)
    }
    return iter([numbered[number] for number in sorted(numbered)])


def _same_shape(weights: _Weights, wanted: Tensor) -> Tensor:
    if weights.shape != tuple(wanted.shape):
        raise ValueError(f"{weights.shape} instead of {tuple(wanted.shape)}")
    return torch.tensor(weights, dtype=torch.float32)


def normed_convolutions(network: CtcNetwork) -> Iterator[tuple[str, str]]:
    """Yield the names of each convolution of the tower and of the norm after it, in the order of the layers."""
    waiting = ""
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            waiting = name
        elif isinstance(module, nn.BatchNorm2d):
            yield waiting, name


def _settle_norms(network: CtcNetwork, lines: Tensor) -> None:
    """Set the statistics of each norm from its inputs, and compensate them by its weight and bias."""
    network.eval()
    statistics: dict[nn.BatchNorm2d, tuple[Tensor, Tensor]] = {}

    def note(norm: nn.Module, inward: tuple[Tensor, ...]) -> None:
        assert isinstance(norm, nn.BatchNorm2d)
        statistics[norm] = inward[0].mean((0, 2, 3)), inward[0].var((0, 2, 3))

    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    with torch.no_grad():
        for norm in norms:  # after the export a norm only adds its bias
            norm.running_mean, norm.running_var = torch.zeros_like(norm.bias), torch.ones_like(norm.bias)
            norm.weight.fill_((1 + norm.eps) ** 0.5)
        hooks = [norm.register_forward_pre_hook(note) for norm in norms]
        network(lines)
        for hook in hooks:
            hook.remove()
        for norm, (mean, spread) in statistics.items():
            norm.running_mean, norm.running_var = mean, spread
            norm.weight.copy_((spread + norm.eps).sqrt())
            norm.bias.add_(mean)
