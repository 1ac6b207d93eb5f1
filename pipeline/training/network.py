"""The networks: a convolutional tower over the picture, a mixer along the line, then CTC letters.

Networks of different types make different errors. Towers: ``residual`` (small residual blocks, trained from scratch)
and ``pretrained`` (the encoder of PP-OCRv6, pretrained on many languages). Mixers: ``convolutional`` (gated depthwise
convolutions with a wide view) and ``hybrid`` (the same, then a bidirectional LSTM layer).

Source:
    Shi et al., "An End-to-End Trainable Neural Network for Image-based Sequence Recognition" (CRNN, 2015); Graves et
    al., "Connectionist Temporal Classification" (2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.base.text.tones import TONED_VOWELS
from pipeline.recognition.ocr.line_image import HEIGHT
from pipeline.training.pretrained_tower import PretrainedTower

_LOWER = "".join(dict.fromkeys("abcdefghijklmnopqrstuvwxyz" + "đ" + TONED_VOWELS))

SIGNS = "/-.,():;'\"+&%*?!="

LETTERS = " 0123456789" + _LOWER + _LOWER.upper() + SIGNS
"""The space first, then digits, all Latin and Vietnamese letters in both cases, and signs. NFC."""

UNLABELLED = frozenset('-.,():;"+&%*?!=')
"""Signs omitted from the labels of real lines (see their SOURCE)."""


def folded_classes() -> tuple[tuple[int, ...], str]:
    """Return the folded class of every network class (0 is no letter), and the folded letters (class 1 first).

    Lines whose labels lack case and punctuation are scored on folded classes.
    """
    letters = "".join(dict.fromkeys(letter.lower() for letter in LETTERS if letter not in UNLABELLED))
    where = {letter: number + 1 for number, letter in enumerate(letters)}
    return (0, *(where.get(letter.lower(), 0) for letter in LETTERS)), letters


Mixer = Literal["convolutional", "hybrid"]

Tower = Literal["residual", "pretrained"]


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """The shape of a network.

    Attributes:
        mixer: Type of the mixer along the line.
        tower: Type of the tower.
        height: Rows of the picture.
        channels: Channels of the four stages of a residual tower.
        blocks: Residual blocks of the last three stages.
        width: Width of the mixer.
        depth: Convolutional layers of the mixer.
        view: Steps in the window of a convolution of the mixer.
        memory: LSTM units in each direction.
        dropout: Share of dropped values.
    """

    mixer: Mixer = "hybrid"
    tower: Tower = "residual"
    height: int = HEIGHT
    channels: tuple[int, int, int, int] = (32, 64, 128, 192)
    blocks: tuple[int, int, int] = (1, 1, 1)
    width: int = 224
    depth: int = 2
    view: int = 11
    memory: int = 224
    dropout: float = 0.2


NETWORKS = {
    "convolutional": NetworkOptions(mixer="convolutional", width=256, depth=6, view=11),
    "tall": NetworkOptions(
        mixer="hybrid", height=48, blocks=(1, 2, 2), width=320, depth=4, view=11, memory=256
    ),
    "pretrained": NetworkOptions(
        mixer="hybrid", tower="pretrained", height=48, width=256, depth=3, view=11, memory=192
    ),
}
"""The named networks."""


class _Convolution(nn.Sequential):
    def __init__(self, inward: int, outward: int, size: int = 3, stride: int | tuple[int, int] = 1) -> None:
        super().__init__(
            nn.Conv2d(inward, outward, size, stride, size // 2, bias=False),
            nn.BatchNorm2d(outward),
            nn.ReLU(inplace=True),
        )


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _Convolution(channels, channels)
        self.second = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.norm(self.second(self.first(x))))


class _Gated(nn.Module):
    """A wide depthwise convolution along the line and a gated mix of channels, as a residual block."""

    def __init__(self, width: int, view: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.along = nn.Conv1d(width, width, view, padding=view // 2, groups=width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        y = self.along(self.norm(x).transpose(1, 2)).transpose(1, 2)
        value, gate = self.widen(y).chunk(2, dim=2)
        return x + self.narrow(value * torch.sigmoid(gate))  # type: ignore[no-any-return]


def _residual_tower(options: NetworkOptions) -> nn.Sequential:
    first, second, third, fourth = options.channels
    blocks = options.blocks
    return nn.Sequential(
        _Convolution(1, first, 5, 2),
        _Convolution(first, second, 3, 2),
        *(_Residual(second) for _ in range(blocks[0])),
        _Convolution(second, third, 3, (2, 1)),
        *(_Residual(third) for _ in range(blocks[1])),
        _Convolution(third, fourth, 3, (2, 1)),
        *(_Residual(fourth) for _ in range(blocks[2])),
    )


class CtcNetwork(nn.Module):
    """A network from the ink of lines to the scores of letters before the softmax.

    Its input is (lines, 1, ``options.height``, width), ink 0 to 1; its output is (lines, width / 4, 1 + letters).
    """

    def __init__(self, options: NetworkOptions = NetworkOptions()) -> None:
        super().__init__()
        self.options = options
        self.tower = PretrainedTower() if options.tower == "pretrained" else _residual_tower(options)
        channels = PretrainedTower.CHANNELS if options.tower == "pretrained" else options.channels[-1]
        rows = options.height
        for _ in range(4):
            rows = (rows + 1) // 2
        self.flatten = nn.Linear(rows * channels, options.width)
        self.drop = nn.Dropout(options.dropout)
        width = options.width
        self.gates = nn.Sequential(*(_Gated(width, options.view) for _ in range(options.depth)))
        self.norm = nn.LayerNorm(width)
        if options.mixer == "hybrid":
            self.lstm = nn.LSTM(width, options.memory, batch_first=True, bidirectional=True)
            width = 2 * options.memory
        self.letters = nn.Linear(width, 1 + len(LETTERS))

    def forward(self, lines: Tensor) -> Tensor:
        columns = self.tower(lines).permute(0, 3, 1, 2).flatten(2)
        x = self.drop(functional.relu(self.flatten(columns)))
        x = self.norm(self.gates(x))
        if self.options.mixer == "hybrid":
            x, _ = self.lstm(x)
        x = self.drop(x)
        scores: Tensor = self.letters(x)
        return scores
