"""Weigh the fields of an entry together: what they say of one another, within what their ink allows.

Clear ink is never bent: a text becomes the reading only if its ink lies within a bound of the clearest text's ink.
Otherwise the reading stays, and a finding keeps the value waiting.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from types import MappingProxyType

from rapidfuzz.distance import Levenshtein

from pipeline.base.model import (
    AGAINST_ENTRY,
    BY_ENTRY,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    KeptRegion,
    Ledger,
    Severity,
    Writing,
)
from pipeline.declarations.schema import RecordSpec, Schemas, Slot
from pipeline.digitize.hypotheses import cap_evidence, line_combinations
from pipeline.digitize.parse import EntryParser, without_struck
from pipeline.recognition.decoding import score_texts, unpack_emissions
from pipeline.recognition.decoding.declared_links import links_of
from pipeline.recognition.decoding.entry_links import KeptRules, Repetition
from pipeline.recognition.decoding.entry_model import EntryLink, Option, Variable, joint_chances, options_of
from pipeline.recognition.decoding.priors import ALLOWED, ALLOWED_PER_LETTER
from pipeline.values.kinds.kind import DITTO
from pipeline.values.predicates import NO_CONTEXT, RuleContext

SHARPNESS = 0.8
"""Factor on the ink's log probability, as in ``decoding.DecodingOptions``."""

LIKELIER = 1.5
"""A text becomes the reading if it is so many times likelier than the field's own reading."""

EXPECTED = 0.5
"""A text that the ink forbids is expected from this probability on."""

SURE = 0.95
"""The probability of a reading from which no other field proposes a text for it."""

UNSURE, MADE_SURE = 0.9, 0.95
"""A reviewer sees why a probability below the first by the field alone exceeds the second."""

MOST_REASONS = 2
"""Number of reasons that a reviewer sees."""

MOST_ROUNDS = 4
"""Number of times that the entry is weighed again without the texts that the ink forbids."""


class EntryInk:
    """The ink of the fields of one entry, line by line, on the kept emissions."""

    def __init__(self, regions: Sequence[tuple[Slot, KeptRegion]], parser: EntryParser) -> None:
        self._parser = parser
        self._region = {name: (slot, region) for slot, region in regions for name in slot.field_names}
        self._scores: dict[tuple[int, str], float] = {}

    def distance(self, field: str, text: str, read: str) -> tuple[float, float] | None:
        """Return how far the ink of a text lies below that of the clearest text and of the reading, in tempered nats.

        The first number is infinite where the text lies outside the bound. The result is ``None`` where the lines have
        no emissions, or where a new text cannot be assigned to them.

        Args:
            read: The reading of the field.
        """
        slot, region = self._region.get(field, (None, None))
        if slot is None or region is None:
            return None
        lines = [line for line in without_struck(region.lines)[0] if line.reading.text]
        if not lines or any(not line.reading.emissions or not line.reading.hypotheses for line in lines):
            return None
        ways = [
            texts
            for texts, _ in line_combinations([line.reading for line in lines])
            if self._parser.candidate(slot, lines, texts, 1.0).values.get(field) == text
        ]
        written = ways[0] if ways else _placed([line.reading.text for line in lines], read, text)
        if written is None:
            return None
        clearest, gap, from_reading = [], 0.0, 0.0
        for line, wanted in zip(lines, written, strict=True):
            known = dict.fromkeys(
                (*(known.text for known in line.reading.hypotheses), line.reading.text, wanted)
            )
            ink = self._ink(line.reading.emissions, tuple(known))
            best = max(ink, key=lambda one: ink[one])
            clearest.append(best)
            gap += SHARPNESS * (ink[best] - ink[wanted])
            from_reading += SHARPNESS * (ink[line.reading.text] - ink[wanted])
        letters = Levenshtein.distance("\n".join(clearest), "\n".join(written))
        is_allowed = gap < ALLOWED and gap <= ALLOWED_PER_LETTER * letters
        return (gap if is_allowed else math.inf), from_reading

    def _ink(self, emissions: bytes, texts: Sequence[str]) -> dict[str, float]:
        new = [text for text in texts if (id(emissions), text) not in self._scores]
        if new:
            for text, score in zip(new, score_texts(unpack_emissions(emissions), new), strict=True):
                self._scores[id(emissions), text] = score
        return {text: self._scores[id(emissions), text] for text in texts}


