"""What is shown of a rule over a field or an entry: how it holds, how it is broken, where it is not applicable."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.model import FieldStatus
from tests.digitize.validate.entries import BLANK, Written, form_of

NOWHERE = "Xã Không Có, huyện Nào Đó"


@dataclass(frozen=True)
class Trio:
    """``broken``: ways to change the sound entry so that the rule finds something; ``silent``: changes after which it
    must not (blank, partial, not on the form, no such question); ``holds``: further changes that are right. ``about``:
    the fields that the finding names, of the first way to break it."""

    code: str
    record: str
    broken: tuple[Written, ...]
    silent: tuple[Written, ...]
    holds: tuple[Written, ...] = ({},)
    about: tuple[str, ...] = ()
    form: str = ""
    closed_on: str = "31.12.2018"
    info: bool = False

    @property
    def on_form(self) -> str:
        return self.form or form_of(self.record)


def states(name: str, *states: str | FieldStatus) -> tuple[Written, ...]:
    """The field, in each of these states or with each of these texts."""
    return tuple({name: state} for state in states)


def of_father(state: FieldStatus) -> Written:
    """All that a form may ask about the father beside the name, in that state."""
    parts = (
        "born_on",
        "ethnicity",
        "nationality",
        "residence_place",
        "id_number",
        "paper_type",
        "paper_number",
    )
    return {f"father_{part}": state for part in parts}


MOTHER_DECLARES: Written = {"declarant_relation": "Mẹ ruột", "declarant_name": "Lê Thị Hoa"}
NAMED_ONLY = of_father(BLANK)
