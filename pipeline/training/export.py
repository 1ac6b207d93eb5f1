"""Export of a trained network to a folder of ``ocr_models/``: ONNX weights and the card."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from pipeline.base.files import sha256_of_file
from pipeline.base.text.toml_text import toml_value
from pipeline.recognition.ocr.models import TrainingStage
from pipeline.training.dataset import LineScore
from pipeline.training.network import LETTERS, CtcNetwork
from pipeline.training.quantize import quantize

log = logging.getLogger(__name__)

WEIGHTS = "model.onnx"


class _Reader(nn.Module):
    """The network with the softmax expected by readers."""

    def __init__(self, network: CtcNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, lines: Tensor) -> Tensor:
        return self.network(lines).log_softmax(2)  # type: ignore[no-any-return]


def write_onnx(network: CtcNetwork, path: Path, lines: Sequence[Tensor] = ()) -> None:
    """Write the network as ONNX.

    Args:
        path: The file.
        lines: Batches (lines, 1, height, width) like those to read; they give the activation ranges for eight-bit
            quantization. Without them the weights stay in full precision.
    """
    reader, height = _Reader(network).eval(), network.options.height
    whole = path.with_name(path.name + ".whole")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reader,
            (torch.zeros(2, 1, height, 8 * height),),
            whole,
            input_names=["lines"],
            output_names=["log_chances"],
            dynamic_axes={"lines": {0: "lines", 3: "width"}, "log_chances": {0: "lines", 1: "steps"}},
            opset_version=17,
            dynamo=False,
        )
    if not lines:
        whole.replace(path)
        return
    quantize(whole, path, lines)
    log.info("weights quantized: %d bytes of %d", path.stat().st_size, whole.stat().st_size)
    whole.unlink()


def onnx_network(path: Path) -> Callable[[Tensor], Tensor]:
    """Return the network in a file, on a single thread, so that scores are those of the shipped model."""
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda lines: torch.from_numpy(session.run(None, {"lines": lines.numpy()})[0])


def model_height(path: Path) -> int:
    """Return the rows of the picture that the network of a file sees."""
    import onnx

    graph = onnx.load(str(path), load_external_data=False).graph
    return int(graph.input[0].type.tensor_type.shape.dim[2].dim_value)


@dataclass(frozen=True)
class TrainedModel:
    """A trained model, for its card.

    Attributes:
        name: Name of the model and its folder.
        steps: Number of steps of this stage, without those of its parent.
        history: All stages of the training, oldest first; the last is the finished stage.
        scores: Scores by name of the set of lines.
        limits: The limitations of the model.
    """

    name: str
    network: CtcNetwork
    steps: int
    history: Sequence[TrainingStage]
    licence: str
    scores: Mapping[str, LineScore]
    limits: str


def write_card(folder: Path, model: TrainedModel) -> None:
    """Write ``model.toml`` next to the weights."""
    sha256 = sha256_of_file(folder / WEIGHTS)
    parameters = sum(parameter.numel() for parameter in model.network.parameters())
    options = model.network.options
    stage_of_card = model.history[-1]
    lines = [
        "# A reader of handwritten lines. Written by `hotich train`; do not edit.",
        f"# {options.tower} tower, {options.mixer} mixer, width {options.width}, depth {options.depth},",
        f"# {parameters / 1e6:.2f} million parameters,",
        f"# this stage: {model.steps} steps in {stage_of_card.minutes or 0:.0f} CPU minutes.",
        f"name = {toml_value(model.name)}",
        'engine = "ctc-line"',
        'reads = ["handwriting"]',
        f"files = [[{toml_value(WEIGHTS)}, {toml_value(sha256)}]]",
        f"letters = {toml_value(LETTERS)}",
        f"height = {options.height}",
        f"licence = {toml_value(model.licence)}",
        f"training_data = {toml_value(' '.join(stage_of_card.data))}",
        f"measured = {toml_value(_format_scores(model.scores))}",
        f"limits = {toml_value(model.limits)}",
    ]
    for stage in model.history:
        lines += ["", "[[history]]", *_stage_lines(stage)]
    (folder / "model.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _stage_lines(stage: TrainingStage) -> list[str]:
    lines = [f"what = {toml_value(stage.what)}"]
    lines += [] if stage.minutes is None else [f"minutes = {stage.minutes:.6g}"]
    lines += [] if stage.seed is None else [f"seed = {stage.seed}"]
    lines += [f"command = {toml_value(stage.command)}"] if stage.command else []
    lines += [f"from_sha256 = {toml_value(stage.from_sha256)}"] if stage.from_sha256 else []
    return [*lines, "data = [", *(f"  {toml_value(sentence)}," for sentence in stage.data), "]"]


def _format_scores(scores: Mapping[str, LineScore]) -> str:
    return " ".join(f"{name}: {_format_score(score)}" for name, score in scores.items())


def _format_score(score: LineScore) -> str:
    text = (
        f"best path, no lexicon, CER {100 * score.cer:.2f} % of characters (case and punctuation aside), "
        f"{100 * score.exact:.1f} % of lines without an error."
    )
    if len(score.by_writer) > 1:
        worst = sorted(score.by_writer.items(), key=lambda pair: -pair[1])
        text += " By writer, worst first: " + ", ".join(f"{w} {100 * cer:.1f} %" for w, cer in worst) + "."
    return text
