"""A draft of a form as it is kept: its specimens, its design, and who changed it when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipeline.base.errors import HotichError
from pipeline.declarations.schema import Rectangle
from pipeline.form_design.design import Design
from pipeline.form_design.specimen_files import Side

NOT_THERE = "Không có bản nháp ấy, hoặc nó đã bị bỏ. Hãy về trang Mẫu sổ."

DRAFT_ID = r"[0-9a-f]{12}"

STALE = "{who} đã sửa bản nháp này lúc {when}. Bản của bạn chưa được ghi đè lên; hãy tải lại trang để xem bản mới nhất."


class DraftRefused(HotichError):
    """A draft cannot be changed so; the message is for who wanted it."""

    code = "draft"


class DraftStale(DraftRefused):
    """Somebody has changed the draft meanwhile."""

    code = "stale"


class NoSuchDraft(HotichError):
    """There is no such draft."""

    code = "no-draft"


@dataclass(frozen=True, slots=True)
class Specimen:
    """A specimen page of a draft.

    Attributes:
        number: Its number in the draft, from 1.
        name: The name of its file as the browser said.
        page_no: The page in the file.
        side: Which half of the picture it is.
        size: Width and height of its straight picture; (0, 0) before it is made.
        frame: The printed frame on that picture, as shares of it.
        matrix: From the page, or the half of it, to the picture, row by row.
        turn: Degrees clockwise that set it upright.
        flaw: Why it cannot be used; ``""``: it can.
    """

    number: int
    name: str
    sha256: str
    page_no: int
    side: Side = ""
    size: tuple[int, int] = (0, 0)
    frame: Rectangle = (0.0, 0.0, 1.0, 1.0)
    matrix: tuple[float, ...] = ()
    turn: int = 0
    flaw: str = ""

    @property
    def is_straight(self) -> bool:
        return self.size != (0, 0)


@dataclass(frozen=True, slots=True)
class FormDraft:
    """A form that is being designed.

    Attributes:
        place_code: The registration place whose books its specimens are from.
        author: The login of who began it.
        changed_by: The login of who changed its design last.
        revision: Counts the changes of its design.
        saved_as: The number of the version that it was saved as last; 0: it was not.
        base: Which file of a form it began from or was saved to; another one there now is not overwritten.
        origin: What it began from: ``""``, a form's id, or ``file``.
        dropped: Whether it was given up.
    """

    draft_id: str
    place_code: str
    author: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    revision: int
    design: Design
    specimens: tuple[Specimen, ...] = ()
    saved_as: int = 0
    base: str = ""
    origin: str = ""
    dropped: bool = False


def stored_draft(draft: FormDraft) -> dict[str, Any]:
    """Return a draft as JSON holds it."""
    told = {name: getattr(draft, name) for name in ("draft_id", "place_code", "author", "changed_by", "revision",
                                                     "saved_as", "base", "origin", "dropped")}  # fmt: skip
    return told | {
        "created_at": draft.created_at.isoformat(),
        "changed_at": draft.changed_at.isoformat(),
        "design": draft.design.model_dump(by_alias=True),
        "specimens": [asdict(specimen) for specimen in draft.specimens],
    }


def draft_of(stored: Mapping[str, Any]) -> FormDraft:
    """Return the draft that JSON holds; any exception of it means that there is none."""
    return FormDraft(
        draft_id=str(stored["draft_id"]),
        place_code=str(stored["place_code"]),
        author=str(stored["author"]),
        created_at=datetime.fromisoformat(stored["created_at"]),
        changed_by=str(stored["changed_by"]),
        changed_at=datetime.fromisoformat(stored["changed_at"]),
        revision=int(stored["revision"]),
        design=Design.model_validate(stored["design"]),
        specimens=tuple(_specimen_of(one) for one in stored["specimens"]),
        saved_as=int(stored["saved_as"]),
        base=str(stored["base"]),
        origin=str(stored["origin"]),
        dropped=bool(stored["dropped"]),
    )


def _specimen_of(stored: Mapping[str, Any]) -> Specimen:
    left, top, right, bottom = stored["frame"]
    wide, high = stored["size"]
    return Specimen(
        **{name: stored[name] for name in ("number", "name", "sha256", "page_no", "side", "turn", "flaw")},
        size=(int(wide), int(high)),
        frame=(float(left), float(top), float(right), float(bottom)),
        matrix=tuple(map(float, stored["matrix"])),
    )
