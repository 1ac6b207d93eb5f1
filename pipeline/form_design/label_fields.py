"""Fields that printed labels announce on an unknown form: proposed together, by words, sections and order.

A label alone is often ambiguous: “Họ và tên” stands on a form once for each person. The labels of a form are
therefore read as a sequence, and the likeliest sequence of fields is kept (a beam search)::

    Phần ghi về người mẹ        a heading: the mother is announced
    Họ và tên: ........         a name, of the person announced
    Dân tộc: ....               of the same person; no field twice
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.declarations.schema import Schemas
from pipeline.form_design.design import Design, DesignedCell, DesignedColumn
from pipeline.form_design.flaws import held_fields
from pipeline.form_design.known_labels import KnownLabels, Spelling, known_labels
from pipeline.form_design.labelled_places import (
    Binding,
    LabelledPlace,
    binding_of,
    labelled_places,
    reading_order,
    words_of,
)
from pipeline.layout.locate.label_matching import fold_label

LEAST, CLEAR = 0.7, 0.85
"""Smallest similarity of a label for a field, and the smallest for a field that is not doubtful."""

SAME_PERSON, TOLD, NEXT = 0.15, 0.25, 0.1
"""Gains: the person stays the same, the heading above announces the person, known forms have this order."""

UNTOLD, LEFT, UNTOLD_NAME = -0.25, -0.4, -0.05
"""Losses: a person without a word about it, a person left before, the first where a name begins the person."""

LEAST_TOLD = 0.4
"""Smallest weight of words for a person that are not quite those known."""

TOLD_TOO = 0.7
"""Share of the best weight from which a heading announces another person as well."""

SHORT = 6
"""Smallest number of letters of a label that alone announces a field surely."""

MENTIONED = 80.0
"""Largest similarity in percent of words for a person to a part of a heading that tells nothing."""

FEWEST_LETTERS, SURE_LETTERS, LONGER = 12, 22, 0.85
"""Smallest numbers of letters of a known text that another begins with: likely, surely; the likeness of the former."""

TOGETHER, RIVAL = 0.001, 0.03
"""What a blank for several fields is preferred by to one for a single field of them; a difference that is no surety."""

WORDS_INSIDE = 0.84
"""Likeness of a text to a field's name, all of whose words it has somewhere."""

MOST_LINES = 3.0
"""Largest distance, in heights of letters, of a line from the one on which its value begins."""

SAME_END = 0.03
"""By how much less than its second line the first line of a value may reach to the right."""

DOUBT = 0.2
"""What the sureness of a binding loses where the order of people or another binding speaks against it."""

SAID = 0.1
"""What the title of a register in the print of a form counts, once and twice."""

CLEARLY_LIKELIER = 0.1
"""By how much a register has to be likelier than the chosen one to be named."""

BEAM = 48


@dataclass(frozen=True, slots=True)
class _Path:
    """A hypothesis.

    Attributes:
        bindings: Keys of places with their bindings, each with its sureness.
        held: The fields held, each with its part.
        whole: The fields held without a part.
        person: The person whom the last labels are about.
        left: The people before.
        told: The people announced by a heading since, each with a weight.
        is_unsure: Whether the person is a guess.
    """

    score: float = 0.0
    bindings: tuple[tuple[str, Binding, float], ...] = ()
    held: frozenset[tuple[str, str | None]] = frozenset()
    whole: frozenset[str] = frozenset()
    person: str = ""
    left: frozenset[str] = frozenset()
    told: Mapping[str, float] = field(default_factory=dict)
    is_unsure: bool = False


def bind_by_labels(design: Design, known: KnownLabels) -> Design:
    """Return the design with a field for every blank or column whose label is known; present bindings stay."""
    path = _likeliest(labelled_places(design), known)
    bound = {key: (binding, sureness) for key, binding, sureness in path.bindings}
    taken = {name for element in design.elements() for name in held_fields(element)}

    def with_field(element: Any) -> Any:
        binding, sureness = bound.get(element.key, (None, 0.0))
        if binding is None or held_fields(element) or taken & set(binding.names):
            return element
        return element.model_copy(update=_values(element, binding) | {"doubtful": sureness < CLEAR})

    cells = _continued(tuple(with_field(cell) for cell in design.cells), design)
    update: dict[str, Any] = {"cells": cells}
    if design.table is not None:
        columns = tuple(with_field(column) for column in design.table.columns)
        update["table"] = design.table.model_copy(update={"columns": columns})
    return design.model_copy(update=update)


