"""All declarations of a ``schemas/`` folder, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pipeline.base.errors import NotDeclared, SchemaError
from pipeline.base.model import Severity
from pipeline.declarations.schema.declaration import PLACES, default_folder, look_up
from pipeline.declarations.schema.form import Form
from pipeline.declarations.schema.lists import ExportSpec, FindingSpec, PrincipleSpec, Vocab
from pipeline.declarations.schema.own_flaws import OwnFlaw
from pipeline.declarations.schema.record import FieldSpec, RecordSpec
from pipeline.declarations.schema.shared_software import LoadingRule
from pipeline.declarations.schema.statistic_forms import StatisticForm
from pipeline.values import kinds
from pipeline.values.places import Resolver, read_gazetteer

T = TypeVar("T")


class FormShelf(Mapping[str, Form]):
    """The forms by id; what an office saves while a server runs is there for all who hold the shelf.

    A form whose file has a flaw is not among them, and asking for it tells the flaw, whichever way it is asked for:
    nobody goes on without it, or with another one, unawares.

    Args:
        flaws: The flaws of own forms by id.
        shipped: The ids of the forms that came with the program.
    """

    def __init__(
        self,
        forms: Mapping[str, Form],
        flaws: Mapping[str, OwnFlaw] = MappingProxyType({}),
        shipped: frozenset[str] = frozenset(),
    ) -> None:
        self._forms, self._flaws, self.shipped = dict(forms), dict(flaws), shipped

    @property
    def flaws(self) -> Mapping[str, OwnFlaw]:
        """The flaws of own forms by id."""
        return self._flaws

    def put(self, form: Form) -> None:
        """Put a form in the place of the one of its id; who goes through the shelf meanwhile sees it as it was."""
        self._forms = {**self._forms, form.id: form}
        self._flaws = {name: flaw for name, flaw in self._flaws.items() if name != form.id}

    def __getitem__(self, name: str) -> Form:
        if name in self._flaws:
            raise self._flaws[name].refusal(f"Mẫu sổ “{name}”")
        return self._forms[name]

    def __contains__(self, name: object) -> bool:
        return name in self._forms

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


@dataclass(frozen=True)
class Schemas:
    """All declarations of a ``schemas/`` folder, checked.

    Attributes:
        forms: By id.
        findings: By code.
        fingerprint: Changes when any declaration by which pages are read does.
        principles: By code.
        place_tables: The folder of the tables of administrative units.
        own_places: The file of units that an office adds.
        own_records: The records that an office declares itself, each with a mark that changes when it does.
        own_vocabs: The code lists that an office declares itself.
        register_flaws: Of an office's own records, code lists and workbooks.
        loading: The model of the shared software that packages are loaded into.
        statistics: The forms of statistics by id.
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
    register_flaws: tuple[OwnFlaw, ...] = ()
    loading: tuple[LoadingRule, ...] = ()
    statistics: Mapping[str, StatisticForm] = field(default_factory=dict)

    @property
    def form_flaws(self) -> Mapping[str, OwnFlaw]:
        """The flaws of the office's own forms by id."""
        return self.forms.flaws if isinstance(self.forms, FormShelf) else {}

    @property
    def own_flaws(self) -> tuple[OwnFlaw, ...]:
        """All files of the office that are not used, with why."""
        return (*self.register_flaws, *self.form_flaws.values())

    def may_mean_flawed(self, word: str) -> bool:
        """Return whether a word that nothing declares may be a name out of a file of the office that has a flaw."""
        return bool(word) and any(flaw.mentions(word) for flaw in self.own_flaws)

    def refuse_own_flaws(self) -> None:
        """Check that every file of the office is used, for work that would leave out what one declares.

        Raises:
            SchemaError: Names every file that is not, and why.
        """
        if self.own_flaws:
            raise SchemaError("\n".join(flaw.message for flaw in self.own_flaws))

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
        """Return the form of that name.

        Raises:
            NotDeclared: There is none, the message names the nearest one; or its file has a flaw.
        """
        if name in self.form_flaws:
            return self.forms[name]
        return _declared(name, self.forms, "mẫu sổ", "schemas/forms")

    def printings_of(self, form: Form) -> tuple[Form, ...]:
        """Return the other printings of a form that are in use and were seen, in the order of their ids.

        Raises:
            NotDeclared: The file of one has a flaw: its pages would be read as those of the form.
        """
        for flaw in self.form_flaws.values():
            if flaw.printing_of == form.id:
                raise flaw.refusal(f"Mẫu sổ “{form.id}”")
        printings = (one for one in self.forms.values() if one.printing_of == form.id and not one.retired)
        return tuple(sorted((one for one in printings if one.evidence == "seen"), key=lambda one: one.id))

    def form_of_page(self, form: Form, read_by: str) -> Form:
        """Return the form that a page of a book was read by: that of the book, or another printing of it.

        Args:
            read_by: The id that the page was saved with.

        Raises:
            NotDeclared: The file of that printing has a flaw.
        """
        read = self.forms.get(read_by, form)
        return read if read.printing_of == form.id else form

    def record(self, name: str) -> RecordSpec:
        """Return the record of that name.

        Raises:
            NotDeclared: There is none, the message names the nearest one; or its file has a flaw.
        """
        if name not in self.records:
            for flaw in self.register_flaws:
                if flaw.folder == "records" and flaw.name == name:
                    raise flaw.refusal(f"Loại sổ “{name}”")
        return _declared(name, self.records, "loại sự kiện", "schemas/records")

    def title_of(self, record: str) -> str:
        """Return what a kind of register is called, also one that is not declared now, for lists of what is there."""
        spec = self.records.get(record)
        return spec.title if spec is not None else f"{record} (khai báo chưa dùng được)"

    def export(self, name: str) -> ExportSpec:
        """Return the workbook of that name.

        Raises:
            NotDeclared: There is none, the message names the nearest one; or its file has a flaw.
        """
        return _declared(name, self.exports, "mẫu xuất", "schemas/exports")

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
            name: kinds.Vocabulary.of(vocab.terms, vocab.finding, boxes.get(name, ()), vocab.listed)
            for name, vocab in self.vocabs.items()
        }

    def vocabulary(self, spec: FieldSpec) -> kinds.Vocabulary | None:
        """Return the code list of a field, if it has one."""
        return self.vocabularies[spec.vocab] if spec.vocab else None

    def columns(self, export: str) -> tuple[str, ...]:
        """Return the header row of a workbook: in the order that it declares, else in that of the record's fields."""
        spec = self.export(export)
        if spec.columns:
            return spec.leading + spec.columns
        fields = self.records[spec.record].fields
        ours = (field for field in fields if field.column)
        return spec.leading + tuple(f.column for f in ours if not f.editions or export in f.editions)


def _declared(name: str, things: Mapping[str, T], what: str, where: str) -> T:
    try:
        return look_up(name, things, what, where)
    except SchemaError as error:
        raise NotDeclared(error.message) from None


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
