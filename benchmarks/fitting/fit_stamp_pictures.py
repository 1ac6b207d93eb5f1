"""How far are two pictures of one stamp the same, and how far two of different stamps? (``stamp_pictures.SAME``)

    python -m benchmarks.fitting.fit_stamp_pictures [--seed N] [--stamps N]

Stamps of made-up names are drawn worn and turned, each half of them crossed by a dark stroke as a signature crosses
them. The shares of strokes are compared over all pairs: of one name, by how many of the two are crossed, of names that
differ in marks or one letter alone, and of other names.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from itertools import combinations

import numpy as np
from rapidfuzz.distance import Levenshtein

from benchmarks.figures import say
from pipeline.base.model import Pixels
from pipeline.base.text.tones import unaccented
from pipeline.layout.imaging.stamp_pictures import (
    SAME,
    StampPicture,
    pack_picture,
    place_on,
    unpack_picture,
)
from pipeline.training.synthetic_pages.stamps import text_mask, wear_stamp

NAMES = (
    "Trần Thị Như", "Trần Thị Nhu", "Nguyễn Văn An", "Nguyễn Văn Ân", "Lê Thị Thử", "Lê Thị Thu", "Phạm Minh Tuấn",
    "Phan Minh Tuấn", "Hoàng Thị Kim Liên", "Huỳnh Công Minh", "Đặng Quốc Bảo", "Đỗ Thị Bích", "Võ Thành Nhân",
    "Vũ Thành Nhân", "Bùi Xuân Hải", "Trương Ngọc Ánh", "NGUYỄN VĂN AN", "Dương Tấn Lộc", "Ngô Hữu Phước", "Lý Thị Hoa",
)  # fmt: skip

DPI = 200.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--stamps", type=int, default=6, help="stamps of each name")
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    stamps = [
        (name, number % 2, StampPicture(unpack_picture(pack_picture(_stamp(name, rng, number % 2 > 0), DPI))))
        for name in NAMES
        for number in range(chosen.stamps)
    ]
    shares: dict[str, list[float]] = defaultdict(list)
    for (name, crossed, picture), (other, also, on) in combinations(stamps, 2):
        if name == other:
            group = f"one name, {crossed + also} of two crossed"
        elif Levenshtein.distance(unaccented(name), unaccented(other)) <= 1:
            group = "names that differ in marks, capitals or one letter"
        else:
            group = "other names"
        shares[group].append(place_on(picture, on)[0])
    for group, values in sorted(shares.items()):
        low, middle, high, most = np.quantile(values, [0.05, 0.5, 0.99, 1.0])
        same = np.mean(np.array(values) >= SAME)
        say(
            f"{group}: {len(values)} pairs, 5 % below {low:.2f}, median {middle:.2f}, 99 % below {high:.2f}, "
            f"most {most:.2f}; the same by {SAME}: {100 * same:.1f} %"
        )


def _stamp(name: str, rng: np.random.Generator, is_crossed: bool) -> Pixels:
    mask = wear_stamp(
        text_mask((name,), 36, "LiberationSerif-Bold.ttf"), rng, float(rng.normal(0, 1.5)), 0.22
    )
    grey = 255.0 - rng.uniform(0.5, 0.85) * mask
    if is_crossed:
        height, width = grey.shape
        columns = np.arange(round(width * rng.uniform(0, 0.3)), round(width * rng.uniform(0.5, 1.0)))
        waves = np.sin(columns * rng.uniform(0.03, 0.2) + rng.uniform(0, 6))
        rows = np.clip(height * (0.5 + rng.uniform(0.2, 0.45) * waves), 0, height - 4).astype(int)
        for offset in range(4):
            grey[rows + offset, columns] = 60.0
    return np.asarray(np.clip(grey + rng.normal(0, 4, grey.shape), 0, 255), np.uint8)


if __name__ == "__main__":
    main()