def likeness_of_records(design: Design, schemas: Schemas) -> dict[str, float]:
    """Return for each register how well its labels explain those of a design: 1 and more means all."""
    places = labelled_places(design)
    blanks = sum(place.is_blank for place in places)
    printed = [f" {words_of(cell.label)} " for cell in design.cells if cell.label]
    titles = {name: f" {words_of(record.title)} " for name, record in schemas.records.items()}
    scores = {}
    for name, record in schemas.records.items():
        if any(form.record == name for form in schemas.forms.values()):
            path = _likeliest(places, known_labels(record, schemas))
            longer = [title for title in titles.values() if titles[name] in title and title != titles[name]]
            said = sum(
                titles[name] in text and not any(title in text for title in longer) for text in printed
            )
            explained = sum(sure if sure >= CLEAR else sure / 2 for _, _, sure in path.bindings)
            scores[name] = explained / max(1, blanks) + SAID * min(said, 2)
    return scores


def likelier_record(design: Design, schemas: Schemas) -> str:
    """Return a register that explains the print of a design clearly better than its own; ``""``: none."""
    scores = likeness_of_records(design, schemas)
    best = max(scores, key=lambda name: scores[name], default="")
    return best if best and scores[best] > scores.get(design.record, 0.0) + CLEARLY_LIKELIER else ""


def _likeliest(places: Sequence[LabelledPlace], known: KnownLabels) -> _Path:
    paths = [_Path()]
    group = ""
    for place in places:
        if place.group != group:
            group = place.group
            paths = [_told(path, group, known) for path in paths]
        if not place.is_blank:
            paths = [_told(path, place.texts[-1], known) for path in paths]
            continue
        candidates = _candidates(place, known)
        grown = list(paths)
        for path in paths:
            for binding, (likeness, named) in candidates.items():
                doubt = DOUBT * _has_rival(binding, candidates)
                if (
                    longer := _with(path, place, binding, likeness, known, named=named, doubt=doubt)
                ) is not None:
                    grown.append(longer)
        paths = sorted(grown, key=lambda path: -path.score)[:BEAM]
    return paths[0]


def _told(path: _Path, heading: str, known: KnownLabels) -> _Path:
    """Return the hypothesis after a heading, which may announce people."""
    text = words_of(heading)
    whole = {
        role: max((phrase for phrase in phrases if f" {phrase} " in f" {text} "), key=len, default="")
        for role, phrases in known.people.items()
    }
    told = {
        role: 1.0
        for role, phrase in whole.items()
        if phrase and not any(phrase in other and phrase != other for other in whole.values())
    }
    if not told:
        told = {
            role: likeness
            for role, phrases in known.people.items()
            if (likeness := max((_told_by(phrase, text) for phrase in phrases), default=0.0)) >= LEAST_TOLD
        }
    return replace(path, told=told) if told else path


def _told_by(phrase: str, text: str) -> float:
    """Return how surely a heading has words for a person that are not quite those known, 0..1."""
    if len(phrase) > len(text):
        return 0.0
    return max(0.0, (fuzz.partial_ratio(phrase, text) - MENTIONED) / (100.0 - MENTIONED))


def _candidates(place: LabelledPlace, known: KnownLabels) -> dict[Binding, tuple[float, bool]]:
    """Return the bindings that a label may announce, each with its similarity, and whether it names the person."""
    texts = [(fold_label(text), frozenset(words_of(text).split())) for text in place.texts]
    candidates = {}
    for binding, spellings in known.spellings.items():
        likeness, named = max(
            (weight * _likeness(folded, words, spelling), spelling.named)
            for spelling, weight in spellings
            for folded, words in texts
        )
        if likeness >= (LEAST if place.is_named or len(binding.fields) > 1 else CLEAR):
            candidates[binding] = likeness + TOGETHER * (len(binding.fields) > 1), named
    return candidates


def _has_rival(binding: Binding, candidates: Mapping[Binding, tuple[float, bool]]) -> bool:
    """Return whether a label announces another binding of a field as well."""
    return any(
        other.names != binding.names
        and set(other.names) & set(binding.names)
        and likeness > candidates[binding][0] - RIVAL
        for other, (likeness, _) in candidates.items()
    )


