"""The errors of the registry that callers tell apart."""

from __future__ import annotations

from pipeline.base.errors import RegistryError


class StaleTask(RegistryError):
    """Someone else changed the task since it was shown."""

    code = "stale-task"


class NotThere(RegistryError):
    """There is nothing of that number: no entry, task, book or whatever was asked for."""

    code = "not-there"


class RowTampered(RegistryError):
    """A row was changed behind the program's back; it is not written before an administrator has settled that.

    Attributes:
        table_name: The table of the row.
        row_ids: The keys of the rows.
        untold: Whether the audit does not tell of it yet.
    """

    code = "tampered"
    exit_code = 10

    def __init__(self, table_name: str, row_ids: tuple[int, ...], *, untold: bool = True) -> None:
        super().__init__(
            f"Bảng {table_name}, dòng {', '.join(map(str, row_ids[:5]))}: đã bị sửa ngoài chương trình, nên "
            "chương trình không ghi tiếp lên đó. Hãy báo người quản trị chạy “hotich audit verify”."
        )
        self.table_name, self.row_ids, self.untold = table_name, row_ids, untold

    def __reduce__(self) -> tuple[type[RowTampered], tuple[str, tuple[int, ...]]]:  # type: ignore[override]
        return (type(self), (self.table_name, self.row_ids))
