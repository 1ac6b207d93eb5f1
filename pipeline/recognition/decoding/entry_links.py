"""What a link between fields of an entry says: its table of probability ratios, and the texts that it proposes.

A value may repeat the value of another field (``Repetition``), entries seldom break a rule (``KeptRules``), and a
registration usually follows its event soon (``TimelyRegistration``). A repetition is a mixture: with the share ``s`` of
a source the value is the source's, otherwise it is independent of it, so that

    P(a, b) / (P(a) P(b)) = s / P(a) + 1 - s   if a and b are the same, 1 - s otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz import fuzz

from pipeline.base.text.tones import folded
from pipeline.declarations.schema import RuleSpec
from pipeline.recognition.decoding.entry_model import Option, Table, Variable
from pipeline.values.predicates import Value, date_parts
from pipeline.values.predicates.dates import completed_years
from pipeline.values.predicates.people import PERSONAL_DIGITS, parent_of_relation

MOST = 10.0
"""Largest ratio 1 / P(a) of a repeated value. Two misreadings of one hand may agree, so that a rare name or day that
two fields have in common proves less than its rarity says. The value is that of dates in figures and in words."""

SAYS_SO = 0.98
"""Share of births that the parent declares whom the relation names. A belief."""

BELIEVED = 3.0
"""Largest ratio of what is only believed, without data: that values agree, to that they differ."""

PERHAPS = 0.25
"""Share of repetitions that are only believed: the surname of the father among peoples with other customs, one home of
couples and of parents, entries numbered like their pages, a registration within a year of the event."""

BELIEVED_MOST = (BELIEVED - 1.0) * (1.0 - PERHAPS) / PERHAPS
"""The largest ratio 1 / P(a) of such a repetition, by which agreement is at most ``BELIEVED`` times likelier."""

ERRING = 0.02
"""Share of entries that break a rule of law or of the calendar by a clerk's mistake: an upper estimate, which makes the
rule weak rather than strong. The share of dates that clerks write differently in figures and in words is the same."""

SIGNS = 1.0 / BELIEVED
"""The same for signs that have exceptions, such as a name's middle word for the sex: a belief."""

BROKEN: Mapping[str, float] = {
    **dict.fromkeys(
        ("same_year", "not_after", "age_within", "of_marriageable_age", "number_tells_sex", "number_tells_birth",
         "bearer_age_within", "number_of_a", "namesake_number_tells_birth", "namesake_number_of_a",
         "relation_fits_number"), ERRING,
    ),
    **dict.fromkeys(
        ("name_tells_sex", "name_of_a", "relation_fits_name", "spouse_tells_sex", "time_limit_agrees",
         "number_fits_paper"), SIGNS,
    ),
}  # fmt: skip
"""For each predicate how much rarer entries are that break its rule."""

MOST_COMBINATIONS = 512
"""Number of combinations of options beyond which a rule is not asked: its fields are hardly read."""

ALIKE = 75.0
"""Similarity (0..100) to the reading from which a text that another field proposes is compared with the ink."""

NEAR = ((0, 0), (-1, 0), (0, 1))
"""The least and the greatest number of full years from an event to its registration within a year."""


@dataclass(frozen=True, slots=True)
class Source:
    """A field whose value another field may repeat.

    Attributes:
        share: The share of entries in which it does.
        parent: The sex of the parent it names; the share then depends on the declared relation.
    """

    field: str
    share: float
    parent: str = ""


