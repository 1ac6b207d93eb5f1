"""What is delivered comes back without a difference, for every form."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery.deliverable import deliverable_book
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.workbook import write_workbook
from pipeline.registry.amendments.model import AmendmentOrder
from tests.delivery.export.books import CLEAN, stored
from tests.delivery.reconcile.files import held
from tests.registry.pages import SCHEMAS

FORMS = ("birth-2006", "marriage-2006", "death-2006", "birth-2016", "marriage-2016", "death-2016")
EXPORTS = {"birth": "KS70", "marriage": "KH44", "death": "KT48"}
SMALL = replace(CLEAN, entries=1, dpi=100, cover=False)


@pytest.mark.parametrize("form", FORMS)
def test_the_package_of_a_book_has_no_difference_from_it(form: str, tmp_path: Path) -> None:
    book = stored(tmp_path, form, SMALL)
    record = SCHEMAS.record(book.truth.kind)
    with book.context.open_registry() as registry:
        (entry_id,) = registry.entries(book.book_id)
        person = next(person.name for person in record.people if person.name)
        order = AmendmentOrder("1/QĐ", "05.03.2020", "Điều 28")
        amended = registry.amend(entry_id, person, "Nguyễn Thị Mẫu", order, author="an")
        registry.sign_amendment(entry_id, amended, author="bình")
        for name, layers in registry.delivery_layers(entry_id, DeliveryPolicy()).items():
            if layers.waits:
                registry.confirm_delivery(entry_id, name, DeliveryPolicy(), author="an")
        package = deliverable_book(registry, book.book_id, SCHEMAS, PackageOptions())
        rows = [entry.cells for entry in package.entries]
        write_workbook(tmp_path / "a.xlsx", EXPORTS[record.record], rows, SCHEMAS)
        found, refused, counts = held(registry, tmp_path / "a.xlsx")
    assert ([one.fields for one in found], refused) == ([], [])
    assert (counts.pairs, counts.same, counts.absent) == (1, 1, ())
