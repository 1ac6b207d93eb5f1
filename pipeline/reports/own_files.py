"""Files of ``schemas/`` of the office that are not used, or are gone, with the books that wait for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.declarations.schema import OwnFlaw, Schemas
from pipeline.registry import Registry
from pipeline.registry.books.rows import StoredBookRow

GONE_FORM = "{file}: không có tệp này, mà sổ khai mẫu “{name}”. Hãy lấy lại tệp từ bản sao lưu, hoặc sửa mẫu ở bìa sổ."
GONE_RECORD = (
    "{file}: không có tệp này, mà có sổ của loại “{name}”. Hãy lấy lại tệp từ bản sao lưu; dữ liệu đã có "
    "còn nguyên."
)
BOOKS = " {books} quyển chờ, chưa đọc và chưa rà soát được."
PRINTINGS = " Sổ khai mẫu “{form}” cũng chưa đọc tiếp được, vì tệp này là một bản in khác của mẫu ấy."


@dataclass(frozen=True, slots=True)
class UnusedFile:
    """A file of the office that is not used.

    Attributes:
        file: Where it lies in the workspace.
        message: What is wrong with it, and what waits for it.
    """

    file: str
    message: str
    books: int


def unused_files(
    registry: Registry | None, schemas: Schemas, sees: Callable[[str], bool] = lambda _: True
) -> tuple[UnusedFile, ...]:
    """Return the files that have a flaw, and those that are gone while books need them.

    Args:
        registry: Holds the books; None: only flaws are told.
        sees: Whether the books of a place are counted.
    """
    books = [] if registry is None else [one for one in registry.undeclared_books() if sees(one.place_code)]
    return (*(_flawed(flaw, books) for flaw in schemas.own_flaws), *_gone(schemas, books))


def _flawed(flaw: OwnFlaw, books: Sequence[StoredBookRow]) -> UnusedFile:
    waiting = sum(
        (flaw.folder == "forms" and one.form == flaw.name)
        or (flaw.folder == "records" and one.record == flaw.name)
        for one in books
    )
    told = flaw.message
    if waiting:
        told += BOOKS.format(books=waiting)
    if flaw.printing_of:
        told += PRINTINGS.format(form=flaw.printing_of[:60])
    return UnusedFile(flaw.file, told, waiting)


def _gone(schemas: Schemas, books: Sequence[StoredBookRow]) -> list[UnusedFile]:
    flawed = {(one.folder, one.name) for one in schemas.own_flaws}
    forms = [one.form for one in books if one.form not in schemas.forms and ("forms", one.form) not in flawed]
    records = [
        one.record
        for one in books
        if one.record not in schemas.records and ("records", one.record) not in flawed
    ]
    found = []
    for folder, names, told in (("forms", forms, GONE_FORM), ("records", records, GONE_RECORD)):
        for name in sorted(set(names)):
            file = f"schemas/{folder}/{name}.toml"
            message = told.format(file=file, name=name) + BOOKS.format(books=names.count(name))
            found.append(UnusedFile(file, message, names.count(name)))
    return found
