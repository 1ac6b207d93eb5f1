"""Every pair of text and ground, in both themes, has the contrast that WCAG 2.2 AA asks for."""

from __future__ import annotations

import re
from itertools import product

import pytest

from pipeline.web.rendering import STATIC

CSS = (STATIC / "site.css").read_text(encoding="utf-8")
TEXTS = [
    *product(("text", "faint", "link", "accent", "bad"), ("ground", "card")),
    ("on-mark", "mark"),
    *product(("on-accent",), ("accent", "accent-strong")),
    *((name, f"{name}-ground") for name in ("good", "bad", "doubt")),
]
EDGES = [*product(("edge", "focus"), ("ground", "card"))]


def themes() -> dict[str, dict[str, str]]:
    """The colours of each block that sets them."""
    blocks = re.findall(r"(:root[^{]*){([^}]*)}", CSS)
    return {name.strip(): dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body)) for name, body in blocks}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_dark_theme_is_the_same_by_choice_and_by_the_system() -> None:
    light, chosen, system = themes().values()
    assert chosen == system
    assert set(light) == set(chosen)


@pytest.mark.parametrize("theme", themes())
def test_text_can_be_read_and_edges_can_be_seen(theme: str) -> None:
    colours = themes()[theme]
    low = [
        (one, other, round(contrast(colours[one], colours[other]), 2))
        for pairs, least in ((TEXTS, 4.5), (EDGES, 3.0))
        for one, other in pairs
        if contrast(colours[one], colours[other]) < least
    ]
    assert low == []
