"""A draft of a form as it is stored: specimens, design, authors and times."""

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
    """A draft cannot be changed in this way; the message is for the person who tried."""

    code = "draft"


class DraftStale(DraftRefused):
    """Another person has changed the draft meanwhile."""

    code = "stale"


class NoSuchDraft(HotichError):
    """The draft does not exist."""

    code = "no-draft"


@dataclass(frozen=True, slots=True)
class Specimen:
    """A specimen page of a draft.

    Attributes:
        number: The serial number in the draft, from 1.
        name: The file name as sent by the browser.
        page_no: The page in the file.
        side: The half of the picture.
        size: Width and height of the straightened picture; (0, 0) before it is made.
        frame: The printed frame on this picture, as shares of it.
        matrix: From the page, or its half, to the picture, row by row.
        turn: Rotation clockwise in degrees that makes it upright.
        flaw: Why it is unusable; ``""``: usable.
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
    """A form in design.

    Attributes:
        place_code: The registration place of the specimens' books.
        author: The login of the person who began it.
        changed_by: The login of the person who last changed the design.
        revision: Number of changes of the design.
        saved_as: The number of the version last saved; 0: never saved.
        base: The version of the form's file from which it began or to which it was saved; no other is overwritten.
        origin: The source: ``""``, a form's id, or ``file``.
        dropped: Whether it was discarded.
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
    fields = {name: getattr(draft, name) for name in ("draft_id", "place_code", "author", "changed_by", "revision",
                                                     "saved_as", "base", "origin", "dropped")}  # fmt: skip
    return fields | {
        "created_at": draft.created_at.isoformat(),
        "changed_at": draft.changed_at.isoformat(),
        "design": draft.design.model_dump(by_alias=True),
        "specimens": [asdict(specimen) for specimen in draft.specimens],
    }


def draft_of(stored: Mapping[str, Any]) -> FormDraft:
    """Return the draft in a JSON object; any exception means that the file holds no draft."""
    return FormDraft(
        draft_id=str(stored["draft_id"]),
        place_code=str(stored["place_code"]),
        author=str(stored["author"]),
        created_at=datetime.fromisoformat(stored["created_at"]),
        changed_by=str(stored["changed_by"]),
        changed_at=datetime.fromisoformat(stored["changed_at"]),
        revision=int(stored["revision"]),
        design=Design.model_validate(stored["design"]),
        specimens=tuple(_specimen_of(specimen) for specimen in stored["specimens"]),
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
