"""A death notice, or what stands for one: ``Giấy báo tử số 12 ngày 3/4/2011 do UBND xã X cấp``.

Dropped: ``paper.CONNECTING`` and punctuation between parts.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.kinds.paper import cited

ROLES: tuple[str, ...] = ("type", "number", "issued_on", "issuer")


def split(text: str) -> Mapping[str, str]:
    citation = cited(text)
    if citation is None:
        return {role: text if role == ROLES[0] else "" for role in ROLES}
    return dict(
        zip(
            ROLES,
            (citation.what, citation.number, citation.issued_on, citation.issuer),
            strict=True,
        )
    )