@dataclass(frozen=True)
class Repetition:
    """A field that repeats one of several other fields.

    Attributes:
        key: Returns what is repeated of an option, ``""`` for nothing that can be compared.
        probability: Returns the probability of a key in any entry, as far as it exceeds 1 / ``most``.
        adapt: Returns the text of the field with the value of a source.
        words: What a repetition means, in Vietnamese; the source's label and its value are filled in.
        relation: The field that names the source.
        is_part: Whether a part of the value is repeated, such as a surname.
        is_independent: Whether the two fields are written in different ways, so that errors in them are independent.
        alike: Similarity (0..100) of the reading to a source's text from which the text is proposed.
        only: The share of the only source with ink, where all others are blank; 0: the share does not change.
        custom: A field and the value without which the repetition is only a belief.
    """

    target: str
    sources: tuple[Source, ...]
    key: Callable[[Option], str]
    words: str
    probability: Callable[[str], float] = lambda _: 0.0
    adapt: Callable[[str, Option], str] = lambda _, source: source.text
    most: float = MOST
    relation: str = ""
    is_part: bool = False
    is_independent: bool = False
    alike: float = ALIKE
    only: float = 0.0
    custom: tuple[str, str] | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        relation = (self.relation,) if self.relation else ()
        return (self.target, *relation, *(source.field for source in self.sources))

    def within(self, variables: Mapping[str, Variable], inked: Set[str]) -> Repetition | None:
        """Return the link among the fields that are read, ``None`` if nothing remains.

        Args:
            inked: The fields of the entry with ink, read or not.
        """
        sources = tuple(source for source in self.sources if source.field in variables)
        if self.target not in variables or not sources:
            return None
        relation = self.relation if self.relation in variables else ""
        most = self.most
        people = variables.get(self.custom[0]) if self.custom else None
        if people is not None and self.custom and people.reading.value not in ("", self.custom[1]):
            sources, most = (replace(sources[0], share=PERHAPS),), BELIEVED_MOST
        elif self.only and sum(source.field in inked for source in self.sources) == 1:
            sources = (replace(sources[0], share=self.only),)
        return replace(self, sources=sources, relation=relation, most=most)

    def table(self, variables: Sequence[Variable]) -> Table:
        target, *others = variables
        selectors = others[:1] if self.relation else []
        sources = others[len(selectors) :]
        shares = self._shares(selectors)
        letters = "tr"[: 1 + len(selectors)] + "abcdef"[: len(sources)]
        ones = [np.ones(len(variable.options) + 1) for variable in variables]
        independent = (1.0 - shares.sum(axis=1)) if selectors else np.array(1.0 - shares.sum())
        ratios = _spread(independent, "r" if selectors else "", letters, ones)
        for place, source in enumerate(sources):
            share = shares[:, place] if selectors else np.array(shares[0, place])
            of_source = np.einsum("r,ts->trs" if selectors else ",ts->ts", share, self.ratios(target, source))
            own = ("tr" if selectors else "t") + letters[len(selectors) + 1 + place]
            ratios = ratios + _spread(of_source, own, letters, ones)
        return ratios

    def ratios(self, target: Variable, source: Variable) -> Table:
        """Return 1 / P(a) where two options are the same, 0 where they differ, the remainders last.

        The remainder of a field agrees with another field by chance, if the other text resembles the reading at all. If
        only a part of the values is repeated, the remainder has the parts of the options: an unread given name does not
        change the surname.
        """
        mine, theirs = ([self.key(option) for option in variable.options] for variable in (target, source))
        alike = self._errors_alike(target, source)
        table = np.zeros((len(mine) + 1, len(theirs) + 1))
        for row, key in enumerate(mine):
            for column, other in enumerate(theirs):
                if not (key and other):
                    table[row, column] = 1.0
                elif key == other:
                    table[row, column] = self._rarity(key) * alike[key]
        if self.is_part:
            table[-1] = _shares_of(target) @ table[:-1]
            table[:, -1] = table[:, :-1] @ _shares_of(source)
            return table
        is_near = self._is_near(target, source.reading) or self._is_near(source, target.reading)
        table[-1, :] = table[:, -1] = float(is_near)
        return table

    def _errors_alike(self, target: Variable, source: Variable) -> Mapping[str, float]:
        """Return a factor for each key that both fields may have.

        One hand is misread alike in both: of the keys that both fields may have, the two readings count as one reading.
        The likeliest such key has the factor 1.
        """
        sums: list[dict[str, float]] = []
        for variable in (target, source):
            chances: dict[str, float] = {}
            for option in variable.options:
                chances[self.key(option)] = chances.get(self.key(option), 0.0) + option.chance
            sums.append(chances)
        both = {key: max(sums[0][key] * sums[1][key], 1e-12) for key in sums[0].keys() & sums[1].keys()}
        best = max(both.values(), default=1.0)
        return {key: 1.0 if self.is_independent else math.sqrt(best / chance) for key, chance in both.items()}

    def _is_near(self, field: Variable, other: Option) -> bool:
        """Return whether a field may have the text of another field: the text resembles the reading."""
        text = self.adapt(field.reading.text, other)
        return not text or fuzz.ratio(folded(text), folded(field.reading.text)) >= self.alike

    def proposals(self, variables: Mapping[str, Variable]) -> Iterator[tuple[str, str]]:
        """Yield a field and the text that another field of the link proposes for it."""
        for source in self.sources:
            pair = variables[self.target], variables[source.field]
            for mine, other in (pair, pair[::-1]):
                is_known = any(self.same(option, other.reading) for option in mine.options)
                text = self.adapt(mine.reading.text, other.reading)
                if text and self.key(other.reading) and not is_known and self._is_near(mine, other.reading):
                    yield mine.field, text

    def same(self, target: Option, source: Option) -> bool:
        """Return whether an option repeats that of a source."""
        key = self.key(target)
        return bool(key) and key == self.key(source)

    def main_source(self) -> Source | None:
        """Return the source whose value is nearly always repeated, if there is one."""
        return next((source for source in self.sources if source.share >= 0.9), None)

    def _rarity(self, key: str) -> float:
        return min(self.most, 1.0 / max(self.probability(key), 1e-9))

    def _shares(self, selectors: Sequence[Variable]) -> Table:
        """Return the share of each source, a row for each option of the relation."""
        usual = [source.share for source in self.sources]
        if not selectors:
            return np.array([usual])
        rows = []
        for option in selectors[0].options:
            parent = parent_of_relation(option.text)
            named = [SAYS_SO if source.parent == parent else 0.0 for source in self.sources]
            rows.append(usual if parent is None else named)
        return np.array([*rows, usual])


