"""The printed labels of all declared forms, and the fields that they announce for the people of a register.

A label of one form serves others: what “Dân tộc” announces for a mother it announces for a wife as well. So the words
for a person are taken out of a label, and every person of a register gets it with the words that forms and fields have
for this person::

    birth-2016    Họ, chữ đệm, tên mẹ:      ->  Họ, chữ đệm, tên … + name  ->  Họ, chữ đệm, tên chồng: husband_name
    death-table   Người chết | Dân tộc      ->  Dân tộc + ethnicity        ->  Dân tộc: husband_ethnicity
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.form_design.bundles import bundles_of
from pipeline.form_design.design import design_of_form
from pipeline.form_design.labelled_places import Announced, Binding, announced_bindings, words_of
from pipeline.form_design.person_words import (
    Words,
    common_start,
    person_of_fields,
    prefix_of,
    without_person,
    words_for_people,
)
from pipeline.layout.locate.label_matching import fold_label
from pipeline.values.kinds import COMPOSITES

OWN, SHARED, NAMED = 1.0, 0.96, 0.86
"""Weights of a label of the register's own forms, of other people's or registers', and of a field's name on screen."""

FEWEST_WORDS, FEWEST_NAMING = 4, 3
"""Smallest number of words with which several labels begin, to be taken for a label of its own, and the smallest of a
field's name whose words may stand apart in a label."""

PERSON_ALONE = 0.84
"""Weight of the words for a person alone, as a label of the name: never sure."""

OFTEN = 0.01
"""What a text weighs more for each further form that has it."""

IDLE = frozenset({"va"})
"""Words of a field's name that a label may lack."""

OF_PERSON = " của "
"""What comes before the person in a field's name."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A printed text that announces a binding.

    Attributes:
        folded: Its letters.
        words: Its words, where all of them inside a longer text make the binding likely; else empty.
        named: Whether it names the person.
    """

    folded: str
    words: frozenset[str]
    named: bool


@dataclass(frozen=True, slots=True)
class KnownLabels:
    """What is known of the print of a register.

    Attributes:
        spellings: The texts of each binding, each with its weight.
        people: From each person to the words for this person, without diacritics.
        owner: From each field to its person.
        names: The fields of the people's names.
        subject: The only person whom an entry is about; ``""``: there are several.
        next_to: Pairs of bindings that follow each other on a form of the register.
        texts: The letters of all printed texts of its forms.
    """

    spellings: Mapping[Binding, tuple[tuple[Spelling, float], ...]]
    people: Mapping[str, frozenset[str]]
    owner: Mapping[str, str]
    names: frozenset[str]
    subject: str
    next_to: frozenset[tuple[Binding, Binding]]
    texts: frozenset[str]

    def person_of(self, binding: Binding) -> str:
        """Return the role of the person whom a binding is about; ``""``: none."""
        return next((self.owner[name] for name in binding.names if name in self.owner), "")


def known_labels(record: RecordSpec, schemas: Schemas) -> KnownLabels:
    """Return what all declared forms teach about the print of a register."""
    forms = [form for form in schemas.forms.values() if form.layout in ("page", "table")]
    announced = {form.id: tuple(announced_bindings(design_of_form(form))) for form in forms}
    words = words_for_people(forms, announced, schemas)
    owner = person_of_fields(record)
    learnt = _Learnt()
    _learn_names(learnt, record, schemas, words)
    for form in forms:
        learnt.begin_form()
        for one in announced[form.id]:
            if form.record == record.record:
                learnt.learn(one.binding, one.text, OWN, named=_bare(one, record, words) != one.text)
            _learn_shared(learnt, one, schemas.record(form.record), record, words)
    _learn_stems(learnt, record, [one for form in forms for one in announced[form.id]])
    subjects = [person.role for person in record.people if person.event != "other"]
    own = [announced[form.id] for form in forms if form.record == record.record]
    labels = [label.text for form in forms if form.record == record.record for label in form.labels]
    return KnownLabels(
        spellings=learnt.spellings,
        people={role: words[record.record, role] for role in dict.fromkeys(owner.values())},
        owner=owner,
        names=frozenset(person.name for person in record.people),
        subject=subjects[0] if len(subjects) == 1 else "",
        next_to=frozenset((one.binding, other.binding) for form in own for one, other in pairwise(form)),
        texts=frozenset(map(fold_label, labels)),
    )


def familiar_words(schemas: Schemas) -> frozenset[str]:
    """Return the letters of all words printed on sheets of the declared forms."""
    texts = [
        label.text
        for form in schemas.forms.values()
        if form.layout in ("page", "table")
        for label in form.labels
    ]
    return frozenset(fold_label(word) for text in texts for word in text.split())


