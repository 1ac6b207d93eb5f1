"""``hotich delivery``: the rules, both layers of a book, a person's word."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.cli.delivery import markdown_lines
from pipeline.delivery_rules import DELIVERY_RULES
from pipeline.registry import Registry
from pipeline.scans.workspace import Workspace
from tests.cli.conftest import Hotich
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "delivery-rules.md"


def test_the_page_of_the_rules_is_what_the_command_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == "\n".join(markdown_lines()) + "\n"


def test_the_rules_are_listed_with_what_the_office_chose(hotich: Hotich, workspace: Path) -> None:
    workspace.mkdir(parents=True, exist_ok=True)
    (workspace / "office.toml").write_text('[delivery]\nlunar_date = "note"\n', encoding="utf-8")
    told = json.loads(hotich("delivery", "rules", "--json").stdout)["rules"]
    chosen = {rule["name"]: rule["chosen"] for rule in told}
    assert (len(chosen), chosen["lunar_date"], chosen["ditto"]) == (len(DELIVERY_RULES), "note", "above")


def test_what_waits_in_a_book_is_listed_and_one_command_confirms_it(hotich: Hotich, workspace: Path) -> None:
    with Registry.open(Workspace(workspace).registry_url, SCHEMAS) as registry:
        book_id = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
        day = read("registered_on", "1/2/2010", canonical="01.02.2010")
        born = read("child_born_on", "05/3/07", canonical="")
        registry.save_page(book_id, page(entry(day, born)), "f1")
        (entry_id,) = registry.entries(book_id)
    waiting = hotich("delivery", "list", "KS.2010.01", "--waiting", "--json")
    (row,) = json.loads(waiting.stdout)["fields"]
    assert (row["entry"], row["column"], row["written"]) == (entry_id, "nksNgaySinh", "05/3/07")
    done = hotich("delivery", "confirm", entry_id, "nksNgaySinh", "--choice", 2, "--by", "an")
    assert (done.exit_code, "05.03.1907" in done.stdout) == (0, True)
    again = hotich("delivery", "list", "KS.2010.01", "--waiting", "--json")
    assert json.loads(again.stdout)["fields"] == []
