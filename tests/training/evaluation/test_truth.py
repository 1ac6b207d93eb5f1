import json
from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.training.evaluation.truth import load_truth, truth_of

QUAD = [0, 0, 10, 0, 10, 5, 0, 5]


def test_a_truth_is_read_with_its_notes(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    data = {
        "kind": "birth",
        "year": 2010,
        "_seed": 7,
        "_pages": [
            {"scan": "a.pdf", "page_no": 2, "kind": "entries", "labels": [{"text": "Số:", "quad": QUAD}]}
        ],
        "entries": [{"so": "1/2010", "ghiChu": "", "_page": 0, "_row": 0, "_ink": {"entry_number": [QUAD]}}],
    }
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    truth = load_truth(path)
    (entry,) = truth.entries
    assert (truth.kind, truth.year) == ("birth", 2010)
    assert entry.values == {"so": "1/2010", "ghiChu": ""}
    assert entry.ink["entry_number"] == (tuple(QUAD),)
    assert (truth.pages[0].page_no, truth.pages[0].labels[0].text) == (2, "Số:")


def test_a_truth_without_notes_is_enough() -> None:
    truth = truth_of({"kind": "death", "year": 2012, "entries": [{"so": "1/2012"}]})
    assert truth.entries[0].page is None
    assert truth.pages == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kind": "birth", "year": 2010, "entries": [{"so": 1}]}',
        '{"kind": "a", "year": "?", "entries": []}',
    ],
)
def test_a_file_that_is_no_truth_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=r"truth\.json"):
        load_truth(path)


def test_a_missing_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"không-có\.json"):
        load_truth(tmp_path / "không-có.json")
