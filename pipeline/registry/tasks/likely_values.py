"""Values that people keyed in a book, shown first where the ink of another entry probably has them too.

One value that somebody keyed is enough, at any step: what is shown first is an offer, and a person looks at the ink.
Only values that a book repeats count (``RecordSpec.pool_of``): officers, registrars, places; never the people of an
entry. Clear ink stays what was read there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from rapidfuzz import fuzz
from sqlalchemy import Connection, select

from pipeline.base.model import FieldReading, FieldStatus
from pipeline.base.text.tones import unaccented, with_tones_last
from pipeline.declarations.schema import RecordSpec
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.rows import ENTRIES, entry, on_entry
from pipeline.registry.tasks.keyed_values import live_keyings
from pipeline.registry.tasks.leases import KeyingMode
from pipeline.registry.tasks.rows import decision, keying, review_task
from pipeline.registry.tasks.stamps import stamps_of
from pipeline.registry.withdrawals.stored_withdrawals import decision_stands

CLEAR = 0.9
"""Confidence from which a reading stays, whatever people keyed elsewhere."""

PROPOSED = 5.0
"""Largest ratio of the reading's probability to that of another hypothesis that a value of the book outweighs."""

UNSURE, ALIKE = 0.6, 80.0
"""Confidence of a reading below which a name of the book with nearly its letters takes its place, though the reader did
not propose it; and how alike the letters must be (0..100, without marks), as ``decided_values.SAME_IN_PRINT``."""


@dataclass(frozen=True, slots=True)
class BookValue:
    """A value that people keyed in a book.

    Attributes:
        text: Its commonest wording.
        fields: The entries and fields where they keyed it.
    """

    text: str
    fields: frozenset[tuple[int, str]]


class LikelyValues:
    """The values that people keyed in a book, and where else they are likely.

    Args:
        year: The year of the book.
        case_counts: As the office compares texts.
    """

    def __init__(
        self,
        connection: Connection,
        declared: RecordSchema,
        book_id: int,
        record: str,
        *,
        year: int,
        case_counts: bool,
    ) -> None:
        self._connection = connection
        self._book_id = book_id
        self._record: RecordSpec = declared.schemas.record(record)
        self._compared = partial(declared.compared, record, case_counts=case_counts, year=year)
        self._by_pool: dict[str, dict[str, BookValue]] = {}
        self._stamps: dict[str, dict[int, int]] = {}
        self._forms: dict[tuple[str, str], str] = {}

    def form(self, field: str, text: str) -> str:
        """Return the form in which a text of a field equals every other text of the same value."""
        if (field, text) not in self._forms:
            self._forms[field, text] = with_tones_last(self._compared(field, text))
        return self._forms[field, text]

    def of_field(self, field: str) -> Mapping[str, BookValue]:
        """Return the values that people keyed in the pool of a field, by form."""
        pool = self._record.pool_of(field) if field in self._record.by_name else ""
        if not pool:
            return {}
        if pool not in self._by_pool:
            names = [name for name in self._record.by_name if self._record.pool_of(name) == pool]
            self._by_pool[pool] = self._loaded(names)
        return self._by_pool[pool]

    def of(self, entry_id: int, field: str, reading: FieldReading | None) -> str:
        """Return the value of the book that the ink of a waiting field probably has, instead of what was read there.

        It is ``""`` where no value of the book is likely, or the reading is one.
        """
        known = {
            form: BookValue(value.text, others)
            for form, value in self.of_field(field).items()
            if (others := frozenset(one for one in value.fields if one[0] != entry_id))
        }
        if not known:
            return ""
        form = self.form(field, reading.text) if reading is not None and reading.text else ""
        text = self._of_stamp(entry_id, field, known) or (
            _near(
                reading,
                form,
                known,
                partial(self.form, field),
                is_name=self._record.by_name[field].value_kind.is_name,
            )
            if reading is not None
            else ""
        )
        return "" if form and self.form(field, text) == form else text

    def _of_stamp(self, entry_id: int, field: str, known: Mapping[str, BookValue]) -> str:
        """Return the value that people keyed on the same stamp elsewhere, if it is one value."""
        if field not in self._stamps:
            self._stamps[field] = stamps_of(self._connection, self._book_id, field)
        stamps = self._stamps[field]
        stamp = stamps.get(entry_id)
        if stamp is None:
            return ""
        texts = [
            value.text
            for value in known.values()
            if any(name == field and stamps.get(other) == stamp for other, name in value.fields)
        ]
        return texts[0] if len(texts) == 1 else ""

    def _loaded(self, names: list[str]) -> dict[str, BookValue]:
        """Return the values of fields by form: decided ones, and keyed ones of entries that wait for other people."""
        words: dict[tuple[int, str], str] = {}
        of_book = keying.c.task_id.in_(select(review_task.c.id).where(review_task.c.book_id == self._book_id))
        of_fields = of_book & keying.c.field.in_(names)
        keyed = live_keyings(self._connection, of_fields, keying.c.mode != KeyingMode.LOT)
        taken_back = select(keying.c.takes_back_id).where(of_fields, keying.c.takes_back_id.is_not(None))
        gone = set(self._connection.scalars(taken_back))
        for said in keyed:
            if said.entry_id is not None:
                words[said.entry_id, said.field] = said.text if said.status == FieldStatus.READ else ""
        decided = (
            select(entry.c.id, decision.c.field, decision.c.status, decision.c.text, decision.c.keyings)
            .select_from(ENTRIES.join(decision, on_entry(decision)))
            .where(decision.c.book_id == self._book_id, decision.c.field.in_(names), decision_stands)
            .order_by(decision.c.id)
        )
        for one in self._connection.execute(decided):
            if gone.isdisjoint(one.keyings or ()):
                words[one.id, one.field] = one.text if one.status == FieldStatus.READ else ""
        texts: dict[str, Counter[str]] = defaultdict(Counter)
        fields: dict[str, set[tuple[int, str]]] = defaultdict(set)
        for (entry_id, name), text in words.items():
            if form := self.form(name, text) if text else "":
                texts[form][text] += 1
                fields[form].add((entry_id, name))
        return {
            form: BookValue(max(counts, key=lambda text: (counts[text], text)), frozenset(fields[form]))
            for form, counts in texts.items()
        }


def _near(
    reading: FieldReading,
    form: str,
    known: Mapping[str, BookValue],
    form_of: Callable[[str], str],
    *,
    is_name: bool,
) -> str:
    """Return the value that a reading may stand for; ``""`` where the reading is clear, or two values are as likely."""
    if reading.status is not FieldStatus.READ or not form or form in known or reading.confidence >= CLEAR:
        return ""
    chances: dict[str, float] = {}
    for hypothesis in reading.hypotheses:
        chances.setdefault(form_of(hypothesis.text), hypothesis.chance)
    least = chances.get(form, reading.confidence) / PROPOSED
    bare = unaccented(reading.text)
    likely: dict[str, float] = {}
    for other, value in known.items():
        letters = unaccented(value.text)
        is_like = is_name and fuzz.ratio(bare, letters) >= ALIKE
        if chances.get(other, 0.0) > 0.0 and chances[other] >= least:
            likely[value.text] = chances[other] * len(value.fields)
        elif reading.confidence < UNSURE and (letters == bare or is_like):
            likely[value.text] = least * len(value.fields) * (1.0 if letters == bare else 0.5)
    best = sorted(likely, key=lambda text: -likely[text])[:2]
    return best[0] if best and (len(best) == 1 or likely[best[0]] >= 2 * likely[best[1]]) else ""
