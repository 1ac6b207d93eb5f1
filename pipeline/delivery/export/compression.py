"""The picture of a page as a JPEG of at most the wanted size: the best quality and resolution that fit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from pipeline.base.model import Box, Pixels
from pipeline.delivery.export.package_values import TextSpan
from pipeline.delivery.export.pdf_writing import PicturePage

A4_SQUARE_INCHES = 210 * 297 / 25.4**2
SCALES = (150.0, 130.0, 110.0, 96.0)
"""Pixels an inch that are tried, the finest first."""

QUALITIES = (75, 65, 55, 48, 42, 36, 30)
"""JPEG qualities that are tried on each; under the last one, fine strokes of a pen break up."""

MOST_SAVED = 1.05
"""A picture that is at most so many times too large is tried as a progressive JPEG before it is made coarser."""


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """How copies are made.

    Attributes:
        kilobytes: What the picture of an A4 page may take (1 kB = 1,000 bytes); other sizes in proportion.
    """

    kilobytes: float = 96.0


@dataclass
class JpegCompressor:
    """Finds the best of ``QUALITIES`` at which a picture fits.

    The pages of a book are alike, so a search begins at the quality that the last picture took at the same step. The
    result does not depend on where it begins: a lower quality never makes a larger file.
    """

    _starts: dict[int, int] = field(default_factory=dict)

    def compress(self, picture: Image.Image, allowed: float, step: int) -> bytes:
        """Return the picture at the best quality that takes at most ``allowed`` bytes, or at the lowest one.

        Args:
            picture: The picture.
            allowed: The bytes.
            step: How many times it was made coarser.
        """
        at = self._starts.get(step, len(QUALITIES) // 2)
        jpeg = encode_jpeg(picture, QUALITIES[at])
        if len(jpeg) <= allowed:
            jpeg, at = self._finest(picture, allowed, jpeg, at)
        while len(jpeg) > allowed and at < len(QUALITIES) - 1:
            at += 1
            jpeg = encode_jpeg(picture, QUALITIES[at])
        self._starts[step] = at
        if allowed < len(jpeg) <= MOST_SAVED * allowed:
            jpeg = min(jpeg, encode_jpeg(picture, QUALITIES[at], progressive=True), key=len)
        return jpeg

    def _finest(self, picture: Image.Image, allowed: float, jpeg: bytes, at: int) -> tuple[bytes, int]:
        """Raise the quality from one that fits to the best that does."""
        while at > 0:
            finer = encode_jpeg(picture, QUALITIES[at - 1])
            if len(finer) > allowed:
                break
            jpeg, at = finer, at - 1
        return jpeg, at


def compress_page(
    pixels: Pixels,
    dpi: float,
    texts: Sequence[TextSpan],
    options: CopyOptions = CopyOptions(),
    compressor: JpegCompressor | None = None,
) -> PicturePage:
    """Return a page as a JPEG of at most the wanted size.

    First the quality is lowered, then the resolution, and never under the last of each.

    Args:
        pixels: The picture, at ``dpi`` pixels an inch.
        dpi: Its resolution.
        texts: The text layer, in pixels of the picture.
        options: The wanted size.
        compressor: Where to begin the search.
    """
    compressor = compressor or JpegCompressor()
    height, width = pixels.shape[:2]
    allowed = 1000 * options.kilobytes * (width * height / dpi**2) / A4_SQUARE_INCHES
    whole = Image.fromarray(pixels)
    jpeg, size, used = b"", whole.size, dpi
    for step, used in enumerate(dict.fromkeys(min(scale, dpi) for scale in SCALES)):
        size = scaled_size((width, height), used / dpi)
        picture = whole if size == whole.size else whole.resize(size, Image.Resampling.LANCZOS)
        jpeg = compressor.compress(picture, allowed, step)
        if len(jpeg) <= allowed:
            break
    scale = size[0] / width
    return PicturePage(jpeg, size, used, tuple(scaled_span(text, scale) for text in texts))


def encode_jpeg(picture: Image.Image, quality: int, *, progressive: bool = False) -> bytes:
    """Return the picture in colour as a JPEG with Huffman tables of its own.

    A progressive one shows the same pixels, is 1 to 4 % smaller and takes 2.5 times as long.
    """
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True, progressive=progressive, subsampling="4:2:0")
    return file.getvalue()


def scaled_size(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return width and height at a scale, a pixel at least."""
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def scaled_span(span: TextSpan, scale: float) -> TextSpan:
    """Return a text of the layer where it lies at a scale."""
    box = span.box
    return TextSpan(span.text, Box(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale))
