"""Page pictures as JPEG of a bounded size, at the best quality and resolution that fit."""

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
"""Resolutions to try, in pixels per inch, finest first."""

QUALITIES = (75, 65, 55, 48, 42, 36, 30)
"""JPEG qualities to try at each resolution; below the last, fine pen strokes break up."""

MOST_SAVED = 1.05
"""A picture at most this many times too large is tried as a progressive JPEG before its resolution is lowered."""


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """Size of the copies.

    Attributes:
        kilobytes: Size of the picture of an A4 page (1 kB = 1,000 bytes) at the finest of ``SCALES``; other paper sizes
            and finer resolutions in proportion to their pixels.
        dpi: The finest resolution. Finer than ``SCALES`` it is kept, and the quality alone is lowered.
    """

    kilobytes: float = 96.0
    dpi: float = SCALES[0]

    @property
    def scales(self) -> tuple[float, ...]:
        """The resolutions to try, finest first."""
        return (self.dpi,) if self.dpi > SCALES[0] else SCALES


@dataclass
class JpegCompressor:
    """Search for the best of ``QUALITIES`` at which a picture fits.

    The pages of a book are alike, so a search starts at the quality of the last picture of the same step. The start
    does not change the result: a lower quality never makes a larger file.
    """

    _starts: dict[int, int] = field(default_factory=dict)

    def compress(self, picture: Image.Image, allowed: float, step: int) -> bytes:
        """Return the picture at the best quality that fits into ``allowed`` bytes, else at the lowest quality.

        Args:
            allowed: Size limit in bytes.
            step: Number of times the resolution was lowered.
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
        """Raise a fitting quality to the best fitting quality."""
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

    The quality is lowered before the resolution; neither falls below its last step, even if the picture is still too
    large.

    Args:
        pixels: The picture, at ``dpi`` pixels an inch.
        texts: The text layer, in pixels of the picture.
        options: The wanted size.
        compressor: Holds the start of the search.
    """
    compressor = compressor or JpegCompressor()
    height, width = pixels.shape[:2]
    allowed = 1000 * options.kilobytes * (width * height / dpi**2) / A4_SQUARE_INCHES
    allowed *= max(1.0, min(options.dpi, dpi) / SCALES[0]) ** 2
    whole = Image.fromarray(pixels)
    jpeg, size, used = b"", whole.size, dpi
    for step, used in enumerate(dict.fromkeys(min(scale, dpi) for scale in options.scales)):
        size = scaled_size((width, height), used / dpi)
        picture = whole if size == whole.size else whole.resize(size, Image.Resampling.LANCZOS)
        jpeg = compressor.compress(picture, allowed, step)
        if len(jpeg) <= allowed:
            break
    scale = size[0] / width
    return PicturePage(jpeg, size, used, tuple(scaled_span(text, scale) for text in texts))


def encode_jpeg(picture: Image.Image, quality: int, *, progressive: bool = False) -> bytes:
    """Return the picture as a colour JPEG with optimized Huffman tables.

    A progressive JPEG shows the same pixels, is 1 to 4 % smaller and takes 2.5 times as long.
    """
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True, progressive=progressive, subsampling="4:2:0")
    return file.getvalue()


def scaled_size(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return width and height at a scale, each at least 1 pixel."""
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def scaled_span(span: TextSpan, scale: float) -> TextSpan:
    """Return a text of the text layer, moved to its place at a scale."""
    box = span.box
    return TextSpan(span.text, Box(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale))
