"""Who signed, and as what: ``Nguyễn Văn A, Chủ tịch UBND xã``, ``PCT: Trần B``.

Dropped: spaces and ``CONNECTING`` between the two parts, and the brackets around a title. Without a known
title, or where its end cannot be told, the whole text stays in ``name``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from pipeline.kinds.office import OFFICE, TITLE, UNIT

ROLES: tuple[str, ...] = ("name", "title")

CONNECTING = (",", ";", ":", "-", "–", "—", "/", "(", ")")

_BREAK = re.compile(r"\s*[,;:–—]\s*|\s+[-/]\s+|\s*\n\s*")
_NAME = re.compile(r"[^\W\d_]+\.?(?:[ \t]+[^\W\d_]+\.?){1,5}")


def split(text: str) -> Mapping[str, str]:
    written = unicodedata.normalize("NFC", text).strip()
    found = TITLE.search(written)
    if found is None:
        return {"name": text, "title": ""}
    if TITLE.fullmatch(written):
        return {"name": "", "title": written}
    parts = _name_first(written, found) if found.start() else _title_first(written, found)
    return {"name": text, "title": ""} if parts is None else {"name": parts[0], "title": parts[1]}


def _name_first(written: str, title: re.Match[str]) -> tuple[str, str] | None:
    name = written[: title.start()].rstrip(" \t\n,;:-–—/")
    office = written[title.start() :]
    name = name.removesuffix("(")
    if "(" not in office:  # one bracket of the pair may be missing, on paper or in what was read
        office = office.removesuffix(")")
    return (name.rstrip(), office.strip()) if _is_name(name.strip()) else None


def _title_first(written: str, title: re.Match[str]) -> tuple[str, str] | None:
    """Cut at the last break behind which only a name stands, or right behind a title that nothing follows but
    a name.
    """
    for gap in reversed(list(_BREAK.finditer(written, title.end()))):
        if _is_name(written[gap.end() :].strip()):
            return written[gap.end() :].strip(), written[: gap.start()].strip()
    last = list(TITLE.finditer(written))[-1]
    name = written[last.end() :].strip()
    return (name, written[: last.end()].strip()) if _is_name(name) else None


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and not any(words.search(text) for words in (TITLE, OFFICE, UNIT))
