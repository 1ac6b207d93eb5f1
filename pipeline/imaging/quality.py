"""How usable a picture of a page is."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.model import Pixels, Quality


def quality_of(grey: Pixels, dpi: float) -> Quality:
    """Sharpness, contrast and dark edges of a grey page, measured on a copy 850 pixels wide (100 dpi of an A4 page)."""
    scale = 850 / grey.shape[1]
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    paper = float(np.percentile(small, 90))
    ink = float(np.percentile(small, 1))
    edges = cv2.Laplacian(small, cv2.CV_32F)
    strong = np.abs(edges) > 30
    rim = max(4, small.shape[1] // 60)
    border = np.concatenate(
        [small[:rim].ravel(), small[-rim:].ravel(), small[:, :rim].ravel(), small[:, -rim:].ravel()]
    )
    return Quality(
        sharpness=float(edges[strong].var()) if strong.any() else 0.0,
        contrast=paper - ink,
        dark_edges=float((border < 0.35 * paper).mean()),
        dpi=dpi,
    )
