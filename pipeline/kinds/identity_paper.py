"""An identity paper in one blank: ``CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999``.

A paper that is none of the usual ones is named in ``other``. Dropped: ``paper.CONNECTING`` and punctuation
between parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.kinds.paper import cited
from pipeline.text.tones import unaccented

ROLES: tuple[str, ...] = ("type", "number", "issued_on", "issued_place", "other")

_USUAL = re.compile(
    r"(?:so )?(?:giay |the )?(?:cmnd|cmt|cmtnd|cccd|cmqd|chung minh.*|can cuoc.*|ho chieu.*|thuong tru.*)"
)


def split(text: str) -> Mapping[str, str]:
    citation = cited(text)
    if citation is None:
        return {role: text if role == ROLES[0] else "" for role in ROLES}
    usual = _USUAL.fullmatch(unaccented(citation.what)) is not None
    return {
        "type": citation.what if usual else "",
        "number": citation.number,
        "issued_on": citation.issued_on,
        "issued_place": citation.issuer,
        "other": "" if usual else citation.what,
    }
