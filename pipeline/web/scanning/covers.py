"""The form of a book's cover: its fields, and the ledger of a filled form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from pipeline.base.errors import LedgerError
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import LEDGER_LABELS, SERIES_NAMES, ledger_from
from pipeline.registry.accounts.model import KnownPlace, Person
from pipeline.values.predicates import date_parts
from pipeline.web.context import Site
from pipeline.web.scanning.place_codes import with_place_code

COUNTED = ("entries", "pages")
WRITTEN = ("place", "place_code", "volume", "opened_on", "closed_on", "entries", "pages", "copy_of")
"""The keys of typed values; ``form`` and ``series`` are chosen."""

Word = Annotated[str, Field(max_length=300)]


class CoverForm(BaseModel):
    """The fields of a cover as submitted; ``sure``: a questioned place code that the person confirms."""

    form: Word = ""
    place: Word = ""
    place_code: Word = ""
    volume: Word = ""
    opened_on: Word = ""
    closed_on: Word = ""
    entries: Word = ""
    pages: Word = ""
    series: Word = ""
    copy_of: Word = ""
    sure: Word = ""

    def words(self) -> dict[str, str]:
        """Return only the fields of the cover, by the keys of ``ledger.toml``."""
        return self.model_dump(include=CoverForm.model_fields.keys() - {"sure"})


def ledger_of_form(site: Site, typed: Mapping[str, str], form_now: str = "") -> Ledger:
    """Return the ledger of a filled form; an empty day or total stays undeclared.

    A volume without a year gets the year of the opening day.

    Args:
        form_now: The present form of the book.

    Raises:
        LedgerError: A field is missing or invalid; the form is a cover form or retired.
        SchemaError: The form is unknown.
    """
    table: dict[str, str | int] = {key: text.strip() for key, text in typed.items() if text.strip()}
    for key in COUNTED:
        if str(table.get(key, "")).isdecimal():
            table[key] = int(table[key])
    year = date_parts(str(table.get("opened_on", "")).replace("/", "."))
    if year and (volume := str(table.get("volume", ""))).isdecimal():
        table["volume"] = f"{volume}/{year[0]}"
    ledger = ledger_from(table, "Bìa sổ", in_form=True)
    form = site.schemas.form(ledger.form)
    if form.layout == "cover":
        raise LedgerError(
            "Mẫu đã chọn là mẫu của bìa, không phải mẫu sổ. Hãy chọn mẫu của các trang trong sổ."
        )
    if form.retired and form.id != form_now:
        raise LedgerError(f"Mẫu “{form.title}” đã thôi dùng cho sổ mới. Hãy chọn mẫu khác.")
    return ledger


def with_checked_code(site: Site, person: Person, typed: Mapping[str, str], sure: str) -> dict[str, str]:
    """Return the fields of a cover with the place code, which is questioned where it differs from the written place.

    A place outside the person's rights is not checked here: the cover is refused for it afterwards.

    Raises:
        AmbiguousPlace: Several communes bear the written name.
        LedgerError: The place is unknown, so its code must be given.
        DoubtfulCode: The code may be wrong.
    """
    code = typed.get("place_code", "").strip()
    if code and not person.may_see(code):
        return dict(typed)
    known = {place.code for place in site.accounts.places()}
    return with_place_code({**typed, "sure": sure}, site.schemas.places, known)


def cover_choices(site: Site, person: Person, form_now: str = "") -> dict[str, Any]:
    """Return the choices of a cover: forms, series, labels and visible places; a retired form only as ``form_now``."""
    return {
        "labels": LEDGER_LABELS | {"folder": "tên thư mục"},
        "written": WRITTEN,
        "forms": [
            (name, f"{site.schemas.record(form.record).title}: {form.title}")
            for name, form in sorted(site.schemas.forms.items())
            if form.layout != "cover" and (name == form_now or not form.retired)
        ],
        "series_names": list(SERIES_NAMES.values()),
        "known_places": places_of(site, person),
    }


def places_of(site: Site, person: Person) -> tuple[KnownPlace, ...]:
    """Return the registration places with books that the person may see."""
    return tuple(place for place in site.accounts.places() if person.may_see(place.code))
