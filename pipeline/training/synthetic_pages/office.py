"""The office that keeps a book: its officers, its places, the order of its entries, the habits of its clerks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.training.synthetic_pages.cases import KHMER, SyntheticCase, label_mentions, parties, party_key
from pipeline.training.synthetic_pages.people import Commune, SyntheticPerson, draw_person, happens, pick
from pipeline.training.synthetic_pages.synthesis_options import OfficeOptions

LINE_BREAK = "\n"
"""Break to the next line of a blank."""

TITLES: Sequence[Sequence[str]] = (
    ("Chủ tịch UBND xã", "Chủ tịch", "CT", "CT UBND xã", "CT. UBND xã", "Chủ tịch UBND xã {commune}"),
    ("Phó Chủ tịch UBND xã", "Phó Chủ tịch", "PCT", "PCT UBND xã", "P. Chủ tịch", "PCT. UBND xã"),
    ("Phó Chủ tịch", "PCT", "Phó Chủ tịch UBND", "PCT UBND xã {commune}"),
    ("CB TP-HT", "Cán bộ Tư pháp - Hộ tịch", "Công chức TP-HT"),
)
"""Spellings of each signer's title; further signers start again from the second."""

SIGNER_WORDINGS: Sequence[str] = (
    "{name}, {title}", "{name} - {title}", "{name} ({title})", "{name}. {title}", "{title} {name}", "{title}: {name}",
    "{title} - {name}", "{title}. {name}", "{title}\n{name}", "{name}\n{title}", "TM. UBND {title} {name}",
    "TM. UBND xã\n{title}: {name}",
)  # fmt: skip
"""Orders and signs that combine name and title in a blank."""

BETWEEN: Sequence[str] = (", ", ", ", ", ", " - ", " ")
"""Separators of the units of a place."""

UNIT_WORDS: Sequence[tuple[str, str, Mapping[str, str]]] = (
    ("xã ", "huyện ", {"tỉnh": "tỉnh ", "TP": "TP "}),
    ("", "", {"tỉnh": "", "TP": ""}),
    ("", "", {"tỉnh": "", "TP": "TP "}),
    ("x. ", "h. ", {"tỉnh": "t. ", "TP": "TP. "}),
    ("xã ", "", {"tỉnh": "", "TP": ""}),
)
"""Prefixes of commune, district and province."""

HAMLET_WORDS: Sequence[str] = ("Ấp ", "ấp ", "Ấp ", "KV ")

HAMLET_NAMES: Sequence[str] = (
    "1", "2", "3", "4", "5", "6", "7", "8", "Mỹ Lợi", "Phú Hòa", "Thạnh Lợi", "An Phú", "Long Thành", "Tân Phước",
    "Bình Hòa", "Đông Thắng", "Giồng Chùa", "Xẻo Lá", "Thới Trinh A", "Thới Trinh B", "Hòa Đức", "Phước Thọ",
)  # fmt: skip

HOSPITAL_WORDS: Sequence[str] = ("Bệnh viện đa khoa", "Bệnh viện ĐK", "BV đa khoa", "BVĐK", "BV")


@dataclass(frozen=True, slots=True)
class WritingWays:
    """The persistent habits of a clerk.

    Attributes:
        between: Separator of the units of a place.
        units: Prefixes of commune, district and province.
        hamlet: Prefix of a hamlet.
        hospital: Term for a general hospital.
        signer: Combination of a signer's name and title.
        title: Index of the spelling of a title, over all spellings.
        with_year: Whether entry numbers include the year.
        khmer: Spelling of the Khmer ethnicity.
    """

    between: str
    units: tuple[str, str, Mapping[str, str]]
    hamlet: str
    hospital: str
    signer: str
    title: int
    with_year: bool
    khmer: str

    @classmethod
    def draw(cls, rng: np.random.Generator) -> WritingWays:
        return cls(
            between=pick(rng, BETWEEN),
            units=pick(rng, UNIT_WORDS),
            hamlet=pick(rng, HAMLET_WORDS),
            hospital=pick(rng, HOSPITAL_WORDS),
            signer=pick(rng, SIGNER_WORDINGS),
            title=int(rng.integers(0, 60)),
            with_year=happens(rng, 0.2),
            khmer=pick(rng, KHMER),
        )

    def commune(self, home: Commune) -> str:
        """Return a commune with its superior units."""
        of_commune, of_district, of_province = self.units
        parts = [f"{of_commune}{home.name}"]
        if home.district:
            parts.append(f"{of_district}{home.district}")
        parts.append(f"{of_province[home.province_type]}{home.province}")
        text = self.between.join(parts)
        return text[0].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class OrderedEntry:
    """The order of an entry in the book.

    Attributes:
        page_no: Page of the book, from 1.
    """

    number: int
    page_no: int
    registered_on: date


@dataclass(frozen=True, slots=True)
class SigningOfficer:
    """A signer.

    Attributes:
        titles: Spellings of the title.
    """

    person: SyntheticPerson
    titles: Sequence[str]