def _placed(lines: Sequence[str], read: str, text: str) -> tuple[str, ...] | None:
    """Return the lines with a new text in the place of the reading; ``None`` where it is not within one line."""
    holding = [number for number, line in enumerate(lines) if read and read in line]
    if len(holding) != 1:
        return None
    return tuple(
        line.replace(read, text, 1) if number in holding else line for number, line in enumerate(lines)
    )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A field weighed with its entry.

    Attributes:
        chances: The probability of each option.
        chosen: Index of the option that becomes the reading.
    """

    variable: Variable
    chances: tuple[float, ...]
    chosen: int

    @property
    def option(self) -> Option:
        return self.variable.options[self.chosen]

    def by_value(self) -> dict[str, float]:
        return _by_value(self.variable.options, self.chances)


class EntryWeighing:
    """Weighs the readings of the entries of one book's form.

    Args:
        context: The context of the rules of the book.
    """

    def __init__(
        self, record: RecordSpec, schemas: Schemas, ledger: Ledger, context: RuleContext = NO_CONTEXT
    ) -> None:
        self._record = record
        self._parser = EntryParser(record, schemas, ledger)
        self._links = links_of(record, context)
        self._linked = frozenset(name for link in self._links for name in link.fields)

    def weighed(
        self,
        readings: Sequence[FieldReading],
        regions: Sequence[tuple[Slot, KeptRegion]],
        decided: Mapping[str, str] = MappingProxyType({}),
        settled: Set[str] = frozenset(),
    ) -> tuple[tuple[FieldReading, ...], tuple[Finding, ...]]:
        """Return the readings of an entry weighed together, and findings that say why.

        Args:
            regions: The regions of the entry with their slots.
            decided: The texts that people decided, ``""`` for none; they count as certain.
            settled: The fields that people decided; their readings stay.
        """
        variables = {
            name: Variable(
                name, (Option(text, self._parser.parsed(text, name).canonical, 1.0),), is_fixed=True
            )
            for name, text in decided.items()
            if text and name in self._linked
        }
        for reading in readings:
            if reading.field in self._linked - settled and _is_readable(reading):
                variables[reading.field] = self._variable(reading)
        inked = {reading.field for reading in readings if reading.inked and decided.get(reading.field) != ""}
        links = tuple(_within(self._links, variables, inked))
        ink = EntryInk(regions, self._parser)
        variables = self._with_proposals(variables, links, ink)
        weighed, forbidden = self._weigh(variables, links, ink)
        by_field = {reading.field: reading for reading in readings}
        understood = dict(_understood(weighed, links))
        now = {
            name: self._resolved(by_field[name], field, understood.get(name, ""))
            for name, field in weighed.items()
            if name in by_field and by_field[name].evidence is not None
        }
        chosen = {name: variable.reading for name, variable in variables.items()}
        chosen |= {name: field.option for name, field in weighed.items()}
        findings = [
            *self._explained(by_field, now, weighed, chosen, links),
            *self._contradicted(weighed, links, forbidden, chosen),
        ]
        return tuple(now.get(reading.field, reading) for reading in readings), tuple(findings)

    def _variable(self, reading: FieldReading) -> Variable:
        if reading.evidence is None:
            return Variable(reading.field, (Option(reading.text, reading.canonical, reading.confidence),))
        values = {
            known.text: self._parser.canonical_of_hypothesis(known.text, reading)
            for known in reading.hypotheses
        }
        options = options_of(reading.hypotheses, values)
        return Variable(
            reading.field, options or (Option(reading.text, reading.canonical, reading.confidence),)
        )

    def _with_proposals(
        self, variables: Mapping[str, Variable], links: Iterable[EntryLink], ink: EntryInk
    ) -> dict[str, Variable]:
        """Return the variables with the texts that linked fields propose and the fields' own ink supports."""
        proposed: dict[str, dict[str, None]] = {}
        for link in links:
            for name, text in link.proposals(variables):
                field = variables[name]
                is_open = not field.is_fixed and field.reading.chance < SURE
                if is_open and all(text != option.text for option in field.options):
                    proposed.setdefault(name, {})[text] = None
        extended = dict(variables)
        for name, texts in proposed.items():
            field = variables[name]
            new = [option for text in texts if (option := self._scored(field, text, ink)) is not None]
            extended[name] = replace(field, options=(*field.options, *new))
        return extended

    def _scored(self, field: Variable, text: str, ink: EntryInk) -> Option | None:
        gaps = ink.distance(field.field, text, field.reading.text)
        if gaps is None or math.isinf(gaps[0]):
            return None
        chance = field.reading.chance * math.exp(min(0.0, -gaps[1]))
        return Option(text, self._parser.parsed(text, field.field).canonical, chance)

    def _weigh(
        self, variables: Mapping[str, Variable], links: Sequence[EntryLink], ink: EntryInk
    ) -> tuple[dict[str, _Weighed], dict[str, Option]]:
        """Return the linked fields weighed, and for each field the text that the entry expects and the ink forbids."""
        now, forbidden = dict(variables), dict[str, Option]()
        for _ in range(MOST_ROUNDS):
            weighed = {
                name: _chosen(now[name], chances)
                for name, chances in joint_chances(now, links).items()
                if not now[name].is_fixed
            }
            banned = {
                name: field.option
                for name, field in weighed.items()
                if field.chosen and not self._allows(field, ink)
            }
            if not banned:
                return weighed, forbidden
            for name, option in banned.items():
                if weighed[name].by_value()[option.value or option.text] >= EXPECTED:
                    forbidden.setdefault(name, option)
                kept = tuple(other for other in now[name].options if other is not option)
                now[name] = replace(now[name], options=kept)
        return {name: replace(field, chosen=0) for name, field in weighed.items()}, forbidden

    def _allows(self, field: _Weighed, ink: EntryInk) -> bool:
        reading, option = field.variable.reading, field.option
        gaps = ink.distance(field.variable.field, option.text, reading.text)
        if gaps is None:
            return math.log(reading.chance / max(option.chance, 1e-12)) < ALLOWED
        return not math.isinf(gaps[0])

    def _resolved(self, reading: FieldReading, weighed: _Weighed, understood: str) -> FieldReading:
        """Return the reading with the probabilities that its entry gives it.

        A text that was not the likeliest by itself agrees with its line only in part.

        Args:
            understood: The value that another field gives to a text without a value of its own.
        """
        assert reading.evidence is not None
        option, options = weighed.option, weighed.variable.options
        shares = dict(zip((known.text for known in options), weighed.chances, strict=True))
        known = [hypothesis for hypothesis in reading.hypotheses if hypothesis.text not in shares]
        ranked = sorted(
            (*(Hypothesis(text, min(1.0, chance)) for text, chance in shares.items()), *known),
            key=lambda hypothesis: -hypothesis.chance,
        )
        first = next(hypothesis for hypothesis in ranked if hypothesis.text == option.text)
        values = weighed.by_value()
        for hypothesis in known:
            value = self._parser.canonical_of_hypothesis(hypothesis.text, reading) or hypothesis.text
            values[value] = values.get(value, 0.0) + hypothesis.chance
        chance = min(1.0, values.pop(option.value or option.text))
        # a text that was not kept may fit the entry too, and its ink is at most as likely as the last kept text
        unkept = min((hypothesis.chance for hypothesis in reading.hypotheses), default=0.0)
        following = max((unkept, *values.values()))
        is_same = option.text == reading.text
        measured = reading.evidence if is_same else cap_evidence(reading.evidence, option.chance)
        parsed = self._parser.parsed(option.text, reading.field)
        return replace(
            reading,
            text=option.text,
            canonical=(reading.canonical if is_same else parsed.canonical) or understood,
            problems=reading.problems if is_same else parsed.problems,
            confidence=chance,
            hypotheses=(first, *(hypothesis for hypothesis in ranked if hypothesis is not first)),
            evidence=replace(
                measured,
                chance=chance,
                margin=max(0.0, chance - following),
                agreement=min(
                    measured.agreement, Levenshtein.normalized_similarity(reading.text, option.text)
                ),
            ),
        )

    def _explained(
        self,
        before: Mapping[str, FieldReading],
        now: Mapping[str, FieldReading],
        weighed: Mapping[str, _Weighed],
        chosen: Mapping[str, Option],
        links: Sequence[EntryLink],
    ) -> Iterable[Finding]:
        """Yield a finding for each field whose reading the entry changed or made much surer."""
        for name, reading in now.items():
            is_changed = reading.text != before[name].text
            is_surer = before[name].confidence < UNSURE and reading.confidence >= MADE_SURE
            if not (is_changed or is_surer):
                continue
            reasons = tuple(dict.fromkeys(self._reasons(name, weighed[name], chosen, links)))[:MOST_REASONS]
            details = {"because": "; ".join(reasons) or "hợp với các ô khác của sự kiện"}
            if is_changed:
                details["alone"] = before[name].text
            yield Finding(BY_ENTRY, Severity.INFO, (name,), details)

    def _reasons(
        self, name: str, weighed: _Weighed, chosen: Mapping[str, Option], links: Sequence[EntryLink]
    ) -> Iterable[str]:
        """Yield what links a field's chosen option to other fields, in Vietnamese."""
        for link in links:
            if name not in link.fields:
                continue
            if isinstance(link, Repetition):
                yield from self._repetitions(name, link, chosen)
            elif isinstance(link, KeptRules) and weighed.chosen:
                alone = {**chosen, name: weighed.variable.reading}
                others = [field for field in link.fields if field != name]
                if others and link.ratio([alone[field] for field in link.fields]) < 1.0:
                    yield " và ".join(f"hợp với ô {self._shown(other, chosen[other])}" for other in others)

    def _repetitions(self, name: str, link: Repetition, chosen: Mapping[str, Option]) -> Iterable[str]:
        for source in link.sources:
            target, other = chosen.get(link.target), chosen.get(source.field)
            if name in (link.target, source.field) and target and other and link.same(target, other):
                partner = source.field if name == link.target else link.target
                yield link.words.format(self._shown(partner, chosen[partner]))

    def _contradicted(
        self,
        weighed: Mapping[str, _Weighed],
        links: Sequence[EntryLink],
        forbidden: Mapping[str, Option],
        chosen: Mapping[str, Option],
    ) -> Iterable[Finding]:
        """Yield a finding for each clear reading that contradicts what its entry lets expect."""
        expected = {
            name: f"“{option.text}”" for name, option in forbidden.items() if weighed[name].chosen == 0
        }
        for link in links:
            source = link.main_source() if isinstance(link, Repetition) and link.only else None
            if source is None or not isinstance(link, Repetition) or link.target not in weighed:
                continue
            target, other = chosen[link.target], chosen[source.field]
            if link.key(other) and link.key(target) and not link.same(target, other):
                expected.setdefault(link.target, link.words.format(self._shown(source.field, other)))
        for name, words in expected.items():
            yield Finding(AGAINST_ENTRY, Severity.REVIEW, (name,), {"expected": words})

    def _shown(self, field: str, option: Option) -> str:
        """Return a field's label and text; a number without a year has that of its book."""
        text = option.value if option.value.startswith(option.text) else option.text
        return f"“{self._record.by_name[field].label}” ({text})"


