"""Drafts of forms on disk: a folder for each, with uploaded files, pictures and the present design.

Every change of a design is a new revision, written atomically, and is refused if another person has changed the draft
meanwhile, so that no work is overwritten. The machine's findings on specimens are no revision. Nothing is removed: a
dropped draft is only unlisted, and the designs of the last revisions are kept.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.base.errors import HotichError
from pipeline.base.files import TEMP_PREFIX, make_folder, read_regular_file, storage_errors, write_atomically
from pipeline.base.localtime import format_moment
from pipeline.form_design.design import Design
from pipeline.form_design.draft import (
    DRAFT_ID,
    NOT_THERE,
    STALE,
    DraftRefused,
    DraftStale,
    FormDraft,
    NoSuchDraft,
    Specimen,
    draft_of,
    stored_draft,
)
from pipeline.form_design.form_toml import rounded
from pipeline.form_design.specimen_files import SpecimenFile

MOST_PAGES = 10
"""Largest number of specimen pages in a draft; more add no information."""

MOST_BYTES = 8 << 20
MOST_DRAFTS = 500
"""Largest number of drafts that are not dropped."""

MOST_OF_ONE = 100
"""The same for a person, so that nobody takes the room of all others."""

KEPT_REVISIONS = 60

FREE_BYTES = 1_000_000_000
"""Free disk space that uploaded specimens must leave: the registry lies on the same disk."""

DISK_FULL = "Ổ đĩa của máy chủ sắp đầy nên chưa nhận thêm trang mẫu. Hãy báo người quản trị máy."

GIVEN_UP = "dropped"
"""A marker file in the folder of a dropped draft, so that the list need not open the draft."""


class FormDrafts:
    """The drafts in a folder.

    Args:
        folder: The folder, which may be missing.
        now: The clock, in UTC.
        new_id: Returns the id of the next draft.
        free_bytes: Free disk space that uploaded specimens must leave.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: secrets.token_hex(6),
        free_bytes: int = FREE_BYTES,
    ) -> None:
        self._folder, self._now, self._new_id, self._free_bytes = folder, now, new_id, free_bytes
        self._lock = threading.Lock()

    def begin(
        self, design: Design, place_code: str, author: str, origin: str = "", base: str = ""
    ) -> FormDraft:
        """Begin a draft and return it.

        Args:
            place_code: The registration place of its specimens.
            author: The login of the person who begins it.
            base: The version of the form's file from which it starts.

        Raises:
            DraftRefused: The limit of drafts is reached.
        """
        with self._lock:
            if len(self._ids()) >= min(MOST_OF_ONE, MOST_DRAFTS):
                self._refuse_too_many(author)
            now = self._now()
            draft = FormDraft(
                self._new_id(),
                place_code,
                author,
                now,
                author,
                now,
                1,
                rounded(design),
                origin=origin,
                base=base,
            )
            self._keep(draft)
            return draft

    def drafts(self) -> tuple[FormDraft, ...]:
        """Return the drafts that were not dropped, the most recently changed first."""
        candidates = []
        for name in self._ids():
            with suppress(NoSuchDraft):
                if not (self._folder / name / GIVEN_UP).exists():
                    candidates.append(self.draft(name))
        active = [draft for draft in candidates if not draft.dropped]
        return tuple(sorted(active, key=lambda draft: draft.changed_at, reverse=True))

    def draft(self, draft_id: str) -> FormDraft:
        """Return a draft.

        Raises:
            NoSuchDraft: The draft does not exist, or its file is damaged.
        """
        try:
            return draft_of(json.loads(read_regular_file(self._home(draft_id) / "draft.json", MOST_BYTES)))
        except (OSError, ValueError, KeyError, TypeError, HotichError, ValidationError):
            raise NoSuchDraft(NOT_THERE) from None

    def save(self, draft_id: str, seen: int, design: Design, author: str) -> FormDraft:
        """Write a design as the next revision and return the draft.

        A repeated submission of a design by the same person is a single revision.

        Raises:
            NoSuchDraft: The draft does not exist.
            DraftStale: The draft has left the revision ``seen``.
        """
        with self._lock:
            draft = self._open(draft_id)
            design = rounded(design)
            if draft.revision == seen + 1 and draft.changed_by == author and draft.design == design:
                return draft
            self._refuse_stale(draft, seen)
            return self._changed(draft, author, design=design)

    def add_file(self, draft_id: str, name: str, content: bytes, sha256: str, pages: int) -> FormDraft:
        """Store an uploaded file, with a specimen for each page.

        Raises:
            NoSuchDraft: The draft does not exist.
            DraftRefused: The draft would have too many pages.
        """
        return self.add_pages(draft_id, name, content, sha256, range(1, pages + 1))

    def add_pages(
        self, draft_id: str, name: str, content: bytes, sha256: str, page_nos: Sequence[int]
    ) -> FormDraft:
        """Store a file, with specimens for some of its pages.

        Args:
            sha256: The SHA-256 of ``content``.
            page_nos: The pages, from 1.

        Raises:
            NoSuchDraft: The draft does not exist.
            DraftRefused: The draft would have too many pages.
        """
        with self._lock:
            draft = self._open(draft_id)
            if any(specimen.sha256 == sha256 for specimen in draft.specimens):
                raise DraftRefused("Tệp này đã có trong bản nháp.")
            if len(draft.specimens) + len(page_nos) > MOST_PAGES:
                raise DraftRefused(
                    f"Một bản nháp có nhiều nhất {MOST_PAGES} trang mẫu. Tệp này có {len(page_nos)} trang."
                )
            self.refuse_full_disk(len(content))
            with storage_errors(self._folder):
                write_atomically(self._home(draft_id) / "files" / sha256, content, mode=0o600)
            first = self._last_number(draft) + 1
            added = tuple(Specimen(first + n, name, sha256, page_no) for n, page_no in enumerate(page_nos))
            return self._with_specimens(draft, (*draft.specimens, *added))

    def set_specimens(
        self,
        draft_id: str,
        specimens: tuple[Specimen, ...],
        pictures: Mapping[int, bytes],
        design: Design | None,
    ) -> FormDraft:
        """Replace specimens by their straightened versions, with their pictures by number.

        Args:
            specimens: The straightened specimens; pages added meanwhile follow, pages removed meanwhile stay out.
            pictures: JPEG pictures by specimen number.
            design: The proposed design; it is adopted by a draft without elements, else stored beside the design.
        """
        with self._lock:
            draft = self._open(draft_id)
            with storage_errors(self._folder):
                for number, picture in pictures.items():
                    write_atomically(self._picture(draft_id, number), picture, mode=0o600)
            present = {(specimen.sha256, specimen.page_no) for specimen in draft.specimens}
            specimens = tuple(page for page in specimens if (page.sha256, page.page_no) in present)
            pages = {(specimen.sha256, specimen.page_no) for specimen in specimens}
            later = [page for page in draft.specimens if (page.sha256, page.page_no) not in pages]
            last = max((specimen.number for specimen in specimens), default=0)
            renumbered = tuple(replace(page, number=last + n) for n, page in enumerate(later, start=1))
            all_specimens = (*specimens, *renumbered)
            if design is not None and not any(draft.design.elements()):
                return self._changed(draft, draft.changed_by, specimens=all_specimens, design=rounded(design))
            if design is not None:
                self._write(draft_id, "proposal.json", rounded(design).model_dump_json(by_alias=True))
            return self._with_specimens(draft, all_specimens)

    def remove_specimen(self, draft_id: str, number: int) -> FormDraft:
        """Remove a specimen from a draft; its file stays.

        Raises:
            NoSuchDraft: The draft does not exist.
        """
        with self._lock:
            draft = self._open(draft_id)
            remaining = tuple(specimen for specimen in draft.specimens if specimen.number != number)
            return draft if remaining == draft.specimens else self._with_specimens(draft, remaining)

    def note_saved(self, draft_id: str, version: int, base: str, author: str) -> FormDraft:
        """Note the version under which a draft was saved, and its file."""
        with self._lock:
            draft = self._open(draft_id)
            return self._changed(draft, author, saved_as=version, base=base)

    def drop(self, draft_id: str, seen: int, author: str, note: Callable[[], object] = lambda: None) -> None:
        """Discard a draft; its files stay.

        Args:
            seen: The revision that the person saw.
            author: The login of the person who discards it.
            note: Notes it in the audit log, before it is done.

        Raises:
            NoSuchDraft: The draft does not exist.
            DraftStale: The draft has left the revision ``seen``.
        """
        with self._lock:
            draft = self._open(draft_id)
            self._refuse_stale(draft, seen)
            note()
            self._changed(draft, author, dropped=True)
            self._write(draft_id, GIVEN_UP, "")

    def refuse_full_disk(self, size: int) -> None:
        """Check that a file of ``size`` bytes leaves room on the disk.

        Raises:
            DraftRefused: The disk is too full.
            StorageError: The disk cannot be read.
        """
        with storage_errors(self._folder):
            make_folder(self._folder)
            free = shutil.disk_usage(self._folder).free
        if free < self._free_bytes + size:
            raise DraftRefused(DISK_FULL)

    def proposal(self, draft_id: str) -> Design | None:
        """Return the last proposal stored beside a draft's design, if any."""
        try:
            text = read_regular_file(self._home(draft_id) / "proposal.json", MOST_BYTES)
            return Design.model_validate_json(text)
        except (OSError, ValueError, HotichError):
            return None

    def picture(self, draft_id: str, number: int) -> bytes | None:
        """Return the straightened picture of a specimen as JPEG; None: no picture exists."""
        try:
            return read_regular_file(self._picture(draft_id, number), MOST_BYTES)
        except (OSError, HotichError):
            return None

    def file_of(self, draft_id: str, specimen: Specimen) -> SpecimenFile:
        path = self._home(draft_id) / "files" / specimen.sha256
        try:
            size = path.stat().st_size
        except OSError:
            size = 0
        return SpecimenFile(path, specimen.sha256, size, specimen.page_no, specimen.side)

    def trial_path(self, draft_id: str, sha256: str) -> Path:
        """Return the path of a file during its trial opening."""
        return self._home(draft_id) / f"{TEMP_PREFIX}{sha256[:16]}-{secrets.token_hex(4)}"

    def keep_readings(self, draft_id: str, readings: Mapping[str, Any]) -> None:
        """Store the readings of a draft's specimens."""
        self._write(draft_id, "readings.json", json.dumps(readings, ensure_ascii=False))

    def readings(self, draft_id: str) -> dict[str, Any]:
        """Return the last readings of a draft's specimens; empty if there are none."""
        try:
            readings = json.loads(read_regular_file(self._home(draft_id) / "readings.json", MOST_BYTES))
        except (OSError, ValueError, HotichError):
            return {}
        return readings if isinstance(readings, dict) else {}

    def _ids(self) -> list[str]:
        try:
            return [path.name for path in self._folder.iterdir() if re.fullmatch(DRAFT_ID, path.name)]
        except OSError:
            return []

    def _home(self, draft_id: str) -> Path:
        if re.fullmatch(DRAFT_ID, draft_id) is None:
            raise NoSuchDraft(NOT_THERE)
        return self._folder / draft_id

    def _picture(self, draft_id: str, number: int) -> Path:
        return self._home(draft_id) / "pages" / f"{number}.jpg"

    def _open(self, draft_id: str) -> FormDraft:
        draft = self.draft(draft_id)
        if draft.dropped:
            raise NoSuchDraft(NOT_THERE)
        return draft

    def _refuse_stale(self, draft: FormDraft, seen: int) -> None:
        if draft.revision != seen:
            when = format_moment(draft.changed_at)
            raise DraftStale(STALE.format(who=draft.changed_by, when=when))

    def _refuse_too_many(self, author: str) -> None:
        drafts = self.drafts()
        if len(drafts) >= MOST_DRAFTS:
            raise DraftRefused(f"Đã có {MOST_DRAFTS} bản nháp mẫu sổ. Hãy bỏ những bản không dùng nữa.")
        if sum(draft.author == author for draft in drafts) >= MOST_OF_ONE:
            raise DraftRefused(f"Bạn đã có {MOST_OF_ONE} bản nháp mẫu sổ. Hãy bỏ những bản không dùng nữa.")

    def _last_number(self, draft: FormDraft) -> int:
        """Return the largest number that a specimen has or had, so that no new page shows another page's picture."""
        pictures = (self._home(draft.draft_id) / "pages").glob("*.jpg")
        used = (int(path.stem) for path in pictures if path.stem.isdecimal())
        return max((0, *used, *(specimen.number for specimen in draft.specimens)))

    def _changed(self, draft: FormDraft, author: str, **values: Any) -> FormDraft:
        changed = replace(
            draft, **values, revision=draft.revision + 1, changed_by=author, changed_at=self._now()
        )
        self._keep(changed)
        return changed

    def _with_specimens(self, draft: FormDraft, specimens: tuple[Specimen, ...]) -> FormDraft:
        changed = replace(draft, specimens=specimens)
        self._keep(changed)
        return changed

    def _keep(self, draft: FormDraft) -> None:
        home = self._home(draft.draft_id)
        with storage_errors(self._folder):
            make_folder(home)
        text = json.dumps(stored_draft(draft), ensure_ascii=False)
        self._write(draft.draft_id, f"revisions/{draft.revision:06}.json", text)
        self._write(draft.draft_id, "draft.json", text)
        for old in sorted((home / "revisions").glob("*.json"))[:-KEPT_REVISIONS]:
            with suppress(OSError):
                old.unlink()

    def _write(self, draft_id: str, name: str, text: str) -> None:
        with storage_errors(self._folder):
            write_atomically(self._home(draft_id) / name, text, mode=0o600)
