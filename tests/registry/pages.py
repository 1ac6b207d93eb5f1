"""Pages by hand: what a run might have read, small enough to see whole. No person in it is real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from pipeline.base.model import (
    Box,
    EntryResult,
    Evidence,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    Ledger,
    PageKind,
    PageRef,
    PageResult,
    Quality,
    Severity,
    Writing,
)
from pipeline.declarations import schema

SCHEMAS = schema.load()
LEDGER = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/2010")
SCAN = "a" * 64
BIRTH_FIELDS = tuple(SCHEMAS.record("birth").by_name)


def read(field: str, text: str, *, accepted: bool = True, canonical: str | None = None) -> FieldReading:
    """A field that was read; its canonical form is the text unless said otherwise."""
    return FieldReading(
        field,
        FieldStatus.READ,
        text,
        text if canonical is None else canonical,
        0.5,
        Writing.HAND,
        "test",
        accepted=accepted,
    )


def blank(field: str, *, accepted: bool = True) -> FieldReading:
    return FieldReading(field, FieldStatus.BLANK, accepted=accepted)


def finding(code: str, *fields: str, severity: Severity = Severity.REVIEW) -> Finding:
    return Finding(code, severity, fields)


def entry(*readings: FieldReading, findings: Sequence[Finding] = (), row: int = 0) -> EntryResult:
    return EntryResult(row, readings, tuple(findings))


def page(
    *entries: EntryResult,
    scan: str = SCAN,
    page_no: int = 1,
    findings: Sequence[Finding] = (),
    **changed: Any,
) -> PageResult:
    given: dict[str, Any] = {
        "ref": PageRef(scan, page_no),
        "kind": PageKind.ENTRIES,
        "form": "birth-2006",
        "size": (2480, 3508),
        "matrix": np.eye(3),
        "turn": 0,
        "skew": 0.5,
        "quality": Quality(100.0, 120.0, 0.0, 300.0),
        "frame": None,
        "labels": (),
        "entries": entries,
        "findings": tuple(findings),
        "timings": {"decode": 0.1},
    }
    return PageResult(**(given | changed))


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
shares = st.floats(0, 1)
sides = st.floats(-1e4, 1e4)
boxes = st.builds(Box, sides, sides, sides, sides)


def readings_of(field: str) -> st.SearchStrategy[FieldReading]:
    return st.builds(
        FieldReading,
        st.just(field),
        st.sampled_from(FieldStatus),
        texts,
        texts,
        shares,
        st.sampled_from(Writing),
        texts,
        st.none() | boxes,
        st.lists(boxes, max_size=2).map(tuple),
        st.booleans(),
        st.lists(st.builds(Hypothesis, texts, shares), max_size=3).map(tuple),
        st.none() | st.builds(Evidence, shares, shares, shares, shares, shares, shares),
    )


findings = st.builds(
    Finding,
    st.sampled_from(tuple(SCHEMAS.findings)),
    st.sampled_from(Severity),
    st.lists(st.sampled_from(BIRTH_FIELDS), max_size=2, unique=True).map(tuple),
    st.dictionaries(texts, texts, max_size=2),
)


@st.composite
def entries(draw: st.DrawFn, row: int = 0) -> EntryResult:
    fields = draw(st.lists(st.sampled_from(BIRTH_FIELDS), max_size=6, unique=True))
    return EntryResult(
        row,
        tuple(draw(readings_of(field)) for field in fields),
        tuple(draw(st.lists(findings, max_size=3))),
    )
