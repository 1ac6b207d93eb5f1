"""Resampling: turns, scale, skew and perspective as one matrix that is applied once."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.base.model import Box, Matrix, Pixels


def quarter_turn(turn: int, size: tuple[int, int]) -> tuple[Matrix, tuple[int, int]]:
    """Return the matrix (3, 3) and the new (width, height) of a clockwise turn by 0, 90, 180 or 270 degrees."""
    width, height = size
    matrices = {
        0: ([[1, 0, 0], [0, 1, 0]], (width, height)),
        90: ([[0, -1, height - 1], [1, 0, 0]], (height, width)),
        180: ([[-1, 0, width - 1], [0, -1, height - 1]], (width, height)),
        270: ([[0, 1, 0], [-1, 0, width - 1]], (height, width)),
    }
    rows, new_size = matrices[turn]
    return np.array([*rows, [0, 0, 1]], float), new_size


def deskew_matrix(level: float, upright: float, size: tuple[int, int]) -> tuple[Matrix, tuple[int, int]]:
    """Return the matrix (3, 3) and the new (width, height) that make skewed lines level and upright.

    The canvas grows so that nothing is cut off.

    Args:
        level: Angle of the horizontal lines in degrees, clockwise positive.
        upright: Angle of the vertical lines in degrees, clockwise positive.
        size: (width, height) of the picture.
    """
    width, height = size
    across, down = np.radians(level), np.radians(upright)
    axes = np.array([[np.cos(across), -np.sin(down), 0], [np.sin(across), np.cos(down), 0], [0, 0, 1.0]])
    middle = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
    matrix: Matrix = np.linalg.inv(axes) @ middle
    corners = transform_points(matrix, np.array([[0, 0], [width, 0], [width, height], [0, height]], float))
    low, high = corners.min(axis=0), corners.max(axis=0)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], float)
    # a tilt of less than a pixel in a million is rounding and no reason to grow
    new_width, new_height = np.ceil(high - low - 1e-6).astype(int)
    return shift @ matrix, (int(new_width), int(new_height))


def transform_points(matrix: Matrix, points: Matrix) -> Matrix:
    """Return points (n, 2) mapped through a matrix (3, 3)."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    result: Matrix = homogeneous[:, :2] / homogeneous[:, 2:]
    return result


def halved(pixels: Pixels) -> Pixels:
    """Return an image (height, width, 3) at half its size, each pixel the rounded mean of four.

    A last row or column without a neighbour stands for itself, as Pillow's ``reduce(2)`` has it.
    """
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        bordered = cv2.copyMakeBorder(pixels, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        pixels = np.asarray(bordered, np.uint8)
    size = ((width + 1) // 2, (height + 1) // 2)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def warp_image(pixels: Pixels, matrix: Matrix, size: tuple[int, int]) -> Pixels:
    """Return the image mapped through ``matrix`` onto a canvas of that (width, height).

    What lies beyond the picture takes the colour of its edge.
    """
    shrinking = abs(np.linalg.det(matrix[:2, :2])) < 0.7
    flags = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    if shrinking and np.allclose(matrix, np.diag(np.diag(matrix))):
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    moved_pixels = cv2.warpPerspective(pixels, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved_pixels, np.uint8)


def homography(source: Matrix, target: Matrix) -> Matrix:
    """Return the homography (3, 3) that maps four source corners onto four target corners, both (4, 2)."""
    return cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32)).astype(float)


def crop_rectified(pixels: Pixels, matrix: Matrix, box: Box, scale: float) -> Pixels:
    """Return what lies in a box of the rectified page, taken from the original in one resampling.

    Enlarging then blurs no more than it must. What lies beyond the original takes the colour of its edge.

    Args:
        pixels: The original, (h, w) or (h, w, 3).
        matrix: (3, 3) from the original to the rectified page.
        box: What is wanted, in pixels of the rectified page.
        scale: How many pixels of the result are one of the rectified page.
    """
    size = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    move = np.array([[scale, 0, -scale * box.left], [0, scale, -scale * box.top], [0, 0, 1]])
    whole: Matrix = move @ matrix
    if abs(np.linalg.det(whole[:2, :2])) <= 1:
        return warp_image(pixels, whole, size)
    cut = cv2.warpPerspective(pixels, whole, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def rectifying_homography(
    corners: Matrix, page: tuple[int, int], limit: int
) -> tuple[Matrix, tuple[int, int], Matrix]:
    """Return the one warp from the original onto the rectified page, on which the printed frame is a rectangle.

    Args:
        corners: (4, 2) the frame in the original's pixels, clockwise from its top left as read.
        page: (width, height) of the original, all of which the canvas holds.
        limit: The most pixels a side of the canvas may have.

    Returns:
        The matrix (3, 3), the (width, height) of the canvas and the frame's corners (4, 2) on it.
    """
    heights = [np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])]
    widths = [np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3])]
    height, width = float(np.mean(heights)), float(np.mean(widths))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    matrix = homography(corners, target)
    w, h = page
    outline = transform_points(matrix, np.array([[0, 0], [w, 0], [w, h], [0, h]], float))
    low, high = outline.min(axis=0), outline.max(axis=0)
    low = np.maximum(low, -0.25 * np.array([width, height]))
    high = np.minimum(high, 1.25 * np.array([width, height]))
    scale = min(1.0, limit / float((high - low).max()))
    shift = np.array([[scale, 0, -scale * low[0]], [0, scale, -scale * low[1]], [0, 0, 1]])
    size = np.ceil((high - low) * scale).astype(int)
    return shift @ matrix, (int(size[0]), int(size[1])), transform_points(shift, target)
