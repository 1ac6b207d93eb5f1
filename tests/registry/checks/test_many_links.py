"""Undecided suggestions are found among more links than a statement may name entries."""

from __future__ import annotations

import pytest

from pipeline.registry import Link, LinkVerdict, Registry
from pipeline.registry.checks import links
from tests.registry.pages import entry, page, read


def test_the_likeliest_undecided_suggestions_are_read_a_portion_at_a_time(
    registry: Registry, book: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "AT_ONCE", 2)
    rows = [entry(read("entry_number", f"{row + 1:02}/2010"), row=row) for row in range(6)]
    registry.save_page(book, page(*rows), "f1")
    ids = registry.entries(book)
    pairs = [(one, two) for one in ids for two in ids if one < two]
    found = [
        Link("act", one, "child", two, "child", 0.5 + rank / 100, {}) for rank, (one, two) in enumerate(pairs)
    ]
    registry.save_links([*found, Link("person", ids[0], "child", ids[1], "child", 0.99, {})])
    likeliest = [(one.first_entry_id, one.second_entry_id) for one in reversed(found)]
    links_by_pair = {(one.first_entry_id, one.second_entry_id): one.link_id for one in registry.links("act")}
    registry.decide_link(links_by_pair[likeliest[0]], LinkVerdict.CONFIRMED, author="an")
    registry.decide_link(links_by_pair[likeliest[1]], LinkVerdict.REJECTED, author="an", reason="hai người")
    registry.decide_link(links_by_pair[likeliest[2]], LinkVerdict.CONFIRMED, author="an")
    registry.decide_link(links_by_pair[likeliest[2]], LinkVerdict.TAKEN_BACK, author="an")
    registry.save_links([])
    registry.save_links(found)  # suggested again with the same evidence: what people said still counts
    with registry._database.reading() as connection:
        shown = links.undecided_links(connection, "act", 4)
        elsewhere = links.undecided_links(connection, "act", 4, {"99999"})
    assert [(one.first_entry_id, one.second_entry_id) for one in shown] == likeliest[2:6]
    assert elsewhere == ()
