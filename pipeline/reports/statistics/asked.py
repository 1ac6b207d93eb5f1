"""The report that a person asks for: a form of statistics, or the list of identity data, whose taking is recorded."""

from __future__ import annotations

from datetime import datetime

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import local_date
from pipeline.declarations.schema import Schemas
from pipeline.declarations.schema.declaration import look_up
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person
from pipeline.reports.content import ManagementReport
from pipeline.reports.statistics.counting import CountingScope, ScopedBooks, scoped_books
from pipeline.reports.statistics.form_report import statistic_report
from pipeline.reports.statistics.identity_report import dated_records, identity_report
from pipeline.values.places import AnsweringUnits

IDENTITY_LIST = "c06"
"""In place of the id of a form: the list of identity data to be put right."""

LIST_TAKEN = "identity-list-taken"
"""The action of the audit."""


def asked_report(
    registry: Registry, schemas: Schemas, name: str, scope: CountingScope, person: Person, at: datetime
) -> tuple[ManagementReport, ScopedBooks]:
    """Return a report and the books it counts; units are those of the day of ``at``.

    Raises:
        SchemaError: There is no such form.
        RegistryError: The period holds no day.
        NotThere: The unit answers for no book.
    """
    first, last = scope.period.first, scope.period.last
    if first and last and last < first:
        raise RegistryError(
            f"Kỳ từ {first:%d/%m/%Y} đến {last:%d/%m/%Y} không có ngày nào: hãy đổi lại hai ngày."
        )
    units = AnsweringUnits(schemas.places.gazetteer, local_date(at))
    if name == IDENTITY_LIST:
        found = scoped_books(registry, dated_records(schemas), units, scope)
        bounds = {"from": first, "to": last}
        detail = {key: day.isoformat() for key, day in bounds.items() if day} | {"unit": scope.unit}
        registry.note_view(person, LIST_TAKEN, "registry", detail)
        return identity_report(registry, schemas, found, scope, at), found
    form = look_up(name, schemas.statistics, "biểu", "schemas/statistics")
    found = scoped_books(registry, [block.record for block in form.blocks], units, scope)
    return statistic_report(registry, schemas, form, found, scope, at), found