def _is_readable(reading: FieldReading) -> bool:
    """Return whether a reading is evidence for other fields."""
    is_read = reading.status is FieldStatus.READ and reading.text != "" and DITTO not in reading.problems
    is_weighed = reading.evidence is not None or reading.writing in (Writing.PRINT, Writing.MARK)
    return is_read and is_weighed and not reading.is_cut_short


def _within(
    links: Iterable[EntryLink], variables: Mapping[str, Variable], inked: Set[str]
) -> Iterable[EntryLink]:
    """Yield the links among the fields that are read."""
    for link in links:
        if isinstance(link, Repetition):
            near = link.within(variables, inked)
            if near is not None:
                yield near
        elif all(name in variables for name in link.fields):
            yield link


def _understood(weighed: Mapping[str, _Weighed], links: Iterable[EntryLink]) -> Iterable[tuple[str, str]]:
    """Yield the fields whose text has no value of its own but allows the likely value of another field."""
    for link in links:
        for source in link.sources if isinstance(link, Repetition) else ():
            target, other = weighed.get(link.fields[0]), weighed.get(source.field)
            if not (isinstance(link, Repetition) and target and other and target.option.value):
                continue
            is_likely = target.by_value()[target.option.value] >= EXPECTED
            if is_likely and not other.option.value and link.same(target.option, other.option):
                yield source.field, target.option.value


