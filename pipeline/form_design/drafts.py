"""Drafts of forms on disk: a folder each, with the files that browsers sent, the pictures, and the design as it stands.

Every change of a design is a new revision, written whole, and is refused when somebody else has changed it meanwhile:
of two people at one draft none overwrites the other. What the machine finds on specimens is no revision. Nothing is
removed: a dropped draft is only not listed any more, and the designs of the last revisions are kept.
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
"""Specimen pages of a draft; more teach nothing new."""

MOST_BYTES = 8 << 20
MOST_DRAFTS = 500
"""Drafts that were not given up."""

MOST_OF_ONE = 100
"""Drafts of one person that were not given up: nobody takes the room of all others."""

KEPT_REVISIONS = 60

FREE_BYTES = 1_000_000_000
"""What files of specimens leave free on the disk: the registry lies there as well."""

DISK_FULL = "Ổ đĩa của máy chủ sắp đầy nên chưa nhận thêm trang mẫu. Hãy báo người quản trị máy."

GIVEN_UP = "dropped"
"""A file in the folder of a draft that was given up, so that nobody has to open the draft to know."""


class FormDrafts:
    """The drafts in a folder.

    Args:
        folder: The folder; it need not be there.
        now: The clock, in UTC.
        new_id: Returns the id of the next draft.
        free_bytes: What files of specimens leave free on the disk.
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
            author: The login of who begins it.
            base: Which file of a form that is.

        Raises:
            DraftRefused: There are too many.
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
        """Return the drafts that were not given up, the last changed first."""
        found = []
        for name in self._ids():
            with suppress(NoSuchDraft):
                if not (self._folder / name / GIVEN_UP).exists():
                    found.append(self.draft(name))
        alive = [one for one in found if not one.dropped]
        return tuple(sorted(alive, key=lambda one: one.changed_at, reverse=True))

    def draft(self, draft_id: str) -> FormDraft:
        """Return a draft.

        Raises:
            NoSuchDraft: There is none, or its file is damaged.
        """
        try:
            return draft_of(json.loads(read_regular_file(self._home(draft_id) / "draft.json", MOST_BYTES)))
        except (OSError, ValueError, KeyError, TypeError, HotichError, ValidationError):
            raise NoSuchDraft(NOT_THERE) from None

    def save(self, draft_id: str, seen: int, design: Design, author: str) -> FormDraft:
        """Write a design as the next revision and return the draft.

        The same design sent twice by one person is one revision.

        Raises:
            NoSuchDraft: There is none.
            DraftStale: The draft is not at the revision that was seen.
        """
        with self._lock:
            draft = self._open(draft_id)
            design = rounded(design)
            if draft.revision == seen + 1 and draft.changed_by == author and draft.design == design:
                return draft
            self._refuse_stale(draft, seen)
            return self._changed(draft, author, design=design)

    def add_file(self, draft_id: str, name: str, content: bytes, sha256: str, pages: int) -> FormDraft:
        """Keep a file that a browser sent, with a specimen a page.

        Raises:
            NoSuchDraft: There is none.
            DraftRefused: There would be too many pages.
        """
        return self.add_pages(draft_id, name, content, sha256, range(1, pages + 1))

    def add_pages(
        self, draft_id: str, name: str, content: bytes, sha256: str, page_nos: Sequence[int]
    ) -> FormDraft:
        """Keep a file with a specimen for some of its pages.

        Args:
            sha256: Of ``content``.
            page_nos: The pages, from 1.

        Raises:
            NoSuchDraft: There is none.
            DraftRefused: There would be too many pages.
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
        """Put straight specimens in the place of those of the same pages, with their pictures by number.

        Args:
            specimens: The specimens; those of pages that were sent meanwhile come behind them, and those of pages that
                were taken out meanwhile stay out.
            pictures: JPEG by the number of the specimen.
            design: What they propose; it is taken where the draft has no element yet, else kept beside it.
        """
        with self._lock:
            draft = self._open(draft_id)
            with storage_errors(self._folder):
                for number, picture in pictures.items():
                    write_atomically(self._picture(draft_id, number), picture, mode=0o600)
            left = {(specimen.sha256, specimen.page_no) for specimen in draft.specimens}
            specimens = tuple(
                specimen for specimen in specimens if (specimen.sha256, specimen.page_no) in left
            )
            pages = {(specimen.sha256, specimen.page_no) for specimen in specimens}
            later = [
                specimen for specimen in draft.specimens if (specimen.sha256, specimen.page_no) not in pages
            ]
            last = max((specimen.number for specimen in specimens), default=0)
            sent = tuple(replace(one, number=last + n) for n, one in enumerate(later, start=1))
            every = (*specimens, *sent)
            if design is not None and not any(draft.design.elements()):
                return self._changed(draft, draft.changed_by, specimens=every, design=rounded(design))
            if design is not None:
                self._write(draft_id, "proposal.json", rounded(design).model_dump_json(by_alias=True))
            return self._with_specimens(draft, every)

    def remove_specimen(self, draft_id: str, number: int) -> FormDraft:
        """Take a specimen out of a draft; its file stays.

        Raises:
            NoSuchDraft: There is no such draft.
        """
        with self._lock:
            draft = self._open(draft_id)
            left = tuple(specimen for specimen in draft.specimens if specimen.number != number)
            return draft if left == draft.specimens else self._with_specimens(draft, left)

    def note_saved(self, draft_id: str, version: int, base: str, author: str) -> FormDraft:
        """Note that a draft was saved as a version of a form, and which file that is."""
        with self._lock:
            draft = self._open(draft_id)
            return self._changed(draft, author, saved_as=version, base=base)

    def drop(self, draft_id: str, seen: int, author: str, note: Callable[[], object] = lambda: None) -> None:
        """Give a draft up; its files stay.

        Args:
            seen: The revision that the person saw.
            author: The login of who gives it up.
            note: Notes it in the audit, before it is done.

        Raises:
            NoSuchDraft: There is none.
            DraftStale: The draft is not at the revision that was seen.
        """
        with self._lock:
            draft = self._open(draft_id)
            self._refuse_stale(draft, seen)
            note()
            self._changed(draft, author, dropped=True)
            self._write(draft_id, GIVEN_UP, "")

    def refuse_full_disk(self, size: int) -> None:
        """Check that a file of so many bytes leaves room on the disk.

        Raises:
            DraftRefused: It does not.
            StorageError: The disk refuses.
        """
        with storage_errors(self._folder):
            make_folder(self._folder)
            free = shutil.disk_usage(self._folder).free
        if free < self._free_bytes + size:
            raise DraftRefused(DISK_FULL)

    def proposal(self, draft_id: str) -> Design | None:
        """Return what the specimens of a draft proposed last beside its design, if anything."""
        try:
            text = read_regular_file(self._home(draft_id) / "proposal.json", MOST_BYTES)
            return Design.model_validate_json(text)
        except (OSError, ValueError, HotichError):
            return None

    def picture(self, draft_id: str, number: int) -> bytes | None:
        """Return the straight picture of a specimen as JPEG; None: there is none."""
        try:
            return read_regular_file(self._picture(draft_id, number), MOST_BYTES)
        except (OSError, HotichError):
            return None

    def file_of(self, draft_id: str, specimen: Specimen) -> SpecimenFile:
        """Return where the page of a specimen lies."""
        path = self._home(draft_id) / "files" / specimen.sha256
        try:
            size = path.stat().st_size
        except OSError:
            size = 0
        return SpecimenFile(path, specimen.sha256, size, specimen.page_no, specimen.side)

    def trial_path(self, draft_id: str, sha256: str) -> Path:
        """Return where a file lies while it is looked at before it is taken."""
        return self._home(draft_id) / f"{TEMP_PREFIX}{sha256[:16]}-{secrets.token_hex(4)}"

    def keep_readings(self, draft_id: str, readings: Mapping[str, Any]) -> None:
        """Keep what was read on the specimens of a draft."""
        self._write(draft_id, "readings.json", json.dumps(readings, ensure_ascii=False))

    def readings(self, draft_id: str) -> dict[str, Any]:
        """Return what was read on the specimens of a draft last; nothing where nothing was."""
        try:
            found = json.loads(read_regular_file(self._home(draft_id) / "readings.json", MOST_BYTES))
        except (OSError, ValueError, HotichError):
            return {}
        return found if isinstance(found, dict) else {}

    def _ids(self) -> list[str]:
        try:
            return [one.name for one in self._folder.iterdir() if re.fullmatch(DRAFT_ID, one.name)]
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
        """Return the largest number that a specimen has or had: no new page shows the picture of another one."""
        pictures = (self._home(draft.draft_id) / "pages").glob("*.jpg")
        had = (int(path.stem) for path in pictures if path.stem.isdecimal())
        return max((0, *had, *(specimen.number for specimen in draft.specimens)))

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
