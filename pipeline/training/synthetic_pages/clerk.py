"""A clerk's habits, and the text of a field by its kind of value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.base.text import synthetic_words as words
from pipeline.base.text.dates_in_words import Wording, date_in_words
from pipeline.declarations.schema import FieldSpec, Form, RecordSpec, Schemas
from pipeline.training.synthetic_pages.cases import (
    KHMER,
    SyntheticCase,
    choice_text,
    date_of,
    label_mentions,
    paired_date_field,
    parties,
    party_key,
)
from pipeline.training.synthetic_pages.office import Office, WritingWays
from pipeline.training.synthetic_pages.people import (
    Commune,
    SyntheticPerson,
    draw_commune,
    draw_person,
    happens,
    pick,
)
from pipeline.training.synthetic_pages.synthesis_options import SynthOptions


@dataclass(frozen=True, slots=True)
class ClerkHabits:
    """A clerk's habits of writing values. Shares are 0 to 1.

    Attributes:
        separator: Sign between the parts of a date.
        padded: Whether days, months and numbers have two digits.
        capitals: Share of names in capitals.
        spread: Share of dates and numbers with spaced characters.
        abbreviates: Share of abbreviated names.
        titled_words: Whether dates in words have capital initials.
        ways: Persistent habits of the clerk of an office.
    """

    separator: str
    padded: bool
    capitals: float
    spread: float
    abbreviates: float
    wording: Wording
    titled_words: bool
    ways: WritingWays | None = None

    @classmethod
    def draw(cls, rng: np.random.Generator, typed: bool = False) -> ClerkHabits:
        return cls(
            separator=pick(rng, ("/", "/", "/", "-", ".")),
            padded=happens(rng, 0.5),
            capitals=float(pick(rng, (0.1, 0.5, 1.0))),
            spread=0.0 if typed else float(pick(rng, (0.0, 0.3, 0.7))),
            abbreviates=float(pick(rng, (0.0, 0.0, 0.08))),
            wording=Wording(
                zero=pick(rng, ("linh", "lẻ", "lẻ")),
                thousand=pick(rng, ("nghìn", "ngàn")),
                early=pick(rng, ("", "", "mồng", "mùng")),
                four=pick(rng, ("bốn", "tư")),
                fourth_month="tư",
            ),
            titled_words=happens(rng, 0.3),
        )

    def day(self, day: date) -> str:
        return self.separator.join(self.day_parts(day))

    def day_parts(self, day: date) -> tuple[str, str, str]:
        if self.padded:
            return f"{day.day:02}", f"{day.month:02}", str(day.year)
        return str(day.day), str(day.month), str(day.year)

    def day_in_words(self, day: date) -> str:
        text = date_in_words(day.day, day.month, day.year, self.wording).capitalize()
        return " ".join(word.capitalize() for word in text.split()) if self.titled_words else text

    def name(self, rng: np.random.Generator, person: SyntheticPerson) -> str:
        text = person.name
        if happens(rng, self.abbreviates):
            return text.replace("Nguyễn ", "Ng. ", 1).replace(" Thị ", " T. ", 1)
        return text.upper() if happens(rng, self.capitals) else text

    def dwelling(self, rng: np.random.Generator, home: Commune) -> tuple[str, ...]:
        """Return an address in several forms, the longest first."""
        named = f"{home.name.split()[0]} {pick(rng, ('Lợi', 'Hòa', 'Phú'))}"
        hamlet = f"Ấp {pick(rng, (str(rng.integers(1, 12)), named))}"
        return (
            f"{hamlet}, {home.full}",
            f"{hamlet}, {home.short}",
            home.full[0].upper() + home.full[1:],
            home.short,
            f"{home.name}, {home.district or home.province}",
        )


@dataclass(frozen=True, slots=True)
class Clerk:
    """A clerk with a form to fill in.

    Attributes:
        office: The clerk's office; ``None``: independent pages.
    """

    form: Form
    record: RecordSpec
    schemas: Schemas
    habits: ClerkHabits
    options: SynthOptions
    office: Office | None = None


@dataclass(frozen=True, slots=True)
class TextRequest:
    """A text to write: clerk, case and field; ``rng`` decides the random parts."""

    rng: np.random.Generator
    clerk: Clerk
    facts: SyntheticCase
    spec: FieldSpec

    @property
    def who(self) -> SyntheticPerson | None:
        """The person of the field."""
        return self.facts.people.get(party_key(self.spec.name))


def field_texts(
    rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, spec: FieldSpec
) -> tuple[str, ...]:
    """Return the text of a field in several forms, the longest first.

    A kind without a writer here is written as free text.
    """
    if spec.name in facts.written:
        return facts.written[spec.name]
    if wordings := clerk.form.wordings.get(spec.name):
        return (_of_the_time(TextRequest(rng, clerk, facts, spec), pick(rng, wordings)),)
    return WRITERS.get(spec.kind, _free_texts)(TextRequest(rng, clerk, facts, spec))


def _of_the_time(request: TextRequest, wording: str) -> str:
    """Return a wording of the form's time, filled with the day and the home of the field's person."""
    facts, home = request.facts, request.who.home if request.who else request.facts.home
    day = date_of(request.rng, request.spec, facts)
    return wording.format(
        day=day.day, month=day.month, year=day.year, french=words.FRENCH_MONTHS[day.month - 1],
        cycle=f"{words.STEMS[(day.year - 4) % 10]} {words.BRANCHES[(day.year - 4) % 12]}",
        age=facts.registered_on.year - day.year, commune=home.name, district=home.district, province=home.province,
    )  # fmt: skip


def _name_texts(request: TextRequest) -> tuple[str, ...]:
    return (
        request.clerk.habits.name(request.rng, request.who or draw_person(request.rng, request.facts.home)),
    )


def _word_date_texts(request: TextRequest) -> tuple[str, ...]:
    day = date_of(
        request.rng, paired_date_field(request.clerk.record, request.spec.name) or request.spec, request.facts
    )
    return (request.clerk.habits.day_in_words(day),)


def _entry_number_texts(request: TextRequest) -> tuple[str, ...]:
    number = f"{request.facts.number:02}" if request.clerk.habits.padded else str(request.facts.number)
    if ways := request.clerk.habits.ways:
        return (f"{number}/{request.facts.registered_on.year}", number) if ways.with_year else (number,)
    return (
        (f"{number}/{request.facts.registered_on.year}", number) if happens(request.rng, 0.2) else (number,)
    )


def _volume_texts(request: TextRequest) -> tuple[str, ...]:
    return (request.facts.volume,)


def _number_texts(request: TextRequest) -> tuple[str, ...]:
    return (
        (str(request.facts.page_no),)
        if label_mentions(request.spec.label, "trang")
        else (str(request.rng.integers(1, 6)),)
    )


def _time_texts(request: TextRequest) -> tuple[str, ...]:
    shape = pick(request.rng, ("{h} giờ {m:02} phút", "{h} giờ {m:02}", "{h}h{m:02}"))
    return (shape.format(h=request.facts.hour, m=request.facts.minute),)


def _choice_texts(request: TextRequest) -> tuple[str, ...]:
    text = choice_text(request.rng, request.spec, request.facts, request.clerk.schemas)
    ways = request.clerk.habits.ways
    return (ways.khmer if ways and text in KHMER else text,)


def _date_texts(request: TextRequest) -> tuple[str, ...]:
    day = date_of(request.rng, request.spec, request.facts)
    if label_mentions(request.spec.label, "năm sinh"):
        return (str(day.year),)
    party = parties(request.clerk.record).get(party_key(request.spec.name))
    adult = party is not None and not party.newborn and label_mentions(request.spec.label, "sinh")
    return (str(day.year),) if adult and happens(request.rng, 0.3) else (request.clerk.habits.day(day),)


def _id_number_texts(request: TextRequest) -> tuple[str, ...]:
    who, born = request.who, request.facts.born_on.get(party_key(request.spec.name))
    if label_mentions(request.spec.label, "định danh") or (
        request.facts.registered_on.year >= 2016 and happens(request.rng, 0.4)
    ):
        year = born.year if born else 1980
        century = (2 if year >= 2000 else 0) + (0 if who and who.male else 1)
        head = f"{pick(request.rng, ('092', '093', '094', '086'))}{century}{year % 100:02}"
        return (f"{head}{request.rng.integers(0, 10**6):06}",)
    return (f"{pick(request.rng, ('36', '33', '35', '34'))}{request.rng.integers(0, 10**7):07}",)


def _place_texts(request: TextRequest) -> tuple[str, ...]:
    home = request.who.home if request.who else request.facts.home
    office, ways = request.clerk.office, request.clerk.habits.ways
    if office and ways:
        return office.place_texts(request.rng, ways, request.spec, request.facts)
    if label_mentions(request.spec.label, "nơi sinh", "nơi chết") and happens(request.rng, 0.55):
        return (
            f"Bệnh viện đa khoa {_district_of(home)}, {home.province}",
            f"BV đa khoa {home.district or home.province}",
            "Trạm Y tế xã",
        )[int(request.rng.integers(0, 2)) :]
    if label_mentions(request.spec.label, "nơi chết") and happens(request.rng, 0.5):
        return ("Tại nhà",)
    return request.clerk.habits.dwelling(request.rng, home)


def _district_of(home: Commune) -> str:
    return f"huyện {home.district}" if home.district else "khu vực"


def _free_texts(request: TextRequest) -> tuple[str, ...]:
    label, day = (
        request.spec.label,
        request.clerk.habits.day(date_of(request.rng, request.spec, request.facts)),
    )
    if label_mentions(label, "ghi chú"):
        return (
            pick(request.rng, words.NOTES).format(
                date=day, number=request.rng.integers(1, 300), district=request.facts.home.district
            ),
        )
    office, ways = request.clerk.office, request.clerk.habits.ways
    if label_mentions(label, "chức vụ") and office and ways:
        return (office.title(request.rng, ways, request.facts.registered_on.month),)
    if label_mentions(label, "chức vụ"):
        return (pick(request.rng, words.SIGNER_TITLES),)
    if label_mentions(label, "quan hệ"):
        return (_relation(request),)
    if label_mentions(label, "nguyên nhân"):
        return (pick(request.rng, words.CAUSES),)
    if label_mentions(label, "nghề"):
        return (pick(request.rng, words.OCCUPATIONS),)
    if label_mentions(label, "nơi cấp", "cơ quan cấp", "cơ quan"):
        where = draw_commune(request.rng, request.facts.home)
        if label_mentions(label, "giấy báo tử"):
            return (f"Bệnh viện đa khoa {where.district}", f"UBND xã {where.name}")
        return (f"Công an {where.province_type} {where.province}", f"CA {where.province}")
    if label_mentions(label, "số giấy", "số"):
        return (f"{request.rng.integers(1, 200):02}/{request.facts.registered_on.year}",)
    return (pick(request.rng, request.spec.usual or words.TEXTS),)


def _relation(request: TextRequest) -> str:
    """Return the declarant's relation; a declaring parent is called a parent."""
    declarant = request.facts.people.get(party_key(request.spec.name))
    for key, party in parties(request.clerk.record).items():
        if (
            key != party_key(request.spec.name)
            and party.male is not None
            and request.facts.people.get(key) == declarant
        ):
            return "Cha" if party.male else "Mẹ"
    known = words.RELATIONS_TO_DEAD if label_mentions(request.spec.label, "chết", "tử") else words.RELATIONS
    fitting = known[0] if declarant is None or declarant.male else known[1]
    return pick(
        request.rng, [word for word in fitting if word not in words.SPOUSES or _is_spouse(request, declarant)]
    )


def _is_spouse(request: TextRequest, declarant: SyntheticPerson | None) -> bool:
    """Return whether the declarant can be the spouse of the dead person."""
    dead = [request.facts.people[key] for key, party in parties(request.clerk.record).items() if party.dead]
    return declarant is not None and any(other.male is not declarant.male for other in dead)


WRITERS: Mapping[str, Callable[[TextRequest], tuple[str, ...]]] = {
    "name": _name_texts,
    "date": _date_texts,
    "date_words": _word_date_texts,
    "entry_number": _entry_number_texts,
    "volume": _volume_texts,
    "number": _number_texts,
    "id_number": _id_number_texts,
    "time": _time_texts,
    "choice": _choice_texts,
    "place": _place_texts,
}
"""The writer of each kind of value; other kinds are free text."""

NOT_SPELLED = frozenset({"text", "time", "volume"})
"""Kinds of value that real strokes do not write: their blanks stay empty."""
