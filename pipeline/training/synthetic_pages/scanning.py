"""The effects of a scanner or a telephone on a sheet, and the files of delivered pages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image

from pipeline.base.model import Box, Matrix, Pixels
from pipeline.training.synthetic_pages.synthesis_options import Container, ScannerOptions

Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A delivered page.

    Attributes:
        pixels: (height, width, 3) RGB.
        matrix: (3, 3) from the flat sheet's pixels to these.
        skew: Degrees, clockwise positive.
        turn: Rotation at delivery, in degrees clockwise (quarter turns).
    """

    pixels: Pixels
    matrix: Matrix
    skew: float
    turn: int


def scan_sheet(
    sheet: Pixels, behind: Pixels | None, dpi: float, options: ScannerOptions, rng: np.random.Generator
) -> ScannedPage:
    """Return a sheet as delivered.

    Args:
        sheet: (height, width, 3) RGB of the flat sheet.
        behind: The sheet whose ink shows through, or ``None``.
    """
    paper = sheet
    low, high = options.show_through
    if behind is not None and high > 0:
        paper = _add_show_through(paper, behind, float(rng.uniform(low, high)), dpi, rng)
    matrix, skew, size = _geometry(paper.shape[1], paper.shape[0], options, rng)
    lid = float(rng.uniform(18, 90)) if rng.random() < options.dark_edges else float(rng.uniform(238, 252))
    pixels = cv2.warpPerspective(
        paper,
        matrix,
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(lid, lid, lid),
    )
    if options.blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), options.blur * dpi / 300 * float(rng.uniform(0.6, 1.1)))
    pixels = _apply_light(np.asarray(pixels, np.uint8), options, rng)
    turn = int(rng.choice([90, 180, 270])) if rng.random() < options.turned else 0
    return _turn_page(ScannedPage(pixels, matrix, skew, 0), turn)


def _add_show_through(
    paper: Pixels, behind: Pixels, strength: float, dpi: float, rng: np.random.Generator
) -> Pixels:
    """Lay the mirrored ink of the page behind, soft and weak, under the page's own ink."""
    small = cv2.resize(behind[:, ::-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(0.6, 1.1 * dpi / 300))
    shift = rng.normal(0, dpi / 25.4 * 1.2, 2) / 2
    moved = cv2.warpAffine(
        small,
        np.array([[1, 0, shift[0]], [0, 1, shift[1]]]),
        (small.shape[1], small.shape[0]),
        borderValue=(255, 255, 255),
    )
    full = cv2.resize(moved, (paper.shape[1], paper.shape[0]), interpolation=cv2.INTER_LINEAR)
    light = cv2.convertScaleAbs(full, alpha=strength, beta=255 * (1 - strength))
    return np.asarray(cv2.multiply(paper, light, scale=1 / 255), np.uint8)


def _geometry(
    width: int, height: int, options: ScannerOptions, rng: np.random.Generator
) -> tuple[Matrix, float, tuple[int, int]]:
    """Return a rotation about the middle and a slight perspective as a matrix, the skew, and the size of the picture.

    Some of the scanner's bed shows around the sheet, or some of the paper is cut off.
    """
    skew = float(rng.uniform(-options.skew, options.skew))
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -skew, 1.0), [0, 0, 1]])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    bent = corners + rng.uniform(-1, 1, (4, 2)).astype(np.float32) * np.float32(options.perspective * width)
    matrix = cv2.getPerspectiveTransform(corners, bent) @ turn
    moved_corners = cv2.perspectiveTransform(corners[None].astype(np.float64), matrix)[0]
    if not options.skew and not options.perspective:
        return np.asarray(matrix, np.float64), skew, (width, height)
    margin = rng.uniform(-0.012, 0.008, 4) * width
    low, high = moved_corners.min(axis=0) - margin[:2], moved_corners.max(axis=0) + margin[2:]
    moved = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]]) @ matrix
    return np.asarray(moved, np.float64), skew, (int(high[0] - low[0]), int(high[1] - low[1]))


