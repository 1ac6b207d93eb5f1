"""Kinds of value are known by their traits, fields by their roles: neither is named outside its declaration."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from pipeline.declarations import schema
from pipeline.declarations.schema.record import BookSpec, PersonSpec
from pipeline.values.derivations import DERIVATIONS
from pipeline.values.kinds import COMPOSITES, KINDS

ROOT = Path(__file__).resolve().parents[3]
NAMES = frozenset(KINDS) | frozenset(COMPOSITES)

TELLING = frozenset({"date_words", "death_notice", "identity_paper"})
"""Names of kinds that name nothing else; the others are words of everyday code, and field names."""

KINDS_NAMED: Mapping[str, str] = {
    "pipeline/declarations/schema/own_records.py": "what fields, of which kinds, an office's register must have",
    "pipeline/declarations/schema/record_text.py": "writes the declaration of an office's register",
    "pipeline/delivery/workbook_reading/cell_values.py": "kinds of cells of a workbook, which are no kinds of value",
    "pipeline/registry/search/finding.py": "criteria of a search",
    "pipeline/training/synthetic_pages/clerk.py": "how a synthetic clerk writes each kind on paper",
    "pipeline/values/kinds/": "the kinds themselves",
}
"""Modules that name kinds of value, and why."""

FIELDS_NAMED: Mapping[str, Collection[str]] = {
    "pipeline/declarations/schema/own_records.py": {
        "entry_number", "page_number", "registration_place", "volume_number",
    },
    "pipeline/declarations/schema/record_text.py": {
        "entry_number", "page_number", "registrar_name", "registration_place", "signer_name", "signer_title",
        "volume_number",
    },
    "pipeline/delivery/printing/offices.py": {"signer_title"},
    "pipeline/registry/": {
        "decision_number", "entry_number", "page_number", "signer_title",
    },
    "pipeline/registry/migrations/": {"noted_act", "noted_decided_on"},
    "pipeline/training/synthetic_pages/clerk.py": {"entry_number"},
    "pipeline/values/kinds/number.py": {"entry_number"},
    "pipeline/web/supervising/issuing_offices.py": {"signer_title"},
}  # fmt: skip
"""Modules with words that are names of fields too: what every register of an office has, the columns of the registry's
own tables, the keys of ``offices.toml``, the name of a kind."""


def _sources(named: Collection[str]) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(tuple(named)):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _strings(*nodes: ast.AST | None) -> list[str]:
    return [str(node.value) if isinstance(node, ast.Constant) else "" for node in nodes]


def _kinds_named_in(node: ast.AST) -> list[str]:
    """Return the kinds that a node names: by a telling name, in a set or table of kinds, or against a kind."""
    named: list[str] = []
    if isinstance(node, ast.Constant):
        return [name for name in _strings(node) if name in TELLING]
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(("KINDS", "COMPOSITES")):
        named = _strings(node.slice)
    elif isinstance(node, ast.Compare) and ast.unparse(node.left).endswith("kind"):
        named = _strings(*(part for side in node.comparators for part in getattr(side, "elts", [side])))
    elif isinstance(node, ast.Dict | ast.Set | ast.Tuple | ast.List):
        all_of = _strings(*(node.keys if isinstance(node, ast.Dict) else node.elts))
        least = 2 if isinstance(node, ast.Dict | ast.Set) else 3
        named = all_of if len(all_of) >= least and NAMES.issuperset(all_of) else []
    return [name for name in named if name in NAMES]


def test_a_kind_is_named_in_its_own_room_only() -> None:
    found = {
        f"{source}:{node.lineno}": named
        for source, tree in _sources(KINDS_NAMED)
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and (named := _kinds_named_in(node))
    }
    assert found == {}


def test_what_names_a_kind_is_recognized() -> None:
    for code in (
        'spec.kind == "date"', 'kind in ("text", "name")', 'KINDS["place"]', '{"name", "text"}', 'x("date_words")',
        '{"date": 1, "time": 2}',
    ):  # fmt: skip
        assert any(_kinds_named_in(node) for node in ast.walk(ast.parse(code))), code


def test_a_field_is_named_in_schemas_only() -> None:
    roles = BookSpec.model_fields.keys() | PersonSpec.model_fields.keys() | DERIVATIONS.keys()
    fields = {spec.name for record in schema.load().records.values() for spec in record.fields}
    telling = {name for name in fields - roles if "_" in name}
    assert len(telling) > 150, "too few names of fields to prove anything"
    found = {
        f"{source}:{node.lineno}": node.value
        for source, tree in _sources(())
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and node.value in telling
        and not any(source.startswith(path) and node.value in words for path, words in FIELDS_NAMED.items())
    }
    assert found == {}
