"""Writes the font of the invisible text layer: TrueType with one empty glyph. Needs fontTools (extra dev)."""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph

TABLES = ("glyf", "head", "hhea", "hmtx", "loca", "maxp")
"""What a viewer needs of a font that is reached by glyph numbers only."""


def main(path: Path) -> None:
    builder = FontBuilder(1000, isTTF=True)
    names = [".notdef", "empty"]
    builder.setupGlyphOrder(names)
    builder.setupGlyf({name: Glyph() for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (500, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupMaxp()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    for table in set(builder.font.keys()) - {*TABLES, "GlyphOrder"}:
        del builder.font[table]
    builder.font.save(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "pipeline/delivery/export/data/glyphless.ttf"))
