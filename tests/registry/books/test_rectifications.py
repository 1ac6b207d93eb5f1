from __future__ import annotations

import dataclasses

import numpy as np

from pipeline.base.model import PageRef
from pipeline.registry import Registry
from tests.registry.pages import SCAN, entry, page, read

REF = PageRef(SCAN, 1)


def test_how_a_page_was_set_straight_is_told_of_its_latest_run(registry: Registry, book: int) -> None:
    first = page(entry(read("child_name", "Thử Một")))
    turned = np.array([[0.0, -1.0, 1399.0], [1.0, 0.0, 0.25], [0.0, 1e-7, 1.0]])
    later = dataclasses.replace(first, matrix=turned, size=(1400, 1000))
    registry.save_page(book, first, "f1")
    registry.save_page(book, later, "f2")
    found = registry.rectification(book, REF)
    assert found is not None
    assert found.size == (1400, 1000)
    assert np.array_equal(found.matrix, turned)
    (ref, of_book), *others = registry.rectifications(book).items()
    assert (ref, of_book.size, others) == (REF, found.size, [])
    assert np.array_equal(of_book.matrix, turned)


def test_a_page_that_was_never_read_was_never_set_straight(registry: Registry, book: int) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thử Một"))), "f1")
    assert registry.rectification(book, PageRef(SCAN, 2)) is None
    assert registry.rectification(book + 1, REF) is None
    assert registry.rectifications(book + 1) == {}
