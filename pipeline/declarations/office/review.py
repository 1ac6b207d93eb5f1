"""``[review]`` of ``office.toml``: how many people see a field before its value counts, and what they see.

``[[review.book]]`` has the same keys, for some books: their folders match ``book``, and later rows win.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from pipeline.base.staff_tables import Wanted, checked_table
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.office.settings import ChoiceWords, Looser, SettingTable
from pipeline.declarations.schema import Declaration, FieldSpec, Schemas, nearest_hint

Share = Annotated[
    Literal["all", "critical", "none"],
    ChoiceWords({"all": "mọi ô", "critical": "ô quan trọng", "none": "không ô nào"}),
    Looser.LATER,
]
Check = Annotated[
    Literal["all", "critical", "chosen", "none"],
    ChoiceWords(
        {
            "all": "mọi ô",
            "critical": "ô quan trọng",
            "chosen": "phần mềm chọn cho từng ô",
            "none": "không ô nào",
        }
    ),
    Looser.LATER,
]
LetterCase = Annotated[
    Literal["ignored", "counts"],
    ChoiceWords({"ignored": "coi như nhau", "counts": "khác nhau"}),
    Looser.EARLIER,
]
PerMille = Annotated[
    float, Field(gt=0, lt=1000, strict=False), Wanted("phải là số phần nghìn, lớn hơn 0 và nhỏ hơn 1000")
]
FieldNames = Annotated[frozenset[str], Wanted("phải là danh sách tên trường"), Field(examples=[["notes"]])]


class Way(StrEnum):
    """How a field is settled.

    Attributes:
        SINGLE: One person's value settles it.
        CHECKED: Somebody else confirms or corrects it.
        BLIND: Somebody else keys the same without having seen it, or a third person decides.
        BLIND_TWICE: As ``BLIND``, and the first person does not see the reading either.
        GLANCE: One person confirms the reading; what they key otherwise is ``CHECKED``.
        KEYED: One person keys without seeing the reading; what the machine did not read is ``CHECKED``.
        KEYED_CHECKED: As ``CHECKED``, and the first person does not see the reading.
    """

    SINGLE = "single"
    CHECKED = "checked"
    BLIND = "blind"
    BLIND_TWICE = "blind-twice"
    GLANCE = "glance"
    KEYED = "keyed"
    KEYED_CHECKED = "keyed-checked"


SETTLED_BY_ONE = frozenset({Way.SINGLE, Way.GLANCE, Way.KEYED})
"""Ways in which one keyed value settles a field."""

BLIND_SECOND = frozenset({Way.BLIND, Way.BLIND_TWICE})
"""Ways in which the second person sees neither the reading nor the first value."""

BLIND_FIRST = frozenset({Way.BLIND_TWICE, Way.KEYED, Way.KEYED_CHECKED})
"""Ways in which the first person does not see the reading."""


class BookPolicy(Declaration):
    """How the fields of one book are settled."""

    check: Check = Field(
        default="chosen",
        title="Ô phải có người thứ hai xem",
        description="Phần mềm chọn: mỗi ô theo cách ít phím nhất mà cả quyển vẫn giữ mức sai cho phép dưới đây. "
        "Chọn khác: người thứ hai thấy chữ của người thứ nhất, nhận hoặc sửa.",
    )
    blind: Share = Field(
        default="none",
        title="Ô người thứ hai nhập độc lập",
        description="Người thứ hai chỉ thấy ảnh chữ viết; hai người nhập khác nhau thì người thứ ba phân xử.",
    )
    blind_first: Annotated[bool, Looser.LESS] = Field(
        default=False,
        strict=True,
        title="Người thứ nhất cũng không thấy chữ máy đọc",
        description="Chậm hơn, nhưng không ai gật theo máy.",
    )
    most_wrong_critical: Annotated[PerMille, Looser.MORE] = Field(
        default=1.0,
        title="Khi phần mềm chọn: ô quan trọng sai nhiều nhất (‰)",
        description="Trong những ô chờ người của mỗi quyển. Nhỏ hơn thì phải gõ nhiều hơn.",
    )
    most_wrong: Annotated[PerMille, Looser.MORE] = Field(
        default=2.0, title="Khi phần mềm chọn: các ô khác sai nhiều nhất (‰)"
    )
    planted: Annotated[float, Looser.LESS] = Field(
        default=0.03,
        ge=0.0,
        le=0.2,
        strict=True,
        title="Phần ô chỉ xem có chữ sai do phần mềm cố ý đưa ra",
        description="Để biết mắt người bắt được bao nhiêu chỗ sai: chữ ấy không bao giờ vào sổ, báo cáo không nêu "
        "tên ai. Cũng chừng ấy ô đã xong được hỏi lại một người khác, sổ không đổi. 0: không thử, thì phần mềm giữ mức "
        "dè dặt ban đầu và bắt gõ nhiều hơn.",
    )
    blind_fields: Annotated[FieldNames, Looser.LESS] = Field(
        default=frozenset(), title="Thêm các ô này vào nhập độc lập"
    )
    open_fields: Annotated[FieldNames, Looser.MORE] = Field(
        default=frozenset(), title="Bớt các ô này khỏi nhập độc lập"
    )
    letter_case: LetterCase = Field(
        default="ignored",
        title="Chữ hoa, chữ thường khi so lời hai người",
        description="Chỉ với họ tên, nơi chốn và lời tự do.",
    )
    prefill_from: Annotated[float, Looser.LESS] = Field(
        default=0.2,
        ge=0.0,
        le=1.0,
        strict=True,
        title="Độ tin cậy từ đó chữ máy đọc được đặt sẵn vào ô",
        description="0: luôn đặt sẵn; 1: hầu như không.",
    )
    accept_clear: Annotated[bool, Looser.MORE] = Field(
        default=True,
        strict=True,
        title="Nhận những ô đã rõ nhờ các sự kiện đã đối chiếu",
        description="Có: ô đã rõ nhờ ít nhất hai sự kiện khác thì không phải chờ người; một phần vẫn được rút ra "
        "kiểm tra.",
    )
    clear_sample: Annotated[float, Looser.LESS] = Field(
        default=0.1,
        ge=0.01,
        le=1.0,
        strict=True,
        title="Phần ô đã rõ rút ra kiểm tra, người nhập không thấy chữ máy đọc",
        description="0,1: cứ mười ô rút một ô.",
    )
    unseen_sample: Annotated[float, Looser.LESS] = Field(
        default=0.01,
        ge=0.0,
        le=1.0,
        strict=True,
        title="Phần ô máy tự nhận rút ra kiểm tra, người nhập không thấy chữ máy đọc",
        description="0,01: cứ một trăm ô rút một ô. 0: không rút, thì không biết các ô ấy sai bao nhiêu.",
    )
    people_fields: Annotated[FieldNames, Looser.LESS] = Field(
        default=frozenset(), title="Ô luôn chờ người, dù đã rõ"
    )
    teaching_first: Annotated[bool, Looser.NEVER] = Field(
        default=True,
        strict=True,
        title="Phát trước những sự kiện giúp máy hiểu sổ nhanh hơn",
        description="Hai mươi sự kiện đầu của mỗi sổ được chọn như thế, rồi mới theo thứ tự trang.",
    )

    def way(self, spec: FieldSpec) -> Way | None:
        """How that field is settled; None where the program chooses."""
        named = spec.name in self.blind_fields
        if spec.name not in self.open_fields and (named or _includes(self.blind, spec)):
            return Way.BLIND_TWICE if self.blind_first else Way.BLIND
        if self.check == "chosen":
            return None
        return Way.CHECKED if _includes(self.check, spec) else Way.SINGLE

    def reopened_way(self, spec: FieldSpec) -> Way:
        """How a field is settled that is opened again: its value is the first word."""
        return Way.BLIND if self.way(spec) in BLIND_SECOND else Way.CHECKED

    @property
    def whole(self) -> Way:
        """How it is settled that what was found about an entry or a page as a whole has been seen."""
        return Way.CHECKED if self.check == "all" else Way.SINGLE


class BookChange(BookPolicy):
    """What some books have otherwise."""

    book: Annotated[str, Wanted(missing=': tên thư mục của quyển sổ, ví dụ "KS.1975.*".')] = Field(
        min_length=1
    )

    @property
    def keys(self) -> dict[str, Any]:
        """The values that are set, by key."""
        return {key: getattr(self, key) for key in BookPolicy.model_fields if key in self.model_fields_set}


class ReviewPolicy(BookPolicy):
    """What an office has set."""

    lease_minutes: Annotated[int, Wanted("phải là số phút, từ 1 đến 240"), Looser.NEVER] = Field(
        default=15,
        ge=1,
        le=240,
        strict=True,
        title="Giữ một nhiệm vụ (phút)",
        description="Quá chừng ấy không động đến thì người khác được nhận.",
    )
    assigned_only: Annotated[bool, Looser.LESS] = Field(
        default=False,
        strict=True,
        title="Chỉ phát nhiệm vụ của sổ đã giao",
        description="Người rà soát chỉ được phát nhiệm vụ của những sổ giao cho mình (trang Giao sổ).",
    )
    book: tuple[BookChange, ...] = ()

    @property
    def lease(self) -> timedelta:
        """How long a task stays in somebody's hands."""
        return timedelta(minutes=self.lease_minutes)

    @property
    def books(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Patterns of folder names with what they set otherwise; later ones win."""
        return tuple((one.book, one.keys) for one in self.book)

    @property
    def every_book(self) -> BookPolicy:
        """What holds for a book that no row names."""
        return BookPolicy.model_construct(**{key: getattr(self, key) for key in BookPolicy.model_fields})

    def of_book(self, folder_name: str) -> BookPolicy:
        """What holds for the book of that folder."""
        policy = self.every_book
        for pattern, keys in self.books:
            if fnmatchcase(folder_name, pattern):
                policy = policy.model_copy(update=dict(keys))
        return policy


REVIEW = SettingTable(
    "review",
    "Rà soát",
    "how-to/set-review",
    ReviewPolicy,
    "Ô đã có người nhập thì theo nốt cách cũ; ô chưa ai nhập theo cách mới, ngay từ lúc lưu.",
)


def read_review(path: Path, schemas: Schemas) -> ReviewPolicy:
    """Return what the file at ``path`` sets, or the defaults where it does not exist.

    Raises:
        SchemaError: The file has flaws; the message names each with its line.
    """
    if not path.exists():
        return ReviewPolicy()
    file = StaffFile(path)
    policy = checked_table(file, REVIEW.name, ReviewPolicy)
    if policy is not None:
        known = {name for record in schemas.records.values() for name in record.by_name}
        for key, message in _field_flaws(policy, schemas, known):
            file.flaw_of_table(REVIEW.name, key, message)
        for number, row in enumerate(policy.book):
            for key, message in _field_flaws(row, schemas, known):
                file.flaw_of_row(f"{REVIEW.name}.book", number, key, message)
    file.refuse_flaws()
    assert policy is not None  # else there was a flaw
    return policy


def _field_flaws(policy: BookPolicy, schemas: Schemas, known: set[str]) -> list[tuple[str, str]]:
    """Return the keys that name fields wrongly, each with what is wrong."""
    flaws = [
        (key, f"không có trường “{name}”.{nearest_hint(name, known)}")
        for key in ("blind_fields", "open_fields", "people_fields")
        for name in sorted(getattr(policy, key) - known)
        if not schemas.may_mean_flawed(name)
    ]
    both = sorted(policy.blind_fields & policy.open_fields)
    return flaws + [
        ("open_fields", f"“{name}” không thể vừa ở blind_fields vừa ở open_fields.") for name in both
    ]


def _includes(share: str, spec: FieldSpec) -> bool:
    return share == "all" or (share == "critical" and spec.critical)