@dataclass(frozen=True)
class Office:
    """The office that keeps a book.

    Attributes:
        signs_in: Index of the signer by month.
        registers_in: Index of the registrar by month.
        hospitals: Recurring general hospitals, by the unit that runs them.
    """

    options: OfficeOptions
    home: Commune
    signers: Sequence[SigningOfficer]
    registrars: Sequence[SyntheticPerson]
    signs_in: Mapping[int, int]
    registers_in: Mapping[int, int]
    hamlets: Sequence[str]
    hospitals: Sequence[str]

    @classmethod
    def draw(cls, rng: np.random.Generator, options: OfficeOptions, home: Commune) -> Office:
        of_province = f"{home.province_type} {home.province}"
        near = home.district or home.province
        registrars = int(rng.integers(1, options.registrars + 1))
        return cls(
            options=options,
            home=home,
            signers=[
                SigningOfficer(draw_person(rng, home), TITLES[number if number < 4 else 1 + number % 3])
                for number in range(options.signers)
            ],
            registrars=[draw_person(rng, home) for _ in range(registrars)],
            signs_in=_months(rng, options.signers, 4),
            registers_in=_months(rng, registrars, 8),
            hamlets=[
                str(name) for name in rng.choice(HAMLET_NAMES, min(options.hamlets, len(HAMLET_NAMES)), False)
            ],
            hospitals=(f"huyện {near}", near, of_province),
        )

    def officers(self, record: RecordSpec, month: int) -> Mapping[str, SyntheticPerson]:
        """Return the officers of a month, by party."""
        signer, registrar = self.signers[self.signs_in[month]], self.registrars[self.registers_in[month]]
        return {
            key: signer.person if label_mentions(party.label, "người ký") else registrar
            for key, party in parties(record).items()
            if party.officer
        }

    def title(self, rng: np.random.Generator, ways: WritingWays, month: int) -> str:
        """Return the title of the signer of a month."""
        titles = self.signers[self.signs_in[month]].titles
        number = ways.title if self._keeps_habit(rng) else int(rng.integers(len(titles)))
        return titles[number % len(titles)].format(commune=self.home.name)

    def signer_wordings(
        self, rng: np.random.Generator, ways: WritingWays, name: str, month: int
    ) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Return the wordings of a blank with the signer's name and title, in runs of (role, text)."""
        titles = [self.title(rng, ways, month)]
        titles += sorted(
            (title for title in self.signers[self.signs_in[month]].titles if "{" not in title), key=len
        )
        shape = ways.signer if self._keeps_habit(rng) else pick(rng, SIGNER_WORDINGS)
        wordings = [_runs(shape, name, titles[0])]
        if len(titles[1]) < len(titles[0]):
            wordings.append(
                _runs(shape.replace("TM. UBND xã\n", "").replace("TM. UBND ", ""), name, titles[1])
            )
        return tuple(wordings)

    def place_texts(
        self, rng: np.random.Generator, ways: WritingWays, spec: FieldSpec, facts: SyntheticCase
    ) -> tuple[str, ...]:
        """Return the spellings of a place, the longest first.

        It is a hospital for some births and deaths, ``Tại nhà`` for some deaths, and else the home of the person whom
        the field is about.
        """
        who = facts.people.get(party_key(spec.name))
        home = who.home if who else facts.home
        ways = ways if self._keeps_habit(rng) else WritingWays.draw(rng)
        event = label_mentions(spec.label, "nơi sinh", "nơi chết")
        if event and happens(rng, self.options.hospital):
            return self._hospital(rng, ways)
        if label_mentions(spec.label, "nơi chết") and happens(rng, 0.5):
            return ("Tại nhà",)
        hamlet = pick(rng, self.hamlets) if home == self.home else str(rng.integers(1, 9))
        commune = ways.commune(home)
        lower = commune[0].lower() + commune[1:] if ways.units[0] else commune
        long = f"{ways.hamlet}{hamlet}{ways.between}{lower}"
        short = ways.between.join(part for part in (home.name, home.district or home.province) if part)
        return (long, commune, short) if happens(rng, 0.7) else (commune, short)

    def _hospital(self, rng: np.random.Generator, ways: WritingWays) -> tuple[str, ...]:
        chance = float(rng.random())
        if chance < 0.2:
            return (f"Trạm Y tế xã {self.home.name}", "Trạm Y tế xã", "TYT xã")
        name = f"{ways.hospital} {self.hospitals[0 if chance < 0.5 else 1 if chance < 0.7 else 2]}"
        return (f"{name}{ways.between}{self.home.province}", name) if chance < 0.6 else (name,)

    def _keeps_habit(self, rng: np.random.Generator) -> bool:
        return happens(rng, self.options.usual)


def _runs(shape: str, name: str, title: str) -> tuple[tuple[str, str], ...]:
    """Return the runs of a signer's wording; text of neither value has the role ""."""
    known = {"{name}": ("name", name), "{title}": ("title", title)}
    pieces = shape.replace("{", "\0{").replace("}", "}\0").split("\0")
    return tuple(known.get(piece, ("", piece)) for piece in pieces if piece)


def _months(rng: np.random.Generator, people: int, most: int) -> Mapping[int, int]:
    """Return the person in service by month: in turn, for at most ``most`` months each."""
    serving, month, person = {}, 1, int(rng.integers(people))
    while month <= 12:
        for _ in range(int(rng.integers(1, most + 1))):
            serving[month] = person
            month += 1
        person = (person + 1) % people
    return serving


def draw_order(
    rng: np.random.Generator, options: OfficeOptions, *, entries: int, rows: int, first: int, year: int
) -> Sequence[OrderedEntry]:
    """Return number, page and day of every entry: days increase, numbers have gaps, pages are missing.

    Args:
        rows: Entries per page.
        first: Number of the first entry.
    """
    days = sorted(int(day) for day in rng.integers(0, 360, entries))
    restart = int(rng.integers(1, entries)) if entries > 2 and happens(rng, options.restart) else 0
    number, page, order = first, 1, []
    for index in range(entries):
        if index:
            number += 1 + (int(rng.integers(1, 4)) if happens(rng, options.gap) else 0)
            if index % rows == 0:
                page += 1
                if happens(rng, options.missing):
                    page += 1
                    number += rows
        if restart and index == restart:
            number = 1
        order.append(OrderedEntry(number, page, date(year, 1, 2) + timedelta(days=days[index])))
    return order