@dataclass(frozen=True)
class KeptRules:
    """The rules of the record about the same fields, which entries seldom break.

    One mistake of a clerk may break several of them: a birth after its registration is no age either.
    """

    fields: tuple[str, ...]
    rules: tuple[RuleSpec, ...]
    asked: tuple[Callable[..., bool | None], ...]

    def table(self, variables: Sequence[Variable]) -> Table | None:
        if not 1 < math.prod(len(variable.options) for variable in variables) <= MOST_COMBINATIONS:
            return None
        ratios = np.ones([len(variable.options) + 1 for variable in variables])
        for combination in np.ndindex(*(len(variable.options) for variable in variables)):
            options = [variable.options[at] for variable, at in zip(variables, combination, strict=True)]
            ratios[combination] = self.ratio(options)
        return None if ratios.min() == 1.0 else ratios

    def proposals(self, variables: Mapping[str, Variable]) -> Iterator[tuple[str, str]]:
        """Yield a personal number and its text with the century and the year of the date of birth."""
        if any(rule.predicate == "number_tells_birth" for rule in self.rules):
            number, born_on = (variables[name].reading for name in self.fields)
            for text in _with_birth_year(number.text, born_on.value[-4:]):
                yield self.fields[0], text

    def ratio(self, options: Sequence[Option]) -> float:
        """Return how much rarer these values are than values that keep all rules."""
        values = [Value(option.text, option.value) for option in options]
        asked = zip(self.rules, self.asked, strict=True)
        return min((BROKEN[rule.predicate] for rule, ask in asked if ask(*values) is False), default=1.0)


def _shares_of(variable: Variable) -> Table:
    """Return the share of each option among the options."""
    chances = np.array([option.chance for option in variable.options])
    return chances / max(float(chances.sum()), 1e-12)


def _spread(part: Table, own: str, letters: str, ones: Sequence[Table]) -> Table:
    """Return a table over some of the axes as a table over all of them."""
    others = [(letter, size) for letter, size in zip(letters, ones, strict=True) if letter not in own]
    wanted = ",".join([own, *(letter for letter, _ in others)])
    spread: Table = np.einsum(f"{wanted}->{letters}", part, *(size for _, size in others))
    return spread


@dataclass(frozen=True)
class TimelyRegistration:
    """An event and its registration, which usually follows within a year."""

    fields: tuple[str, ...]

    def table(self, variables: Sequence[Variable]) -> Table | None:
        happened, registered = variables
        if len(happened.options) == len(registered.options) == 1:
            return None
        ratios = np.full([len(variable.options) + 1 for variable in variables], 1.0 - PERHAPS)
        for row, event in enumerate(happened.options):
            for column, day in enumerate(registered.options):
                if completed_years(date_parts(event.value), date_parts(day.value)) in NEAR:
                    ratios[row, column] *= BELIEVED
        ratios[-1, :] = ratios[:, -1] = 1.0
        return ratios

    def proposals(self, _variables: Mapping[str, Variable]) -> Iterator[tuple[str, str]]:
        """Yield nothing: a registration does not say on which day an event was."""
        yield from ()


def _with_birth_year(number: str, year: str) -> Iterator[str]:
    """Yield a personal number for both sexes with the century and the year of birth."""
    if len(number) == PERSONAL_DIGITS and number.isdecimal() and year.isdecimal() and len(year) == 4:
        for sex in (0, 1):
            yield f"{number[:3]}{2 * (int(year[:2]) - 19) + sex}{year[2:]}{number[6:]}"
