"""Writes the corpus of hostile small files: ledgers, codes of sheets, workbooks, manifests.

The files under ``tests/data/hostile`` are what an attacker would write who knows the parsers; every one must be a named
error. Run it again after a new kind was added: ``python -m scripts.make_hostile_corpus``.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path("tests/data/hostile")
LEDGER = {"form": "birth-2006", "place": "UBND xã Thử", "place_code": "00001", "volume": "01/2010"}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in files():
        (FOLDER / name).write_bytes(content)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file; the ending of the name says which parser it is for."""
    for name, content in ledgers():
        yield f"{name}.ledger", content
    for name, text in codes():
        yield f"{name}.code", text.encode("utf-8", "surrogatepass")
    yield "nested.manifest", b'{"row":' + b"[" * 2_000 + b"\n"
    yield (
        "number.manifest",
        b'{"row":{"serial":' + b"9" * 5_000 + b',"name":"a","outcome":"stored","at":""}}\n',
    )
    yield "no-table.manifest", b"7\n"
    yield "other-kind.manifest", b'{"row":{"serial":1,"name":"a","outcome":"eaten","at":""}}\n'
    for name, sheet in sheets():
        yield f"{name}.xlsx", workbook(sheet)


def ledgers() -> Iterator[tuple[str, bytes]]:
    good = "".join(
        f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in LEDGER.items()
    ).encode()
    yield "nested", good + b"entries = " + b"[" * 20_000
    yield "nested-tables", good + b"entries = " + b"{a = " * 5_000
    yield "dotted", good + b".".join([b"a"] * 10_000) + b" = 1\n"
    yield "digits", good + b"entries = " + b"9" * 5_000 + b"\n"
    yield "63-bits", good + b"entries = 9223372036854775808\n"
    yield "negative", good + b"pages = -1\n"
    yield "hexadecimal", good + b"pages = 0xFFFFFFFFFFFFFFFF\n"
    yield "infinite", good + b"pages = inf\n"
    yield "no-utf-8", good + b"# \xff\xfe\n"
    yield "utf-16", good.decode().encode("utf-16")
    yield "nul", good.replace(b"UBND", b"UB\\u0000ND")
    yield "escape", good.replace(b"UBND", b"\\u001b]0;x\\u0007")
    yield "right-to-left", good.replace("xã".encode(), "\u202exã".encode())
    yield "isolate", good.replace("xã".encode(), "\u2067xã\u2069".encode())
    yield "zero-width", good.replace("xã".encode(), "x\u200bã".encode())
    yield "tag-letters", good.replace("xã".encode(), "xã\U000e0041".encode())
    yield "surrogate", good.replace(b"UBND", b"UB\xed\xa0\x80ND")
    yield "long-place", good.replace(b"UBND", b"U" * 5_000)
    yield "long-key", good + b"a" * 5_000 + b" = 1\n"
    yield "twice", good + good
    yield "day-0", good + b"opened_on = '00.00.0000'\n"
    yield "time", good + b"opened_on = 2010-01-04T00:00:00Z\n"
    yield "array", good + b"opened_on = ['04.01.2010']\n"
    yield "truth", good + b"entries = true\n"
    yield "no-end", good + b'opened_on = """' + b"[" * 1_000


def codes() -> Iterator[tuple[str, str]]:
    said = {"folder": "KS.2010.01", **LEDGER}
    text = json.dumps(said, ensure_ascii=False)
    yield "nested", "HOTICH1 " + "[" * 1_400
    yield "nested-tables", "HOTICH1 " + '{"a":' * 250
    yield "deep-value", f'HOTICH1 {text[:-1]},"pages":{"[" * 300}{"]" * 300}}}'
    yield "63-bits", f'HOTICH1 {text[:-1]},"entries":9223372036854775808}}'
    yield "digits", f'HOTICH1 {text[:-1]},"entries":{"9" * 1_200}}}'
    yield "not-a-number", f'HOTICH1 {text[:-1]},"entries":NaN}}'
    yield "fraction", f'HOTICH1 {text[:-1]},"entries":1e3}}'
    yield "long", "HOTICH1 " + json.dumps({**said, "place": "a" * 3_000})
    yield "path", "HOTICH1 " + json.dumps({**said, "folder": "../books"})
    yield "absolute", "HOTICH1 " + json.dumps({**said, "folder": "/etc"})
    yield "option", "HOTICH1 " + json.dumps({**said, "folder": "-rf"})
    yield "list", "HOTICH1 " + json.dumps({**said, "folder": ["a"]})
    yield "nul", "HOTICH1 " + json.dumps({**said, "place": "a\0b"})
    yield "right-to-left", "HOTICH1 " + json.dumps({**said, "place": "a\u202eb"})
    yield "half-a-pair", "HOTICH1 " + json.dumps({**said, "place": "a\ud800b"})
    yield "unknown-key", "HOTICH1 " + json.dumps({**said, "owner": "root"})
    yield "no-end", "HOTICH1 " + text[:-1]


def sheets() -> Iterator[tuple[str, bytes]]:
    yield "long-cell", b"<worksheet><row><c t='str'><v>" + b"a" * 300_000 + b"</v></c></row></worksheet>"
    yield (
        "entities",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet><row><c t='str'><v>&b;</v></c></row></worksheet>",
    )
    yield "far-column", b"<worksheet><row><c r='ZZZZZ1'><v>1</v></c></row></worksheet>"
    yield "far-row", b"<worksheet><row r='9999999999'/></worksheet>"
    yield "digits-row", b"<worksheet><row r='" + b"9" * 5_000 + b"'/></worksheet>"
    yield "digits-string", b"<worksheet><row><c t='s'><v>" + b"9" * 5_000 + b"</v></c></row></worksheet>"
    yield "many-cells", b"<worksheet><row>" + b"<c><v>1</v></c>" * 20_000 + b"</row></worksheet>"
    yield "long-tag", b"<worksheet><row a='" + b"a" * 2_000_000 + b"'/></worksheet>"


_PARTS = {
    "xl/_rels/workbook.xml.rels": (
        b'<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="A" r:id="r1"/></sheets></workbook>',
}


def workbook(sheet: bytes) -> bytes:
    """Return the smallest workbook with that sheet."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


if __name__ == "__main__":
    main()
