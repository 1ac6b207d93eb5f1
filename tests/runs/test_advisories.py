"""Installed packages are compared with an advisory list that lies in a folder."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.runs.machine_checks.advisories import advisories_check, is_affected, read_advisories

NOW = datetime(2026, 12, 2, 8, tzinfo=UTC)
VERSIONS = {"jinja2": "3.1.5", "pillow": "11.0"}


def between(*events: dict[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}


def advisory(name: str = "Jinja2", fixed: str = "3.1.6", **more: Any) -> dict[str, Any]:
    affected = {"package": {"ecosystem": "PyPI", "name": name}} | between(
        {"introduced": "0"}, {"fixed": fixed}
    )
    return {
        "id": "GHSA-1",
        "modified": "2026-11-20T00:00:00Z",
        "summary": "Escape",
        "affected": [affected],
        **more,
    }


@pytest.mark.parametrize(
    ("version", "affected", "expected"),
    [
        ("3.1.5", between({"introduced": "0"}, {"fixed": "3.1.6"}), True),
        ("3.1.6", between({"introduced": "0"}, {"fixed": "3.1.6"}), False),
        ("3.1.10", between({"introduced": "0"}, {"fixed": "3.1.9"}), False),
        (
            "2.0",
            between({"fixed": "1.5"}, {"introduced": "1.0"}, {"introduced": "1.9"}, {"fixed": "2.1"}),
            True,
        ),
        (
            "1.7",
            between({"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "1.9"}, {"fixed": "2.1"}),
            False,
        ),
        ("2.0", between({"introduced": "1.0"}, {"last_affected": "2.0"}), True),
        ("2.0.1", between({"introduced": "1.0"}, {"last_affected": "2.0"}), False),
        ("2.6.0+cpu", {"versions": ["2004d", "2.6"]}, True),
        ("2.6.0+cpu", between({"introduced": "0"}, {"fixed": "2.6.0"}), False),
        ("3.0rc1", between({"introduced": "0"}, {"fixed": "3.0"}), True),
        ("1.0", {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, False),
        ("1.0", {}, False),
    ],
)
def test_a_version_is_affected(version: str, affected: dict[str, Any], expected: bool) -> None:
    assert is_affected(version, affected) is expected


def test_an_advisory_is_found_in_a_file_and_in_a_zip_file(tmp_path: Path) -> None:
    (tmp_path / "GHSA-1.json").write_text(json.dumps(advisory()))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr(
            "PYSEC-2.json", json.dumps(advisory("pillow", "11.1", id="PYSEC-2", aliases=["CVE-2"]))
        )
        archive.writestr("PYSEC-3.json", json.dumps(advisory("other", "9")))
        archive.writestr("PYSEC-4.json", json.dumps(advisory(id="PYSEC-4", withdrawn="2026-01-01T00:00:00Z")))
    report = read_advisories(tmp_path, VERSIONS)
    assert [(one.package, one.advisory, one.aliases, one.fixed) for one in report.advisories] == [
        ("jinja2", "GHSA-1", (), ("3.1.6",)),
        ("pillow", "PYSEC-2", ("CVE-2",), ("11.1",)),
    ]
    assert (report.read, report.newest, report.unusable) == (4, date(2026, 11, 20), ())


@pytest.mark.parametrize(
    "content",
    [
        '{"name": "jinja2"',
        '[{"name": "jinja2"}]',
        '{"affected": [1], "name": "jinja2"}',
        '{"affected": [{"package": ["name"]}], "name": "jinja2"}',
        '{"name": "jinja2", "affected": ' + "[" * 100,
        json.dumps(advisory(fixed="no version")),
    ],
)
def test_a_damaged_file_that_names_a_package_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.json").write_text(content)
    (tmp_path / "bad.zip").write_bytes(b"no archive")
    (tmp_path / "good.json").write_text(json.dumps(advisory()))
    report = read_advisories(tmp_path, VERSIONS)
    assert report.unusable == ("bad.json", "bad.zip")
    assert [one.advisory for one in report.advisories] == ["GHSA-1"]


KEYS = st.sampled_from(["package", "ecosystem", "ranges", "events", "versions", "type", "fixed"])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.sampled_from(["PyPI", "ECOSYSTEM", "1.0", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40)
@given(ANYTHING, ANYTHING)
def test_no_content_ends_the_comparison(
    tmp_path_factory: pytest.TempPathFactory, affected: Any, more: Any
) -> None:
    folder = tmp_path_factory.getbasetemp() / "anything"
    folder.mkdir(exist_ok=True)
    package = {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "ranges": more, "versions": affected}
    (folder / "one.json").write_text(json.dumps({"id": "1", "affected": [package, affected]}))
    assert read_advisories(folder, VERSIONS).read == 1


def test_what_doctor_says_of_the_list(tmp_path: Path) -> None:
    check = advisories_check(tmp_path / "none", NOW)
    assert (check.state, str(tmp_path) in check.advice) == ("warning", True)
    (tmp_path / "one.json").write_text(json.dumps(advisory("other")))
    assert advisories_check(tmp_path, NOW).state == "ok"
    assert advisories_check(tmp_path, NOW.replace(year=2027)).state == "warning"
    (tmp_path / "two.json").write_text(json.dumps(advisory("pytest", "9999", id="MADE-UP")))
    check = advisories_check(tmp_path, NOW)
    assert (check.state, "MADE-UP" in check.found) == ("warning", True)
