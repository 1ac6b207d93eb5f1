"""Fields as routing sees them: printed, blank, handwritten with evidence; what is accepted of them and why not."""

from __future__ import annotations

from dataclasses import replace

from pipeline.base.model import Box, Evidence, FieldReading, FieldStatus, Finding, Writing
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.digitize.route import RoutingOptions, route
from pipeline.recognition.calibration import fit_calibration
from tests.recognition.calibration.drawn_samples import drawn

RECORD = RecordSpec(
    record="trial",
    title="Thử",
    prefix="TH",
    field=(
        FieldSpec(name="person", column="ten", kind="name", label="Tên", required=True, critical=True),
        FieldSpec(name="title", column="chucVu", kind="text", label="Chức vụ"),
        FieldSpec(name="place", column="noi", kind="place", label="Nơi"),
    ),
)
SURE = RoutingOptions().min_confidence + 0.005
HERE, THERE = Box(0, 0, 100, 20), Box(0, 40, 100, 60)
PRINTED = FieldReading("place", FieldStatus.READ, "Cần Thơ", "Cần Thơ", SURE, Writing.PRINT, "t", HERE)
BLANK = FieldReading("place", FieldStatus.BLANK, confidence=1.0, box=HERE)

KNOWN = fit_calibration(drawn(12_000, 1).samples, reader="hand-1")
BY_HAND = RoutingOptions(calibration=KNOWN, tolerated=0.02, tolerated_critical=0.02)
CLEAR = Evidence(0.9999, 0.9999, 0.9999, 0.9999, 0.9999, 1.0)
VAGUE = Evidence(0.7, 0.4, 0.6, 0.2, 0.5, 0.0)
WRITTEN = replace(PRINTED, writing=Writing.HAND, confidence=0.3, engine="hand", evidence=CLEAR)


def written(
    *readings: FieldReading, options: RoutingOptions = BY_HAND, findings: tuple[Finding, ...] = ()
) -> tuple[list[bool], list[str]]:
    decided, told = route(readings, findings, RECORD, options)
    return [reading.accepted for reading in decided], [finding.code for finding in told]


def accepted(*readings: FieldReading, findings: tuple[Finding, ...] = ()) -> list[bool]:
    return [reading.accepted for reading in route(readings, findings, RECORD)[0]]


def reasons(reading: FieldReading) -> list[str]:
    return [finding.code for finding in route([reading], (), RECORD)[1]]
