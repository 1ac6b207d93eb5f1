"""All declarations of a ``schemas/`` folder, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from pipeline import kinds
from pipeline.model import Severity
from pipeline.places import Resolver, read_gazetteer
from pipeline.schema.declaration import PLACES, default_folder, look_up
from pipeline.schema.form import Form
from pipeline.schema.lists import ExportSpec, FindingSpec, PrincipleSpec, Vocab
from pipeline.schema.record import FieldSpec, RecordSpec


class FormShelf(Mapping[str, Form]):
    """The forms by id; what an office saves while a server runs is there for all who hold the shelf.

    Args:
        forms: The forms.
    """

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self._forms = dict(forms)

    def put(self, form: Form) -> None:
        """Put a form in the place of the one of its id; who goes through the shelf meanwhile sees it as it was."""
        self._forms = {**self._forms, form.id: form}

    def __getitem__(self, name: str) -> Form:
        return self._forms[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


@dataclass(frozen=True)
class Schemas:
    """All declarations of a ``schemas/`` folder, checked.

    Attributes:
        records: By name.
        forms: By id.
        exports: By name.
        vocabs: By name.
        findings: By code.
        fingerprint: Changes when any declaration does.
        principles: By code.
        place_tables: The folder of the tables of administrative units.
        own_places: The file of units that an office adds.
        own_records: The records that an office declares itself, each with a mark that changes when it does.
        own_vocabs: The code lists that an office declares itself.
    """

    records: Mapping[str, RecordSpec]
    forms: Mapping[str, Form]
    exports: Mapping[str, ExportSpec]
    vocabs: Mapping[str, Vocab]
    findings: Mapping[str, FindingSpec]
    fingerprint: str
    principles: Mapping[str, PrincipleSpec] = field(default_factory=dict)
    place_tables: Path | None = None
    own_places: Path | None = None
    own_records: Mapping[str, str] = field(default_factory=dict)
    own_vocabs: frozenset[str] = frozenset()

    @cached_property
    def places(self) -> Resolver:
        """The resolver of administrative units.

        Raises:
            SchemaError: A table or a file is wrong.
        """
        tables = self.place_tables
        if tables is None or not tables.is_dir():
            tables = default_folder() / PLACES
        own = self.own_places if self.own_places is not None and self.own_places.exists() else None
        return _resolver(tables, own, digest_of_files((*sorted(tables.iterdir()), *([own] if own else []))))

    def form(self, name: str) -> Form:
        """Return the form of that name; ``SchemaError`` names the nearest one."""
        return look_up(name, self.forms, "mẫu sổ", "schemas/forms")

    def printings_of(self, form: Form) -> tuple[Form, ...]:
        """Return the other printings of a form that are in use and were seen, in the order of their ids."""
        printings = (one for one in self.forms.values() if one.printing_of == form.id and not one.retired)
        return tuple(sorted((one for one in printings if one.evidence == "seen"), key=lambda one: one.id))

    def form_of_page(self, form: Form, read_by: str) -> Form:
        """Return the form that a page of a book was read by: that of the book, or another printing of it.

        Args:
            form: The form of the book.
            read_by: The id that the page was saved with.
        """
        read = self.forms.get(read_by, form)
        return read if read.printing_of == form.id else form

    def record(self, name: str) -> RecordSpec:
        return look_up(name, self.records, "loại sự kiện", "schemas/records")

    def exports_of(self, record: str) -> tuple[ExportSpec, ...]:
        """Return the workbooks that a book of that kind can be delivered as."""
        return tuple(spec for spec in self.exports.values() if spec.record == record)

    def severity_of(self, code: str) -> Severity | None:
        """Return the severity of a finding; ``None`` where the office has switched its rule off."""
        spec = look_up(code, self.findings, "phát hiện", "schemas/findings.toml")
        return None if spec.off else spec.severity

    @cached_property
    def vocabularies(self) -> Mapping[str, kinds.Vocabulary]:
        """The code lists for the kinds, with the boxes of all forms for which they have no code."""
        boxes: dict[str | None, dict[str, None]] = {}
        for form in self.forms.values():
            for box in form.boxes:
                if not box.coded:
                    fields = self.records[form.record].by_name
                    boxes.setdefault(fields[box.field].vocab, {})[box.value] = None
        return {
            name: kinds.Vocabulary.of(vocab.terms, vocab.finding, boxes.get(name, ()))
            for name, vocab in self.vocabs.items()
        }

    def vocabulary(self, spec: FieldSpec) -> kinds.Vocabulary | None:
        """Return the code list of a field, if it has one."""
        return self.vocabularies[spec.vocab] if spec.vocab else None

    def columns(self, export: str) -> tuple[str, ...]:
        """Return the header row of a workbook: in the order that it declares, else in that of the record's fields."""
        spec = look_up(export, self.exports, "mẫu xuất", "schemas/exports")
        if spec.columns:
            return spec.leading + spec.columns
        fields = self.records[spec.record].fields
        ours = (field for field in fields if field.column)
        return spec.leading + tuple(f.column for f in ours if not f.editions or export in f.editions)


@lru_cache(maxsize=2)
def _resolver(tables: Path, own: Path | None, _contents: str) -> Resolver:
    """Return the resolver of these files: one for all declarations of a process, as long as the files stay the same."""
    return Resolver(read_gazetteer(tables, own))


def digest_of_files(paths: Iterable[Path]) -> str:
    """Return the digest of what files hold, and nothing of one that cannot be read: whoever reads it says why."""
    digest = hashlib.sha256()
    for path in paths:
        with suppress(OSError):
            data = path.read_bytes()
            digest.update(f"{path} {len(data)} ".encode() + data)
    return digest.hexdigest()
