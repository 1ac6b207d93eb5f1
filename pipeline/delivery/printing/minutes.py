"""A paper of a campaign as its template takes it: facts, tables and sentences in their order, then signatures."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from pipeline.base.localtime import OFFICE_ZONE, format_moment, local_date
from pipeline.delivery.printing.contents import day_of, with_known_letters
from pipeline.delivery.printing.offices import IssuingOffice
from pipeline.delivery.printing.typesetting import PrintedPaper, shipped_template, typeset
from pipeline.registry import Registry


@dataclass(frozen=True, slots=True)
class MinutesSigner:
    """A place for a signature; ``under``: a line below the name."""

    heading: str
    name: str = ""
    under: str = ""


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes, a note or a table.

    Attributes:
        parts: As ``facts``, ``listed`` and ``sentence`` return them.
        wide: Whether the sheet lies on its long side.
    """

    heading: str
    under: str
    parts: tuple[dict[str, Any], ...]
    signers: tuple[MinutesSigner, ...] = ()
    wide: bool = False

    def pdf(self, office: IssuingOffice, day: date, author: str) -> bytes:
        """Return the paper as PDF/A-2b in the name of an office, dated ``day``."""
        data = {
            "title": f"{self.heading.capitalize()}: {self.under}",
            "heading": self.heading,
            "under": self.under,
            "office": office.head,
            "day": day_of(day),
            "parts": list(self.parts),
            "signers": [asdict(one) for one in self.signers],
            "wide": self.wide,
            "footer": f"In lúc {format_moment(datetime.now(UTC))}, người in: {author}",
        }
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=OFFICE_ZONE)
        return typeset(PrintedPaper(shipped_template("minutes.typ"), with_known_letters(data), noon))


def facts(heading: str, rows: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return a part of labels and values."""
    return {"kind": "facts", "heading": heading, "rows": [list(row) for row in rows]}


def listed(
    heading: str,
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int] = (),
) -> dict[str, Any]:
    """Return a table; ``columns``: heading and share of the width, ``numbers``: the columns aligned to the right."""
    return {
        "kind": "table",
        "heading": heading,
        "columns": [name for name, _ in columns],
        "widths": [share for _, share in columns],
        "rows": [list(row) for row in rows],
        "numbers": list(numbers),
    }


def sentence(text: str, heading: str = "") -> dict[str, Any]:
    """Return a paragraph."""
    return {"kind": "text", "heading": heading, "text": text}


def note_printed(registry: Registry, action: str, subject: str, content: bytes, author: str) -> None:
    """Record a printed paper with its hash."""
    registry.note_printed(action, subject, {"pdf": hashlib.sha256(content).hexdigest()}, author=author)


def today() -> date:
    """Return the day in the zone of the office."""
    return local_date(datetime.now(UTC))
