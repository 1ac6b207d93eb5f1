"""Figures are kept with the machine and shown in documents, never typed."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from benchmarks import figures_page
from benchmarks.dependencies import INSTALLED, changed, code_hash, dependencies
from benchmarks.figures import hand_networks, report_figures
from benchmarks.figures_page import (
    CLAIMS,
    FORMATS,
    NOT_MEASURED,
    PAGE,
    README,
    RESULTS,
    Claim,
    headlines,
    page,
    read_claims,
    read_results,
    shown,
    value_at,
    what_changed,
    with_headlines,
)

ROOT = Path(__file__).resolve().parents[2]
ALL_CLAIMS = [claim for rows in read_claims().values() for claim in rows]


def test_figures_are_the_last_line_of_output_and_a_file_with_the_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--lines", "/some/folder/lines", "--pages", "2"])
    report_figures("layout", {"fields": 12, "held": 0.99}, folder=tmp_path)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "bench": "layout",
        "fields": 12,
        "held": 0.99,
    }
    kept = json.loads((tmp_path / "layout.json").read_text(encoding="utf-8"))
    assert kept["figures"] == {"fields": 12, "held": 0.99}
    assert kept["arguments"] == ["--lines", "lines", "--pages", "2"]
    assert kept["machine"]["cores"] >= 1
    assert kept["seconds"] >= 0
    assert set(kept) == {
        "bench",
        "arguments",
        "date",
        "seconds",
        "revision",
        "machine",
        "hand_networks",
        "depends",
        "figures",
    }


def test_a_path_leads_through_keys_and_elements_of_a_list() -> None:
    figures = {"lines:folder": {"cer": 0.02}, "runs": [{"way": "one", "n": 1}, {"way": "two", "n": 2}]}
    assert value_at(figures, "lines:*/cer") == 0.02
    assert value_at(figures, "runs/[way=two]/n") == 2
    assert value_at({"after": {"10": 1, "20": 2}}, "after/$") == 2
    with pytest.raises(KeyError):
        value_at(figures, "runs/[way=three]/n")
    with pytest.raises(KeyError):
        value_at(figures, "nothing")


def test_a_row_shows_its_values_in_vietnamese_numbers() -> None:
    claim = Claim("Ô", "layout", "{held|percent} trong {fields|count} ô; {seconds|decimal} giây")
    results = {"layout": {"figures": {"held": 0.9983, "fields": 2382, "seconds": 1.25}}}
    assert shown(claim, results) == "99,8\u00a0% trong 2.382 ô; 1,2 giây"


@pytest.mark.parametrize("figures", [None, {"fields": 3}, {"held": {"x": 1}}])
def test_a_row_without_its_result_says_that_it_is_not_measured(figures: dict[str, object] | None) -> None:
    results = {} if figures is None else {"layout": {"figures": figures}}
    assert shown(Claim("Ô", "layout", "{held|percent}"), results) == NOT_MEASURED


@pytest.mark.parametrize("bench", ["hand-lines", "hand-books", "pens"])
def test_figures_of_other_networks_than_those_that_ship_are_not_shown(bench: str) -> None:
    networks = hand_networks()
    assert networks
    claim = Claim("Ô", bench, "{right|percent}")
    result = {"figures": {"right": 0.9}, "hand_networks": networks}
    assert shown(claim, {bench: result}) == "90,0\u00a0%"
    for others in ({}, networks | {min(networks): "0" * 64}):
        assert shown(claim, {bench: result | {"hand_networks": others}}) == NOT_MEASURED
    assert shown(claim, {bench: {"figures": {"right": 0.9}}}) == NOT_MEASURED


TYPED = ROOT / "benchmarks" / "reading" / "bench_typed.py"


def test_a_figure_depends_on_what_its_program_runs_and_on_nothing_else() -> None:
    of_print, of_places = (
        dependencies(ROOT / "benchmarks" / "reading" / f"bench_{name}.py") for name in ("typed", "places")
    )
    assert {"pipeline/digitize", "pipeline/recognition", "ocr_models", "schemas", "benchmarks"} <= set(
        of_print
    )
    assert {"pipeline/registry", "pipeline/web", "pipeline/cli"}.isdisjoint(of_print)
    assert {"pipeline/digitize", "pipeline/registry", "ocr_models"}.isdisjoint(of_places)
    of_a_month = dependencies(ROOT / "benchmarks" / "life" / "bench_first_month.py")
    assert {"pipeline/web", "pipeline/registry", "flows"} <= set(
        of_a_month
    )  # `hotich server` starts `hotich serve`
    assert set(INSTALLED) - {"pipeline"} < set(
        dependencies(ROOT / "benchmarks" / "install" / "bench_install.py")
    )


@pytest.mark.parametrize("old", [None, "pipeline/digitize", "schemas", "ocr_models", "benchmarks"])
def test_a_headline_of_other_rooms_declarations_or_networks_than_those_of_the_tree_is_marked(
    old: str | None,
) -> None:
    claim = Claim("Ô", "typed", "{right|percent}", headline="Ô đúng")
    depends = dict(dependencies(TYPED))
    result = {"figures": {"right": 0.9}, "depends": depends}
    fresh = headlines({"": [claim]}, {"typed": result})
    assert "90,0\u00a0% |" in fresh
    assert "³" not in fresh
    if old is not None:
        depends[old] = "0" * 16
    marked = headlines({"": [claim]}, {"typed": result if old else {"figures": {"right": 0.9}}})
    assert "90,0\u00a0% ³ |" in marked
    assert "\n³ " in marked
    assert what_changed("typed", result) == ([old] if old else [])


def test_neither_a_comment_nor_a_docstring_makes_a_figure_old(tmp_path: Path) -> None:
    module = tmp_path / "one.py"

    def code_of(text: str) -> bytes:
        module.write_text(text, encoding="utf-8")
        return code_hash(module)

    plain = code_of('"""Says."""\nA = 1\n"""More."""\n\n\ndef f(): return "x"\n')
    assert code_of('"""Says it well."""\nA = 1  # so\n"""Less."""\ndef f():\n    return "x"\n') == plain
    assert code_of('"""Says."""\nA = 1\n"""More."""\ndef f(): return "y"\n') != plain


def test_what_was_taken_away_since_the_measurement_counts_as_changed() -> None:
    assert changed(dict(dependencies(TYPED)) | {"pipeline/gone": "1"}, TYPED) == ["pipeline/gone"]


@pytest.mark.parametrize("claim", ALL_CLAIMS, ids=lambda claim: f"{claim.bench}: {claim.label[:40]}")
def test_every_row_names_a_benchmark_and_known_formats(claim: Claim) -> None:
    assert figures_page._is_program(figures_page.program_of(claim.bench))
    places = figures_page._PLACE.findall(claim.value)
    assert places
    assert {name for _, name in places} <= set(FORMATS)


def test_every_row_whose_result_is_kept_finds_its_figures() -> None:
    results = read_results(RESULTS)
    measured = [claim for claim in ALL_CLAIMS if claim.bench in results]
    assert measured
    assert [claim.label for claim in measured if shown(claim, results) == NOT_MEASURED] == []


def test_every_kept_result_names_what_was_measured() -> None:
    assert [
        name for name, result in read_results(RESULTS).items() if not figures_page.is_repeatable(result)
    ] == []


def test_the_page_and_the_readme_are_what_the_results_say() -> None:
    claims, results = read_claims(CLAIMS), read_results(RESULTS)
    assert PAGE.read_text(encoding="utf-8") == page(claims, results)
    readme = README.read_text(encoding="utf-8")
    assert readme == with_headlines(readme, headlines(claims, results))
    assert "| Đo gì |" in readme


def test_the_readme_holds_no_more_than_ten_figures() -> None:
    assert 0 < sum(bool(claim.headline) for claim in ALL_CLAIMS) <= 10


def test_benchmarks_never_import_tests() -> None:
    importing = []
    for path in (ROOT / "benchmarks").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "tests" for name in names):
                importing.append(str(path.relative_to(ROOT)))
    assert importing == []
