from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations import schema
from pipeline.delivery.export.export_options import PackageOptions, read_options

SCHEMAS = schema.load()


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "package.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_usual_options_hold(tmp_path: Path) -> None:
    assert read_options(tmp_path / "package.toml") == PackageOptions()


def test_an_office_sets_names_papers_and_pages(tmp_path: Path) -> None:
    options = read_options(
        written(
            tmp_path,
            '[package]\nbirth_template = "KS60"\nfile_pattern = "ngan"\nmonth_and_year = "year"\n'
            '[[paper]]\nfrom = 1976\nto = 1998\nname = "A3"\n'
            '[[page]]\nbook = "b"\nnumber = "41/2010"\nscan = "a.pdf"\npage = 43\nuse = "continued"\n',
        )
    )
    assert [options.template(record, SCHEMAS) for record in ("birth", "death", "parentage")] == [
        "KS60",
        "KT48",
        "CMC50",
    ]
    assert options.file_pattern == "{kind}.{opened}.{volume}[.{registered}].{number}"
    assert (options.paper(1980), options.paper(2001), options.paper(2012)) == ("A3", "A2", "A4")
    assert options.attached[0].use == "continued"


def test_every_flaw_is_reported_with_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[package]\nbirth_template = "KS61"\nfile_patern = "ngan"\nbook_pattern = "{kind}.{number}"\n'
        '[[page]]\nbook = "b"\nnumber = "1/2010"\nscan = "a.pdf"\npage = 1\nuse = "next"\n',
    )
    with pytest.raises(SchemaError) as refused:
        read_options(path)
    told = refused.value.message
    assert "dòng 2" in told
    assert "KS60 hoặc KS70" in told
    assert "file_pattern" in told
    assert "dòng 10" in told