def _likeness(text: str, words: frozenset[str], known: Spelling) -> float:
    """Return the similarity of a text to a known one.

    A text that goes on behind a long known one is like it, as is one with all words of a field's name; not surely.
    """
    likeness = float(Levenshtein.normalized_similarity(text, known.folded))
    if known.words and known.words <= words:
        share = sum(map(len, known.words)) / sum(map(len, words))
        likeness = max(likeness, WORDS_INSIDE + (1 - WORDS_INSIDE) * 0.5 * share)
    if FEWEST_LETTERS <= len(known.folded) < len(text):
        begun = float(Levenshtein.normalized_similarity(text[: len(known.folded)], known.folded))
        likeness = max(likeness, begun if len(known.folded) >= SURE_LETTERS else LONGER * begun)
    return likeness


def _with(
    path: _Path,
    place: LabelledPlace,
    binding: Binding,
    likeness: float,
    known: KnownLabels,
    *,
    named: bool,
    doubt: float,
) -> _Path | None:
    """Return the hypothesis with a binding more; None: a field would be held twice."""
    slots = {(name, binding.part) for name in binding.names}
    names = set(binding.names)
    if slots & path.held or names & (path.whole if binding.part else {name for name, _ in path.held}):
        return None
    last = path.bindings[-1][1] if path.bindings else None
    gain = likeness - LEAST + 0.1
    if binding.part and last is not None and last.names == binding.names:
        gain, doubt = gain + NEXT, DOUBT * (path.bindings[-1][2] < CLEAR)
    elif min(map(len, map(fold_label, place.texts))) < SHORT and (
        binding.part or last is None or (last, binding) not in known.next_to
    ):
        gain, doubt = gain - NEXT, DOUBT
    person, is_unsure = known.person_of(binding), False
    if last is not None and (last, binding) in known.next_to and known.person_of(last) == person:
        gain += NEXT
    if person and not named:
        step, is_unsure = _step_to(person, binding, path, known)
        gain += step
    if person and person != path.person and person in path.left:
        gain, is_unsure = gain + LEFT, True
    return _Path(
        path.score + gain,
        (*path.bindings, (place.key, binding, likeness - (DOUBT if is_unsure else doubt))),
        path.held | slots,
        path.whole | (set() if binding.part else names),
        person or path.person,
        path.left | {path.person} if person and path.person and person != path.person else path.left,
        {} if person else path.told,
        is_unsure if person else path.is_unsure,
    )


def _step_to(person: str, binding: Binding, path: _Path, known: KnownLabels) -> tuple[float, bool]:
    """Return the gain of a label that does not name its person, and whether the person is a guess."""
    if person in path.told:
        others = [weight for role, weight in path.told.items() if role != person]
        return TOLD * path.told[person], max(others, default=0.0) > TOLD_TOO * path.told[person]
    if person == path.person and not path.told:
        return SAME_PERSON, path.is_unsure
    if not path.person and not path.told:
        return (0.0, False) if person == known.subject else (UNTOLD_NAME, True)
    begins = not path.told and not known.names.isdisjoint(binding.names)
    return UNTOLD_NAME if begins else UNTOLD, True


def _values(element: DesignedCell | DesignedColumn, binding: Binding) -> dict[str, Any]:
    roles = dict(binding.fields)
    single = next(iter(roles.values())) if set(roles) == {"value"} else None
    values: dict[str, Any] = {"field": single, "fields": {} if single else roles, "kind": binding.kind}
    if isinstance(element, DesignedCell):
        values |= {"part": binding.part, "printed": binding.printed, "stamped": binding.stamped}
    return values


def _continued(cells: Sequence[DesignedCell], design: Design) -> tuple[DesignedCell, ...]:
    """Return the cells, with blanks without a label going on with the blank at the end of the line above."""
    result = {cell.key: cell for cell in cells}
    before: DesignedCell | None = None
    for key in [cell.key for cell in reading_order(design)]:
        cell = result[key]
        if (
            before is not None
            and cell.from_ is not None
            and not cell.label
            and not held_fields(cell)
            and held_fields(before)
            and not (before.part or before.printed)
            and (before.to or 0.0) > (cell.to or 0.0) - SAME_END
            and 0.5 < (cell.at - before.at) / design.text_size < MOST_LINES
        ):
            cell = cell.model_copy(
                update=_values(cell, binding_of(before)) | {"kind": None, "doubtful": before.doubtful}
            )
            result[key] = cell
        before = cell
    return tuple(result[cell.key] for cell in cells)
