"""Findings in words: what is wrong, where to look, and what disagrees with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.model import Finding, Severity
from pipeline.routing import HANDWRITTEN, UNSURE
from pipeline.schema import RecordSpec, Schemas, describe_details

USUAL = frozenset({HANDWRITTEN, UNSURE})
"""What stands on nearly every field that comes to the desk."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as a person reads it. ``values``: label and text of what disagrees; ``serious``: nothing may go out as
    long as it stands; ``usual``: it only says why a person looks at all."""

    code: str
    sentence: str
    look_at: str
    details: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    serious: bool
    usual: bool


def told(finding: Finding, record: RecordSpec, schemas: Schemas, shown: Mapping[str, str]) -> Told:
    """``finding`` in words. ``shown``: the text of each field that this person may see."""
    spec = schemas.findings.get(finding.code)
    values = tuple(
        (record.by_name[name].label, shown[name])
        for name in finding.fields
        if name in record.by_name and shown.get(name)
    )
    return Told(
        finding.code,
        spec.sentence if spec else finding.code,
        spec.look_at if spec else "",
        describe_details(finding),
        values,
        finding.severity is Severity.BLOCK,
        finding.code in USUAL,
    )
