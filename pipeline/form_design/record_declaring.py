"""A kind of register declared by an office: checked, stored with its history, and given its table.

A declaration never loses data: a field that is no longer declared keeps its column, and while the registry holds
books of the register, no field may be removed or change its kind.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.base.errors import RegistryForbidden, SchemaError, StorageError
from pipeline.base.files import make_folder, write_atomically
from pipeline.declarations.schema import MOST_RECORDS, RecordSpec, Schemas, own_record, with_own_records
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace

MOST_LETTERS = 200_000
"""Largest length of a declaration in letters; two hundred fields take a third of it."""


NO_RIGHT = (
    "Tài khoản mà phần mềm dùng không được thêm bảng vào cơ sở dữ liệu, nên chưa khai báo gì. Người quản trị máy chạy "
    "“hotich schemas declare” bằng tài khoản chủ của cơ sở dữ liệu, rồi cấp lại quyền (“hotich registry role-sql”)."
)
"""The refusal for a database account that may not add tables."""


@dataclass(frozen=True, slots=True)
class DeclaredRecord:
    """The result of a declaration.

    Attributes:
        new: Whether the register was undeclared before.
    """

    record: RecordSpec
    new: bool
    added: tuple[str, ...]
    changed: bool


def check_declaration(context: RunContext, text: str) -> DeclaredRecord:
    """Return the result of a declaration without storing it.

    Args:
        context: The run context with the office's declarations.

    Raises:
        SchemaError: The declaration has a flaw, or removes fields held by entries of the registry.
    """
    record = own_record(context.schemas, text[: MOST_LETTERS + 1], Path("loại sổ"))
    if len(text) > MOST_LETTERS:
        raise SchemaError(f"Khai báo dài quá {MOST_LETTERS} ký tự.")
    before = context.schemas.records.get(record.record)
    if before is None:
        if len(context.schemas.own_records) >= MOST_RECORDS:
            raise SchemaError(f"Nhiều nhất {MOST_RECORDS} loại sổ của cơ quan.")
        _refuse_lost_columns(context, record)
        return DeclaredRecord(record, True, tuple(record.by_name), True)
    _refuse_lost(context, before, record)
    added = tuple(name for name in record.by_name if name not in before.by_name)
    path = _path(context, record)
    return DeclaredRecord(record, False, added, path.read_text(encoding="utf-8") != text)


def declare_record(context: RunContext, text: str, author: str) -> DeclaredRecord:
    """Store a declaration as the office's own and create its table and columns in the registry.

    The previous declaration is kept under the first letters of its SHA-256. If the registry cannot be updated, the
    previous declaration is restored.

    Raises:
        SchemaError: The declaration has a flaw, or removes fields held by entries of the registry.
        StorageError: The disk cannot be written.
    """
    result = check_declaration(context, text)
    if not result.changed:
        return result
    path = _path(context, result.record)
    before = path.read_bytes() if path.exists() else None
    try:
        make_folder(path.parent)
        if before is not None:
            write_atomically(path.with_suffix(f".{hashlib.sha256(before).hexdigest()[:8]}.old"), before)
        write_atomically(path, text)
    except OSError as error:
        raise StorageError(
            f"Không ghi được {path}: {error.strerror}. Hãy kiểm tra ổ đĩa và quyền ghi."
        ) from None
    try:
        whole = with_own_records(_shipped(context), Workspace(context.workspace).own_schemas)
        whole.record(result.record.record)
        with replace(context, schemas=whole).open_registry() as registry:
            detail = {
                "record": result.record.record,
                "fields": len(result.record.fields),
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            }
            registry.note_printed("record-declared", "registry", detail, author=author)
    except BaseException as error:
        path.unlink() if before is None else write_atomically(path, before)
        if isinstance(error, RegistryForbidden):
            raise SchemaError(NO_RIGHT) from None
        raise
    return result


def _shipped(context: RunContext) -> Schemas:
    """Return the declarations without the office's own registers."""
    schemas = context.schemas
    own = schemas.own_records
    return replace(
        schemas,
        records={name: spec for name, spec in schemas.records.items() if name not in own},
        exports={name: spec for name, spec in schemas.exports.items() if spec.record not in own},
        forms={name: form for name, form in schemas.forms.items() if form.record not in own},
        vocabs={name: vocab for name, vocab in schemas.vocabs.items() if name not in schemas.own_vocabs},
        own_records={},
        own_vocabs=frozenset(),
        register_flaws=(),
    )


def _path(context: RunContext, record: RecordSpec) -> Path:
    return Workspace(context.workspace).own_schemas / "records" / f"{record.record}.toml"


def _refuse_lost(context: RunContext, before: RecordSpec, after: RecordSpec) -> None:
    lost = [field for field in before.fields if field.name not in after.by_name]
    changed_kind = [
        field
        for field in before.fields
        if field.name in after.by_name and after.by_name[field.name].kind != field.kind
    ]
    if not (lost or changed_kind):
        return
    with context.open_registry() as registry:
        books = len(registry.book_rows(before.record))
    if not books:
        return
    labels = ", ".join(f"“{field.label}”" for field in (lost or changed_kind)[:5])
    what = "bỏ trường" if lost else "đổi kiểu của trường"
    raise SchemaError(
        f"Sổ dữ liệu có {books} quyển loại “{before.title}”, nên không {what} {labels} được. Hãy thêm trường mới, để "
        "trường cũ như đã khai."
    )


def _refuse_lost_columns(context: RunContext, after: RecordSpec) -> None:
    """Refuse a declaration that replaces a missing or flawed file but omits columns with data."""
    with context.open_registry() as registry:
        if not registry.book_rows(after.record):
            return
        lost = [name for name in registry.columns_of(after.record) if name not in after.by_name]
    if lost:
        names = ", ".join(f"“{name}”" for name in lost[:5])
        raise SchemaError(
            f"Sổ dữ liệu có sổ loại “{after.record}” với các trường {names} mà khai báo này không có. Hãy khai đủ các "
            "trường ấy, đúng kiểu như trước."
        )


STALE = "Khai báo của loại sổ này vừa được người khác sửa. Hãy tải lại trang rồi làm lại."


@dataclass(frozen=True, slots=True)
class RegisterDesk:
    """The registers of an office as its pages declare them, one declaration at a time.

    Attributes:
        context: Returns the current run context, with the declarations on disk.
        lock: Held while a declaration is stored.
    """

    context: Callable[[], RunContext]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def schemas(self) -> Schemas:
        """Return the declarations on disk."""
        return self.context().schemas

    def text_of(self, record: str) -> str:
        """Return the declaration of an own register; ``""`` for any other register."""
        context = self.context()
        if record not in context.schemas.own_records:
            return ""
        return _path(context, context.schemas.record(record)).read_text(encoding="utf-8")

    def check(self, text: str) -> DeclaredRecord:
        """Return the result of a declaration, as ``check_declaration`` does."""
        return check_declaration(self.context(), text)

    def declare(self, text: str, author: str, seen: str) -> DeclaredRecord:
        """Store a declaration, as ``declare_record`` does.

        Args:
            seen: The digest of the declaration that was shown.

        Raises:
            SchemaError: The declaration was changed since it was shown, or has a flaw.
            StorageError: The disk cannot be written.
        """
        with self.lock:
            context = self.context()
            result = check_declaration(context, text)
            if declaration_digest(self.text_of(result.record.record)) != seen:
                raise SchemaError(STALE)
            return declare_record(context, text, author)


def declaration_digest(text: str) -> str:
    """Return the digest of a declaration; ``""``: undeclared."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""
