"""The office's own forms: files that people save from the designer, with all versions kept."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.base.errors import SchemaError
from pipeline.base.files import FileRefused, make_folder, parse_toml, storage_errors
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.declarations.schema import RETIRED, Form, FormShelf, Schemas, load_form
from pipeline.form_design.design import Design, design_of_form
from pipeline.form_design.draft import DraftRefused, DraftStale
from pipeline.form_design.flaws import form_of_table
from pipeline.form_design.form_toml import design_toml
from pipeline.web.supervising.staff_file_desk import FileChange, SettingsStale, StaffFileDesk

MOST_BYTES = 128 * 1024
"""Largest size in bytes of an imported form file; the largest shipped file takes 7,000, 600 cells some 100,000."""
MOST_BRACKETS = 4000
"""Brackets that open in it; the largest shipped file has 147. Tables cost more to parse than texts of their length."""

_ONE_FILE = threading.Lock()
"""One sent form file is read at a time: parsing holds the interpreter, for which all requests of the desk wait."""

SAVED_MEANWHILE = (
    "Mẫu “{name}” đã được lưu bản khác từ lúc bản nháp này bắt đầu. "
    "Hãy mở bản mới ấy để sửa tiếp, hoặc đổi mã mẫu."
)
PRINTINGS_IN_USE = "Mẫu còn bản in khác đang dùng: {names}. Hãy thôi dùng các bản in ấy trước."
OF_PROGRAM = "Mã “{name}” là của một mẫu đi kèm phần mềm, không ghi đè được. Hãy đặt mã khác."


@dataclass(frozen=True, slots=True)
class OwnForm:
    """A form of the office with its versions, the newest first; each version holds the text that it replaced."""

    form: Form
    versions: tuple[FileChange, ...]


class OwnForms:
    """The office's own forms in a folder.

    Args:
        history: Returns the folder of a form's earlier versions, by the form's id.
        schemas: The declarations; a saved form is added to their form shelf.
        now: The clock, in UTC.
    """

    def __init__(
        self,
        folder: Path,
        history: Callable[[str], Path],
        schemas: Schemas,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder, self._history, self._schemas, self._now = folder, history, schemas, now
        self._desks: dict[str, StaffFileDesk[Form]] = {}
        self._lock = threading.Lock()

    def is_own(self, form_id: str) -> bool:
        return form_id in self._schemas.forms and self._path(form_id).is_file()

    def forms(self) -> tuple[OwnForm, ...]:
        """Return the office's own forms in order of their ids, with their versions."""
        names = sorted(name for name in self._schemas.forms if self.is_own(name))
        return tuple(OwnForm(self._schemas.forms[name], self._desk(name).history()) for name in names)

    def versions(self, form_id: str) -> tuple[FileChange, ...]:
        """Return the versions of a form, the newest first."""
        return self._desk(form_id).history()

    def base(self, form_id: str) -> str:
        """Return a form's id with a digest of its present file; ``""`` where the form has no file."""
        return f"{form_id}:{self._desk(form_id).read().digest}" if self._path(form_id).is_file() else ""

    def text(self, form_id: str) -> str:
        """Return the TOML file of a declared form, shipped or own, as its design is written."""
        return design_toml(design_of_form(self._schemas.form(form_id)))

    def save(
        self,
        design: Design,
        base: str,
        author: str,
        note: Callable[[int, str], object],
    ) -> tuple[int, str]:
        """Save a design as the newest version of its form; return the version's number and its base.

        A retired form stays retired.

        Args:
            design: The design, without flaws.
            base: The result of ``base`` for the file from which the design started.
            author: The login of the person who saves it.
            note: Notes the version in the audit, by its number and the digest of the file, before it is written.

        Raises:
            DraftStale: Another version was saved meanwhile.
            DraftRefused: The design has flaws, or the id of a shipped form.
            StorageError: The disk refuses.
        """
        if self._is_of_program(design.id):
            raise DraftRefused(OF_PROGRAM.format(name=design.id))
        text = design_toml(design)
        name, _, digest = base.partition(":")
        numbers: list[int] = []

        def note_version(number: int, file: str) -> None:
            numbers.append(number)
            note(number, file)

        with storage_errors(self._folder):
            make_folder(self._folder)
        try:
            self._desk(design.id).change(
                digest if name == design.id else hashlib.sha256(b"").hexdigest(),
                lambda before: f"{RETIRED}{text}" if before.startswith(RETIRED) else text,
                author=author,
                lines=[f"{design.title}: {len(design.cells)} ô, {len(design.areas)} khoảng"],
                note=note_version,
                apply=self._put,
            )
        except SettingsStale:
            raise DraftStale(SAVED_MEANWHILE.format(name=design.id)) from None
        except SettingsRefused as error:
            raise DraftRefused(error.message) from None
        return numbers[-1], self.base(design.id)

    def set_retired(
        self, form_id: str, base: str, author: str, note: Callable[[int, str], object], *, retired: bool
    ) -> None:
        """Retire a form for new books, or admit it again; either is a version of the form.

        Args:
            base: The result of ``base`` for the file that the person saw.
            author: The login of the person who decides.
            note: Notes the version in the audit log, by its number and the digest of the file, before it is written.

        Raises:
            DraftStale: Another version was saved meanwhile.
            DraftRefused: The form is in this state already, or other printings of it are in use.
            StorageError: The disk refuses.
        """
        if retired and (in_use := self._schemas.printings_of(self._schemas.form(form_id))):
            raise DraftRefused(PRINTINGS_IN_USE.format(names=", ".join(f"“{used.id}”" for used in in_use)))
        try:
            self._desk(form_id).change(
                base.partition(":")[2],
                lambda text: f"{RETIRED if retired else ''}{text.replace(RETIRED, '', 1)}",
                author=author,
                lines=["Thôi dùng cho sổ mới" if retired else "Dùng lại cho sổ mới"],
                note=note,
                apply=self._put,
            )
        except SettingsStale:
            raise DraftStale(SAVED_MEANWHILE.format(name=form_id)) from None
        except SettingsRefused as error:
            raise DraftRefused(error.message) from None

    def _is_of_program(self, form_id: str) -> bool:
        shelf = self._schemas.forms
        shipped = shelf.shipped if isinstance(shelf, FormShelf) else frozenset()
        return form_id in shipped or (form_id in shelf and not self.is_own(form_id))

    def _put(self, form: Form) -> None:
        shelf = self._schemas.forms
        if isinstance(shelf, FormShelf):
            shelf.put(form)

    def _path(self, form_id: str) -> Path:
        return self._folder / f"{form_id}.toml"

    def _desk(self, form_id: str) -> StaffFileDesk[Form]:
        with self._lock:
            desk = self._desks.get(form_id)
            if desk is None:
                desk = self._desks[form_id] = StaffFileDesk(
                    self._path(form_id),
                    self._history(form_id),
                    lambda path: load_form(path, self._schemas),
                    self._now,
                )
            return desk


def design_of_file(content: bytes) -> Design:
    """Return the design in a form file from another office.

    Raises:
        DraftRefused: The file is too long, not TOML or not a form; the message names the flaw.
    """
    if len(content) > MOST_BYTES:
        raise DraftRefused(f"Tệp mẫu sổ dài quá {MOST_BYTES // 1024} KB nên không được nhận.")
    if content.count(b"[") + content.count(b"{") > MOST_BRACKETS:
        raise DraftRefused(f"Tệp mẫu sổ có quá {MOST_BRACKETS} bảng, danh sách nên không được nhận.")
    try:
        with _ONE_FILE:
            table = parse_toml(content.decode("utf-8-sig"))
            form = form_of_table(table)
            return design_of_form(form)
    except UnicodeDecodeError:
        raise DraftRefused("Tệp không phải chữ UTF-8.") from None
    except FileRefused as error:
        raise DraftRefused(f"Tệp mẫu sổ {error.message}.") from None
    except SchemaError as error:
        raise DraftRefused(f"Tệp không phải một mẫu sổ. {error.message}") from None
    except ValueError:
        raise DraftRefused(
            "Tệp không phải một mẫu sổ: sai cú pháp TOML hoặc có giá trị ngoài mức cho phép."
        ) from None