def _apply_light(pixels: Pixels, options: ScannerOptions, rng: np.random.Generator) -> Pixels:
    """Add paper colour and mottle, uneven light and sensor noise."""
    height, width = pixels.shape[:2]
    tone = 1 - options.paper_tone * np.array([0.04, 0.055, 0.11]) * rng.uniform(0.5, 1.3)
    shape = (height // 16 + 1, width // 16 + 1)
    light: Grey = np.ones(shape, np.float32)
    if options.uneven_light:
        light = light - _gradient(shape, rng) * np.float32(options.uneven_light)
    if options.paper_tone:
        mottle = cv2.GaussianBlur(rng.normal(0, 1, shape).astype(np.float32), (0, 0), 1.5)
        light = light + np.asarray(mottle, np.float32) * np.float32(0.016 * options.paper_tone)
    small = np.clip(light[..., None] * tone, 0, 1.0) * 255
    veil = cv2.resize(small.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    pixels = np.asarray(cv2.multiply(pixels, veil, scale=1 / 255), np.uint8)
    if options.noise:
        pixels = _add_noise(pixels, options.noise, rng)
    return pixels


def _gradient(shape: tuple[int, int], rng: np.random.Generator) -> Grey:
    """Return a smooth darkening 0 to 1 towards a side and the corners."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    y, x = y / shape[0] - 0.5, x / shape[1] - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    side = 0.5 + (x * np.cos(angle) + y * np.sin(angle)) * 0.7
    return np.asarray(np.clip(0.6 * side + 0.8 * (x**2 + y**2), 0, 1), np.float32)


def _add_noise(pixels: Pixels, sigma: float, rng: np.random.Generator) -> Pixels:
    """Add sensor noise from a tile shifted from strip to strip; fresh noise for every pixel takes seconds."""
    tile = np.clip(rng.normal(0, 1.6 * sigma, (512, 512)), -100, 100).astype(np.int16)
    tile = np.asarray(cv2.GaussianBlur(tile, (0, 0), 0.6), np.int16)
    height, width = pixels.shape[:2]
    noisy = np.empty_like(pixels)
    for top in range(0, height, 512):
        strip = np.roll(tile, int(rng.integers(512)), axis=1)[: height - top]
        strip = np.tile(strip, (1, width // 512 + 1))[:, :width]
        cv2.add(pixels[top : top + 512], cv2.merge([strip] * 3), noisy[top : top + 512], dtype=cv2.CV_8U)
    return noisy


def _turn_page(page: ScannedPage, turn: int) -> ScannedPage:
    """Return the page rotated by ``turn`` degrees clockwise."""
    if turn == 0:
        return page
    height, width = page.pixels.shape[:2]
    codes = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    moves = {
        90: [[0, -1, height], [1, 0, 0], [0, 0, 1]],
        180: [[-1, 0, width], [0, -1, height], [0, 0, 1]],
        270: [[0, 1, 0], [-1, 0, width], [0, 0, 1]],
    }
    pixels = cv2.rotate(page.pixels, codes[turn])
    return ScannedPage(
        np.asarray(pixels, np.uint8), np.array(moves[turn], np.float64) @ page.matrix, page.skew, turn
    )


def quad(box: Box, matrix: Matrix) -> list[float]:
    """Return the box's corners on the delivered page, clockwise from the text's top left: x0, y0 … x3, y3."""
    across, down = (box.left, box.right, box.right, box.left), (box.top, box.top, box.bottom, box.bottom)
    corners = np.array([list(zip(across, down, strict=True))], np.float64)
    return [round(float(value), 1) for value in cv2.perspectiveTransform(corners, matrix).ravel()]


def encode_jpeg(pixels: Pixels, dpi: int, quality: int) -> bytes:
    """Return the page as a JPEG file (4:2:0) with its resolution."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(
        buffer, "JPEG", quality=quality, dpi=(dpi, dpi), subsampling=2, optimize=True
    )
    return buffer.getvalue()


def write_pages(
    folder: Path, stem: str, container: Container, pages: Sequence[bytes], dpi: int, quality: int
) -> list[tuple[str, int]]:
    """Write JPEG pages into a folder as a scanner delivers them.

    Args:
        folder: Target folder; created if missing.
        stem: File name, or the part of the file names before the number.
        container: ``pdf``, ``tiff`` or ``jpeg``.
        pages: The pages as JPEG files.
        quality: JPEG quality of a TIFF.

    Returns:
        File name and page number, from 1, of each page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if container == "jpeg":
        names = [f"{stem}.{number:03}.jpg" for number in range(1, len(pages) + 1)]
        for name, page in zip(names, pages, strict=True):
            (folder / name).write_bytes(page)
        return [(name, 1) for name in names]
    name = f"{stem}.{'pdf' if container == 'pdf' else 'tif'}"
    if container == "pdf":
        _write_pdf(folder / name, pages, dpi)
    else:
        _write_tiff(folder / name, pages, dpi, quality)
    return [(name, number) for number in range(1, len(pages) + 1)]


def _write_pdf(path: Path, pages: Sequence[bytes], dpi: int) -> None:
    """Write a page for each image, with the JPEG bytes embedded unchanged."""
    with pikepdf.new() as pdf:
        for page in pages:
            with Image.open(io.BytesIO(page)) as image:
                width, height = image.size
            picture = pikepdf.Stream(
                pdf, page, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height,
                ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
            points = width * 72 / dpi, height * 72 / dpi
            sheet = pdf.add_blank_page(page_size=points)
            sheet.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
            sheet.obj.Contents = pikepdf.Stream(pdf, b"q %.3f 0 0 %.3f 0 0 cm /Im0 Do Q" % points)
        pdf.save(path, deterministic_id=True)


def _write_tiff(path: Path, pages: Sequence[bytes], dpi: int, quality: int) -> None:
    """Write JPEG-compressed strips, as office scanners do."""
    images = [Image.open(io.BytesIO(page)).convert("YCbCr") for page in pages]
    images[0].save(
        path,
        "TIFF",
        save_all=True,
        append_images=images[1:],
        compression="jpeg",
        quality=quality,
        dpi=(dpi, dpi),
    )