class _Learnt:
    """The spellings of bindings; what more forms have weighs a little more."""

    def __init__(self) -> None:
        self._weights: dict[Binding, dict[Spelling, float]] = defaultdict(dict)
        self._of_form: set[tuple[Binding, Spelling]] = set()

    def begin_form(self) -> None:
        self._of_form.clear()

    def learn(
        self, binding: Binding, text: str, weight: float, *, named: bool = False, parted: bool = False
    ) -> None:
        words = frozenset(words_of(text).split()) - IDLE
        spelling = Spelling(
            fold_label(text), words if parted and len(words) >= FEWEST_NAMING else frozenset(), named
        )
        if spelling.folded:
            before = self._weights[binding].get(spelling, 0.0)
            again = before + OFTEN if before and (binding, spelling) not in self._of_form else before
            self._weights[binding][spelling] = max(weight, again)
            self._of_form.add((binding, spelling))

    @property
    def spellings(self) -> dict[Binding, tuple[tuple[Spelling, float], ...]]:
        return {
            binding: tuple((spelling, min(1.0, weight)) for spelling, weight in weights.items())
            for binding, weights in self._weights.items()
        }


def _learn_names(learnt: _Learnt, record: RecordSpec, schemas: Schemas, words: Words) -> None:
    """Learn the names that fields and groups of fields have on screen, and people alone (“Mẹ: ……” is a name)."""
    owner = person_of_fields(record)
    for spec in record.fields:
        binding = Binding((("value", spec.name),))
        learnt.learn(binding, spec.label, NAMED, named=spec.name in owner, parted=True)
        bare = spec.label.split(OF_PERSON)[0]
        if spec.name in owner and bare != spec.label:
            learnt.learn(binding, bare, NAMED)
    for bundle in bundles_of(schemas, record):
        fields = Binding(tuple(bundle["fields"].items()), bundle["kind"])
        learnt.learn(fields, COMPOSITES[bundle["kind"]].label, NAMED + 0.001, parted=True)
    for person in record.people:
        for phrase in words[record.record, person.role]:
            learnt.learn(Binding((("value", person.name),)), phrase, PERSON_ALONE, named=True)


def _learn_shared(
    learnt: _Learnt, one: Announced, before: RecordSpec, record: RecordSpec, words: Words
) -> None:
    """Learn what a label of a form announces for each person of a register, or for no person."""
    person, bare = _person(one, before), _bare(one, before, words)
    for role in dict.fromkeys(person_of_fields(record).values()) if person else ("",):
        twin = _for_person(one.binding, prefix_of(before, person), prefix_of(record, role))
        if set(twin.names) <= set(record.by_name):
            if bare == one.text:
                learnt.learn(twin, bare, SHARED)
            for phrase in words[record.record, role]:
                learnt.learn(twin, f"{bare} {phrase}", SHARED, named=True)
    for spec in _only_of_kind(one.binding, before, record):
        learnt.learn(Binding((("value", spec.name),)), bare, SHARED)


def _learn_stems(learnt: _Learnt, record: RecordSpec, announced: Sequence[Announced]) -> None:
    """Learn with what words several labels of one meaning begin, as “chức vụ người ký” before the name of a paper."""
    texts: dict[Binding, list[str]] = defaultdict(list)
    for one in announced:
        if set(one.binding.names) <= set(record.by_name) and not _person(one, record):
            texts[one.binding].append(one.text)
    for binding, alike in texts.items():
        for stem in _stems(alike):
            learnt.learn(binding, stem, SHARED)


def _person(one: Announced, record: RecordSpec) -> str:
    owner = person_of_fields(record)
    return next((owner[name] for name in one.binding.names if name in owner), "")


def _bare(one: Announced, record: RecordSpec, words: Words) -> str:
    """Return a label without the words for its person."""
    person = _person(one, record)
    return without_person(one.text, words[record.record, person]) if person else one.text


def _only_of_kind(binding: Binding, before: RecordSpec, record: RecordSpec) -> Iterator[FieldSpec]:
    """Yield the one field of a register that has the kind of another register's field, where no field has its name."""
    if len(binding.names) == 1 and not binding.part and binding.names[0] not in record.by_name:
        kind = before.by_name[binding.names[0]].kind
        alike = [spec for spec in record.fields if spec.kind == kind]
        yield from alike if len(alike) == 1 else ()


def _stems(texts: Sequence[str]) -> Iterator[str]:
    """Yield the words with which several longer texts begin."""
    split = sorted(words_of(text).split() for text in texts)
    for first, second in pairwise(split):
        stem = first[: common_start([first, second])]
        if len(stem) >= FEWEST_WORDS and stem not in (first, second):
            yield " ".join(stem)


def _for_person(binding: Binding, before: str, after: str) -> Binding:
    fields = tuple(
        (role, after + name.removeprefix(before) if before else name) for role, name in binding.fields
    )
    return Binding(fields, binding.kind, binding.part, binding.printed, binding.stamped)
