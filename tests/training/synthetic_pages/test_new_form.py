"""A form and a record that nobody foresaw are drawn from their declarations alone."""

from __future__ import annotations

from dataclasses import replace

from pipeline.declarations import schema
from pipeline.declarations.schema import Form, RecordSpec
from pipeline.training.synthetic_pages import SynthOptions, draw_book

RECORD = RecordSpec.model_validate(
    {
        "record": "guardianship",
        "title": "Giám hộ",
        "prefix": "GH",
        "field": [
            {"name": "guardian_name", "column": "ghHoTen", "kind": "name", "label": "Họ tên người giám hộ"},
            {
                "name": "guardian_paper_number",
                "column": "ghSoGiayTo",
                "kind": "id_number",
                "label": "Số giấy tờ tùy thân của người giám hộ",
            },
            {"name": "ends_on", "column": "ngayKetThuc", "kind": "date", "label": "Ngày kết thúc"},
            {"name": "children", "column": "soTre", "kind": "number", "label": "Số trẻ được giám hộ"},
        ],
    }
)
FORM = Form.model_validate(
    {
        "id": "guardianship-1999",
        "record": "guardianship",
        "title": "Sổ giám hộ",
        "layout": "page",
        "evidence": "assumed",
        "years": [1999, 2005],
        "paper_mm": [148.0, 210.0],
        "frame": [0.05, 0.05, 0.95, 0.95],
        "line": [
            {
                "at": 0.1,
                "cells": [{"label": "Người giám hộ:", "field": "guardian_name", "from": 0.3, "to": 0.9}],
            },
            {"at": 0.15, "cells": [{"field": "guardian_paper_number", "from": 0.05, "to": 0.5}]},
            {"at": 0.2, "cells": [{"label": "Đến:", "field": "ends_on", "from": 0.15, "to": 0.5}]},
            {"at": 0.25, "cells": [{"label": "Số trẻ:", "field": "children", "from": 0.2, "to": 0.4}]},
        ],
    }
)


def test_a_new_form_of_known_kinds_is_drawn_without_code() -> None:
    schemas = schema.load()
    schemas = replace(
        schemas,
        records={**schemas.records, RECORD.record: RECORD},
        forms={**schemas.forms, FORM.id: FORM},
    )
    options = SynthOptions(entries=1, dpi=100, cover=False, blank=0.0)
    (page,) = draw_book(FORM, schemas, options)
    (entry,) = page.page.entries
    assert set(entry.texts) == {"guardian_name", "guardian_paper_number", "ends_on", "children"}
    assert all(entry.texts.values())
