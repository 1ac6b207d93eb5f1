"""The words for the people of a register on printed forms, and which fields are about whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from pipeline.declarations.schema import Form, RecordSpec, Schemas
from pipeline.form_design.design import Design, design_of_form
from pipeline.form_design.flaws import held_fields
from pipeline.form_design.labelled_places import Announced, reading_order, words_of

Words = Mapping[tuple[str, str], frozenset[str]]
"""From each register and person to the words for this person; empty for whom there are none."""

HEAD_WORDS, FEWEST_HEADS = 3, 6
"""With how many same words how many headings begin, to be about a person only by the other words (“Phần ghi về”)."""


def words_for_people(
    forms: Sequence[Form], announced: Mapping[str, Sequence[Announced]], schemas: Schemas
) -> Words:
    """Return the words for each person of each register: fields' names, groups of columns, and headings of sections."""
    names = {
        (spec.record, person.role): words_of(spec.by_name[person.name].label)
        for spec in schemas.records.values()
        for person in spec.people
    }
    common = common_start(list(names.values()))
    words: dict[tuple[str, str], set[str]] = {key: {name[common:].strip()} for key, name in names.items()}
    headings: list[tuple[str, str, str]] = []
    for form in forms:
        owners = person_of_fields(schemas.record(form.record))
        for one in announced[form.id]:
            if one.group and (
                role := next((owners[name] for name in one.binding.names if name in owners), "")
            ):
                words[form.record, role].add(words_of(one.group))
        headings += [
            (form.record, role, words_of(text)) for text, role in _headings(design_of_form(form), owners)
        ]
    heads = Counter(tuple(text.split()[:HEAD_WORDS]) for _, _, text in headings)
    for record, role, text in headings:
        head = text.split()[:HEAD_WORDS]
        often = heads[tuple(head)] >= FEWEST_HEADS
        words[record, role].add(" ".join(text.split()[HEAD_WORDS:]) if often else text)
    by_role: dict[str, set[str]] = defaultdict(set)
    for (_, role), phrases in words.items():
        by_role[role] |= phrases
    whole = {key: frozenset(filter(None, phrases | by_role[key[1]])) for key, phrases in words.items()}
    return defaultdict(frozenset, whole)


def person_of_fields(record: RecordSpec) -> dict[str, str]:
    """Return the person whom each field of a register is about; other fields are not in it."""
    prefixes = sorted(
        ((prefix_of(record, person.role), person.role) for person in record.people),
        key=lambda one: -len(one[0]),
    )
    return {
        spec.name: role
        for spec in record.fields
        for role in [next((role for prefix, role in prefixes if spec.name.startswith(prefix)), "")]
        if role
    }


def prefix_of(record: RecordSpec, role: str) -> str:
    """Return how the names of a person's fields begin."""
    name = next((person.name for person in record.people if person.role == role), "")
    return name[: name.rfind("_") + 1]


def without_person(text: str, phrases: frozenset[str]) -> str:
    """Return a label without the words for a person at its end; the same text if it has none."""
    plain = words_of(text)
    for phrase in sorted(phrases, key=len, reverse=True):
        if plain.endswith(f" {phrase}"):
            return plain.removesuffix(phrase).strip()
    return text


def _headings(design: Design, owners: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the headings of sections that are about one person."""
    heading = ""
    roles: list[str] = []
    for cell in [*reading_order(design), None]:
        if cell is None or (cell.from_ is None and cell.label):
            if heading and len(set(roles)) == 1 and roles[0]:
                yield heading, roles[0]
            heading, roles = cell.label if cell is not None else "", []
        elif held_fields(cell):
            roles += [owners.get(name, "") for name in held_fields(cell)]


def common_start(texts: Sequence[Sequence[str]]) -> int:
    """Return with how many same letters, or words, texts begin."""
    return sum(1 for _ in takewhile(lambda same: len(set(same)) == 1, zip(*texts, strict=False)))
