"""Papers are set the same every time, from values alone, and no template gets out of its folder."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.base.errors import PrintRefused
from pipeline.base.text.control_characters import visible_text
from pipeline.delivery.printing.letters import missing_letters
from pipeline.delivery.printing.paper_kinds import papers_of
from pipeline.delivery.printing.pdf_text import text_of_pdf
from pipeline.delivery.printing.typesetting import PrintedPaper, shipped_template, typeset
from tests.delivery.printing.papers import AT, SCHEMAS, data

ODD = (
    "Nguyễn " + "Rất" * 90 + " Dài",
    " ".join(["Tên"] * 75),
    "#let x = 1",
    '#read("/etc/passwd")',
    "$x^2$ * _ ` <nhãn> @ai",
    "\\ \\u{41} \\n",
    "“Thử” 'Thử' \"Thử\" [Thử] {Thử}",
    "Ho\u0300a a\u0302\u0301",
    "// chú thích /* */",
    "= Tiêu đề\n- mục",
)
OF_A_PERSON = ("name", "born_on", "ethnicity", "nationality")
PEOPLE = {
    "birth": ("mother", "father"),
    "marriage": ("wife", "husband"),
    "death": (),
    "parentage": ("parent", "child"),
    "guardianship": ("guardian", "ward"),
    "adoption": ("father", "mother"),
    "marital_status": ("subject",),
    "guardianship_end": ("guardian", "ward"),
    "change": ("subject",),
}
PAPERS = {paper.template_name: paper for name in PEOPLE for paper in papers_of(SCHEMAS.record(name))}
PRINTED = {
    name: [
        *re.findall(r'value\("(\w+)"\)', shipped_template(name)),
        *(f"{who}_{what}" for who in PEOPLE[paper.record] for what in OF_A_PERSON),
    ]
    for name, paper in PAPERS.items()
}
"""The fields that each template prints."""


def bare(text: str) -> str:
    """Return a text in a single form of its letters, without spaces: a paper breaks lines."""
    return "".join(unicodedata.normalize("NFC", text).split())


def printed(template: str, values: dict[str, str]) -> str:
    paper = PrintedPaper(shipped_template(template), data(PAPERS[template].record, values), AT)
    return bare(text_of_pdf(typeset(paper)))


@pytest.mark.parametrize("template", PRINTED)
def test_odd_values_are_printed_letter_by_letter_and_never_read_as_markup(template: str) -> None:
    values = {name: f"{ODD[at % len(ODD)]} {at}." for at, name in enumerate(PRINTED[template])}
    values |= {
        "notes": ODD[0],
        "registration_type": "Đăng ký chấm dứt giám hộ",
    }  # by it the paper has its title
    text = printed(template, values)
    assert len(PRINTED[template]) > 8
    in_capitals = {name for name in values if name.endswith("_name") and name != "signer_name"}
    said = {name: value.upper() if name in in_capitals else value for name, value in values.items()}
    del said["registration_type"]
    assert {name for name, value in said.items() if bare(value) not in text} == set()


NAMES = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cn", "Co", "Zl", "Zp")),
        min_size=1,
        max_size=40,
    )
    .map(lambda text: visible_text(unicodedata.normalize("NFC", text)).strip())
    .filter(lambda text: bool(text.strip()) and not missing_letters(text)),
    min_size=8,
    max_size=8,
)
SHOWN_NAMES = (
    *("child_name", "child_sex", "child_birth_place", "child_native_place"),
    *("child_id_number", "registration_place", "entry_number", "volume_number"),
)


@settings(max_examples=2, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
@given(NAMES)
def test_whatever_a_value_is_the_paper_says_it(names: list[str]) -> None:
    values = dict(zip(SHOWN_NAMES, names, strict=True))
    text = _plain(printed("birth-extract.typ", values)).casefold()
    assert [value for value in values.values() if _plain(bare(value)).casefold() not in text] == []


def _plain(text: str) -> str:
    """Without what programs that read a PDF put in another order or leave out: marks and letters from right to left."""
    kept = "".join(one for one in unicodedata.normalize("NFKD", text) if unicodedata.category(one)[0] in "LN")
    return "".join(one for one in kept if unicodedata.bidirectional(one) not in ("R", "AL"))


def test_the_same_paper_is_the_same_file_and_one_for_archives() -> None:
    paper = PrintedPaper(
        shipped_template("death-extract.typ"), data("death", {"deceased_name": "Thử Một"}), AT
    )
    made = typeset(paper)
    assert typeset(paper) == made
    with pikepdf.open(io.BytesIO(made)) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")


def test_a_draft_says_so_and_has_no_number() -> None:
    drawn = data("marriage", {"wife_name": "Thử Hai"}, draft=True)
    text = bare(text_of_pdf(typeset(PrintedPaper(shipped_template("marriage-extract.typ"), drawn, AT))))
    assert "BẢNDỰTHẢO" in text
    assert "Số:………/TLKH-BS" in text


@pytest.mark.parametrize(
    "body",
    [
        '#read("/../secret.txt")',
        '#read("{}")',
        '#image("{}")',
        '#import "@preview/tablex:0.0.8": *',
        '#let where = "@pre" + "view/tablex:0.0.8"\n#import where: *',
        '#value("no_such_field")',
        '#set text(font: "Comic Sans MS")\nthử',
    ],
)
def test_a_template_reads_nothing_but_its_own_folder_and_no_unknown_field(body: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("bí mật", encoding="utf-8")
    text = '#import "official.typ": *\n' + body.replace("{}", str(secret))
    with pytest.raises(PrintRefused, match="Mẫu in sai") as refused:
        typeset(PrintedPaper(text, data("birth", {}), AT))
    assert "bí mật" not in refused.value.message


def test_a_template_that_never_ends_is_stopped() -> None:
    body = "#let n = 0\n#for a in range(100000) { for b in range(100000) { n = n + b } }\n#n"
    with pytest.raises(PrintRefused, match="chạy quá lâu"):
        typeset(PrintedPaper(body, data("birth", {}), AT), seconds=1)
