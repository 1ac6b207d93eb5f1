"""Unused or missing declaration files of the office, with the books that wait for them."""

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
    """A declaration file of the office that is not used.

    Attributes:
        file: The path in the workspace.
        message: The flaw, and the waiting books.
    """

    file: str
    message: str
    books: int


def unused_files(
    registry: Registry | None, schemas: Schemas, sees: Callable[[str], bool] = lambda _: True
) -> tuple[UnusedFile, ...]:
    """Return the files with flaws, and missing files that books need.

    Args:
        registry: The registry with the books; None: only flaws are reported.
        sees: Whether the books of a place are counted.
    """
    books = (
        [] if registry is None else [book for book in registry.undeclared_books() if sees(book.place_code)]
    )
    return (*(_flawed(flaw, books) for flaw in schemas.own_flaws), *_gone(schemas, books))


def _flawed(flaw: OwnFlaw, books: Sequence[StoredBookRow]) -> UnusedFile:
    waiting = sum(
        (flaw.folder == "forms" and book.form == flaw.name)
        or (flaw.folder == "records" and book.record == flaw.name)
        for book in books
    )
    message = flaw.message
    if waiting:
        message += BOOKS.format(books=waiting)
    if flaw.printing_of:
        message += PRINTINGS.format(form=flaw.printing_of[:60])
    return UnusedFile(flaw.file, message, waiting)


def _gone(schemas: Schemas, books: Sequence[StoredBookRow]) -> list[UnusedFile]:
    flawed = {(flaw.folder, flaw.name) for flaw in schemas.own_flaws}
    forms = [
        book.form for book in books if book.form not in schemas.forms and ("forms", book.form) not in flawed
    ]
    records = [
        book.record
        for book in books
        if book.record not in schemas.records and ("records", book.record) not in flawed
    ]
    files = []
    for folder, names, template in (("forms", forms, GONE_FORM), ("records", records, GONE_RECORD)):
        for name in sorted(set(names)):
            file = f"schemas/{folder}/{name}.toml"
            message = template.format(file=file, name=name) + BOOKS.format(books=names.count(name))
            files.append(UnusedFile(file, message, names.count(name)))
    return files