def _chosen(variable: Variable, joint: Sequence[float]) -> _Weighed:
    """Return a variable with the option that its entry makes likeliest, if that is likelier than not."""
    alone = [option.chance for option in variable.options]
    own = variable.alone().tolist()
    rest = max(0.0, 1.0 - sum(alone))
    weights = [
        chance * marginal / max(known, 1e-12)
        for chance, marginal, known in zip(alone, joint, own, strict=False)
    ]
    left = rest * max(0.0, 1.0 - sum(joint)) / max(own[-1], 1e-12)
    total = sum(weights) + left or 1.0
    chances = tuple(weight / total for weight in weights)
    values = _by_value(variable.options, chances)
    reading = variable.reading.value or variable.reading.text
    values_read = {option.value for option in variable.options}
    is_value = [value for value in values if value in values_read or not variable.reading.value]
    best = max(is_value, key=lambda value: (values[value], value))
    if best == reading or values[best] < LIKELIER * values[reading]:
        return _Weighed(variable, chances, 0)
    places = [place for place, option in enumerate(variable.options) if (option.value or option.text) == best]
    return _Weighed(variable, chances, max(places, key=lambda place: chances[place]))


def _by_value(options: Sequence[Option], chances: Sequence[float]) -> dict[str, float]:
    values: dict[str, float] = {}
    for option, chance in zip(options, chances, strict=True):
        key = option.value or option.text
        values[key] = values.get(key, 0.0) + chance
    return values
