"""``intake.toml``: which scanners deliver to which folders, and where the books are that they fill."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Annotated

from pydantic import Field

from pipeline.base.errors import SetupError
from pipeline.base.staff_tables import Wanted, checked_keys, checked_rows
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import Declaration
from pipeline.scans.intake import ScanLimits

SCANNER = "scanner"
_NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"

Seconds = Annotated[float, Field(ge=0), Wanted("phải là số giây, từ 0 trở lên")]


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
    """

    books: Path
    scanners: tuple[Scanner, ...]
    still_seconds: float = 10.0
    patience_seconds: float = 600.0
    limits: ScanLimits = field(default_factory=ScanLimits)


class _Keys(Declaration):
    books: Annotated[str, Wanted("phải là đường dẫn của thư mục các sổ")] = Field(min_length=1)
    still_seconds: Seconds = 10.0
    patience_seconds: Seconds = 600.0


class _ScannerKeys(Declaration):
    name: Annotated[
        str, Wanted("phải là tên của máy quét, chỉ gồm chữ thường không dấu, chữ số và dấu “-”")
    ] = Field(pattern=_NAME)
    inbox: Annotated[str, Wanted("phải là đường dẫn của thư mục mà máy quét ghi vào")] = Field(min_length=1)


def read_options(path: Path, workspace: Path) -> IntakeOptions:
    """Return what a settings file of the intake says; relative paths in it start at its folder.

    Args:
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
    own = {key: value for key, value in file.table.items() if key != SCANNER}
    keys = checked_keys(file, own, _Keys)
    scanners = [
        Scanner(one.name, _folder(path, one.inbox)) for _, one in checked_rows(file, SCANNER, _ScannerKeys)
    ]
    if not scanners:
        file.flaw(SCANNER, f"thiếu máy quét: cần ít nhất một mục [[{SCANNER}]].")
    names = [one.name for one in scanners]
    for number, name in enumerate(names):
        if name in names[:number]:
            file.flaw_of_row(SCANNER, number, "name", f"máy quét “{name}” đã khai ở trên.")
    file.refuse_flaws()
    assert keys is not None  # else there was a flaw
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
