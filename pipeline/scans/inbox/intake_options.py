"""``intake.toml``: which scanners deliver to which folders, and where the books are that they fill.

.. code-block:: toml

    books = "/srv/so-da-quet"        # the folder of books that the nightly run reads
    still_seconds = 10               # so long a file must stay as it is before it is taken
    patience_seconds = 600           # so long one that cannot be used may become better

    [[scanner]]
    name = "may-1"
    inbox = "/srv/hop-quet/may-1"
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from pydantic import Field, ValidationError

from pipeline.base.errors import SetupError
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import Declaration
from pipeline.scans.intake import ScanLimits

SCANNER = "scanner"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")

_MEANT = {
    "books": "phải là đường dẫn của thư mục các sổ",
    "still_seconds": "phải là số giây, từ 0 trở lên",
    "patience_seconds": "phải là số giây, từ 0 trở lên",
    "name": "phải là tên của máy quét, chỉ gồm chữ thường không dấu, chữ số và dấu “-”",
    "inbox": "phải là đường dẫn của thư mục mà máy quét ghi vào",
}


@dataclass(frozen=True, slots=True)
class Scanner:
    """A scanner and the folder it writes to."""

    name: str
    inbox: Path


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """What an office has set about its scanners.

    Attributes:
        books: The folder that the books are filled in.
        scanners: The scanners with their inboxes.
        still_seconds: A file is taken when its size and modification time have not changed for so long.
        patience_seconds: A file that cannot be used is looked at again for so long before it is refused.
        limits: Bounds on one scan and its pages.
    """

    books: Path
    scanners: tuple[Scanner, ...]
    still_seconds: float = 10.0
    patience_seconds: float = 600.0
    limits: ScanLimits = field(default_factory=ScanLimits)


class _Keys(Declaration):
    books: str = Field(min_length=1)
    still_seconds: float = Field(default=10.0, ge=0)
    patience_seconds: float = Field(default=600.0, ge=0)


class _ScannerKeys(Declaration):
    name: str = Field(pattern=f"^{_NAME.pattern}$")
    inbox: str = Field(min_length=1)


def read_options(path: Path, workspace: Path) -> IntakeOptions:
    """Return what a settings file of the intake says; relative paths in it start at its folder.

    Args:
        path: The settings file.
        workspace: The workspace, which no inbox may overlap.

    Raises:
        SetupError: There is no such file.
        SchemaError: Names every flaw with its line. Folders that lie in one another are flaws too: what is
            taken from one would come back in the other.
    """
    if not path.exists():
        raise SetupError(
            f"Chưa có tệp {path}. Hãy tạo tệp này, nêu các máy quét và thư mục các sổ "
            "(mẫu: docs/how-to/scanning-desk.md)."
        )
    file = StaffFile(path)
    keys = _checked(file, _Keys, {key: value for key, value in file.table.items() if key != SCANNER}, None)
    scanners: list[Scanner] = []
    for number, row in file.rows(SCANNER):
        one = _checked(file, _ScannerKeys, row, number)
        if isinstance(one, _ScannerKeys):
            scanners.append(Scanner(one.name, _folder(path, one.inbox)))
    if not scanners:
        file.flaw(SCANNER, f"thiếu máy quét: cần ít nhất một mục [[{SCANNER}]].")
    names = [one.name for one in scanners]
    for number, name in enumerate(names):
        if name in names[:number]:
            file.flaw_of_row(SCANNER, number, "name", f"máy quét “{name}” đã khai ở trên.")
    file.refuse_flaws()
    assert isinstance(keys, _Keys)
    books = _folder(path, keys.books)
    _refuse_overlaps(file, scanners, books, workspace)
    return IntakeOptions(books, tuple(scanners), keys.still_seconds, keys.patience_seconds)


def _refuse_overlaps(file: StaffFile, scanners: list[Scanner], books: Path, workspace: Path) -> None:
    """Report a flaw for folders that are one, or of which one lies in the other, links followed.

    The workspace may lie around the books, and the books around the workspace.
    """
    inboxes = [one.inbox for one in scanners]
    for number, inbox in enumerate(inboxes):
        for other, what in ((books, "thư mục các sổ"), (workspace, "thư mục làm việc")):
            if _overlap(inbox, other):
                file.flaw_of_row(
                    SCANNER, number, "inbox", f"thư mục tiếp nhận {inbox} và {what} {other} nằm trong nhau."
                )
    for (_, one), (number, other) in combinations(enumerate(inboxes), 2):
        if _overlap(one, other):
            file.flaw_of_row(
                SCANNER,
                number,
                "inbox",
                f"thư mục tiếp nhận {other} và thư mục tiếp nhận {one} nằm trong nhau.",
            )
    file.refuse_flaws()


def _overlap(one: Path, other: Path) -> bool:
    one, other = one.resolve(), other.resolve()
    return one == other or one in other.parents or other in one.parents


def _folder(file: Path, text: str) -> Path:
    return (file.parent / Path(text).expanduser()).absolute()


def _checked(
    file: StaffFile, model: type[Declaration], row: object, number: int | None
) -> Declaration | None:
    """The keys of the file (``number`` None) or of one scanner; flaws are noted."""
    try:
        return model.model_validate(row)
    except ValidationError as error:
        for flaw in error.errors():
            key = str(flaw["loc"][0])
            known = ", ".join(model.model_fields)
            if flaw["type"] == "extra_forbidden":
                said = f"khóa lạ “{key}”. Các khóa được dùng: {known}."
            elif flaw["type"] == "missing":
                said = f"thiếu khóa “{key}”."
            else:
                said = f"“{key}” {_MEANT[key]}."
            if number is None:
                file.flaw(key, said)
            else:
                file.flaw_of_row(SCANNER, number, key, said)
        return None
