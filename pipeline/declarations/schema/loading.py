"""Read ``schemas/`` and check that declarations fit each other."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pipeline.base.errors import SchemaError
from pipeline.base.files import sha256_of_file
from pipeline.base.text.nearest_word import nearest_hint
from pipeline.declarations.schema.declaration import (
    PLACES,
    Declaration,
    check_stem,
    default_folder,
    look_up,
    validate_declaration,
)
from pipeline.declarations.schema.form import PARTS, Form
from pipeline.declarations.schema.formulas import check_formulas
from pipeline.declarations.schema.lists import ExportSpec, FindingSpec, PrincipleSpec, Vocab
from pipeline.declarations.schema.record import LEDGER_KEYS, ActSpec, DerivationSpec, RecordSpec, RuleSpec
from pipeline.declarations.schema.schemas import Schemas, digest_of_files
from pipeline.declarations.schema.shared_software import PROVINCE_FILE, LoadingRule
from pipeline.declarations.schema.slots import roles_of, slot_name
from pipeline.declarations.schema.statistic_forms import StatisticForm, check_statistic
from pipeline.values import kinds
from pipeline.values.derivations import DERIVATIONS, limits_of, takes
from pipeline.values.predicates import PREDICATES


def check(schemas: Schemas, folder: Path) -> None:
    """Check everything in a folder against everything else."""
    for record in schemas.records.values():
        check_record(record, schemas, folder / "records" / f"{record.record}.toml")
    for vocab in schemas.vocabs.values():
        check_vocab(vocab, schemas, folder / "vocab" / f"{vocab.vocab}.toml")
    for principle in schemas.principles.values():
        for code in principle.kept_by:
            look_up(code, schemas.findings, "phát hiện", "schemas/findings.toml", folder / "findings.toml")
    for export in schemas.exports.values():
        check_export(export, schemas, folder / "exports" / f"{export.export}.toml")
    for form in schemas.forms.values():
        check_form(form, schemas, folder / "forms" / f"{form.id}.toml")
        check_printing(form, schemas.forms, folder / "forms" / f"{form.id}.toml")
    for statistic in schemas.statistics.values():
        check_statistic(statistic, schemas.records, schemas.vocabularies, folder / "statistics")


def check_vocab(vocab: Vocab, schemas: Schemas, where: Path) -> None:
    """Check one code list, declared in the file ``where``."""
    _check_unique([term.code for term in vocab.terms], "mã", where)
    _check_unique([name.code for name in vocab.listed], "mã", where)
    look_up(vocab.finding, schemas.findings, "phát hiện", "schemas/findings.toml", where)


def check_export(export: ExportSpec, schemas: Schemas, where: Path) -> None:
    """Check one workbook, declared in the file ``where``, against its record."""
    record = look_up(export.record, schemas.records, "loại sự kiện", "schemas/records", where)
    _check_unique(list(export.columns), "cột", where)
    for column in export.columns:
        look_up(column, record.by_column, "cột", f"{record.record}.toml", where)


def check_record(record: RecordSpec, schemas: Schemas, where: Path) -> None:
    """Check one record, declared in the file ``where``, against everything else."""
    _check_unique([f.name for f in record.fields], "trường", where)
    _check_unique([f.column for f in record.fields if f.column], "cột", where)
    for spec in record.fields:
        if spec.kind not in kinds.KINDS:
            hint = nearest_hint(spec.kind, kinds.KINDS)
            raise SchemaError(f"{where}: trường “{spec.name}” có kiểu lạ “{spec.kind}”.{hint}")
        if spec.vocab is not None:
            look_up(spec.vocab, schemas.vocabs, "danh mục", "schemas/vocab", where)
        if spec.ledger is not None:
            look_up(spec.ledger, LEDGER_KEYS, "khóa", "ledger.toml", where)
        if spec.second:
            look_up(spec.second, record.by_name, "trường", "phần field", where)
        for edition in spec.editions:
            look_up(edition, schemas.exports, "mẫu xuất", "schemas/exports", where)
    _check_roles(record, where)
    if record.act is not None:
        _check_act(record.act, record, schemas, where)
    for rule in record.rules:
        _check_rule(rule, record, schemas, where)
    for derivation in record.derivations:
        _check_derivation(derivation, record, where)


def _check_derivation(derivation: DerivationSpec, record: RecordSpec, where: Path) -> None:
    for name in (derivation.field, *derivation.fields):
        look_up(name, record.by_name, "trường", "phần field", where)
    look_up(derivation.rule, DERIVATIONS, "cách suy ra", "pipeline/values/derivations.py", where)
    if not takes(derivation.rule, len(derivation.fields)):
        raise SchemaError(f"{where}: “{derivation.rule}” của “{derivation.field}” cần số trường khác.")
    for name in derivation.limits:
        limits = dict.fromkeys(limits_of(derivation.rule))
        look_up(name, limits, "giới hạn", f"cách suy ra “{derivation.rule}”", where)


def _check_rule(rule: RuleSpec, record: RecordSpec, schemas: Schemas, where: Path) -> None:
    for name in rule.fields:
        look_up(name, record.by_name, "trường", "phần field", where)
    for name in rule.about:
        look_up(name, dict.fromkeys(rule.fields), "trường", f"quy tắc {rule.code}", where)
    look_up(rule.code, schemas.findings, "phát hiện", "schemas/findings.toml", where)
    predicate = look_up(rule.predicate, PREDICATES, "phép hỏi", "pipeline/values/predicates", where)
    if predicate.needs_of(len(rule.fields)) is None:
        wanted = f"{len(predicate.needs)}{' trở lên' if predicate.more else ''}"
        raise SchemaError(f"{where}: quy tắc {rule.code}: “{rule.predicate}” hỏi {wanted} trường.")
    for name in rule.limits:
        limits = dict.fromkeys(sorted(predicate.limits))
        look_up(name, limits, "giới hạn", f"phép hỏi “{rule.predicate}”", where)


def _check_roles(record: RecordSpec, where: Path) -> None:
    """Check that the fields exist which the checks of books and of the registry ask for."""
    asked = [*(record.book.model_dump().values() if record.book else ())]
    asked += [name for person in record.people for name in person.field_names]
    if record.unknown_parent is not None:
        asked += [record.unknown_parent.field, *record.unknown_parent.parents]
    for box in record.ambiguous_boxes:
        asked += [box.field, *((box.by,) if box.by else ())]
    if record.act is not None:
        asked += [name for name in (record.act.number, record.act.registered_on) if name]
    for name in asked:
        look_up(name, record.by_name, "trường", "phần field", where)
    _check_unique([person.role for person in record.people], "vai", where)


def _check_act(act: ActSpec, record: RecordSpec, schemas: Schemas, where: Path) -> None:
    """Check that the people and the earlier entries exist of which an entry of this kind speaks."""
    for role in act.roles:
        look_up(role, {person.role: person for person in record.people}, "vai", "phần person", where)
    for name, roles in act.earlier.items():
        earlier = look_up(name, schemas.records, "loại sự kiện", "schemas/records", where)
        people = {person.role: person for person in earlier.people}
        for role in roles:
            look_up(role, people, "vai", f"{name}.toml", where)


def check_form(form: Form, schemas: Schemas, where: Path) -> None:
    """Check one form against its record.

    Args:
        where: The file that declares it, to be named in what is wrong.

    Raises:
        SchemaError: Names the first flaw.
    """
    if (form.layout == "table") != (form.table is not None):
        raise SchemaError(f"{where}: mẫu dạng bảng cần phần [table], mẫu dạng trang thì không.")
    if form.layout == "act" and any(slot.area is None for slot in form.slots):
        raise SchemaError(
            f"{where}: mẫu ghi thành văn chỉ có các khoảng (area), không có chỗ trống trên dòng in."
        )
    if form.layout == "act" and form.boxes:
        raise SchemaError(f"{where}: mẫu ghi thành văn không có ô đánh dấu (checkbox) được đọc.")
    check_formulas(form, where)
    record = look_up(form.record, schemas.records, "loại sự kiện", "schemas/records", where)
    _check_cells(form, where)
    _check_slots(form, record, where)
    for kind in (kinds.COMPOSITES[slot.kind] for slot in form.slots if slot.kind):
        if kind.vocabulary:
            look_up(kind.vocabulary, schemas.vocabs, "danh mục", "schemas/vocab", where)
    _check_boxes(form, record, schemas, where)
    if form.table:
        total = sum(column.width for column in form.table.columns)
        if abs(total - 1) > 0.002:
            raise SchemaError(f"{where}: tổng bề rộng (width) các cột là {total:.3f}, phải bằng 1.")


def check_printing(form: Form, forms: Mapping[str, Form], where: Path) -> None:
    """Check that a form which is another printing of one holds the same record in the same layout.

    Args:
        forms: All forms by id.
        where: The file that declares it, to be named in what is wrong.

    Raises:
        SchemaError: Names the first flaw.
    """
    if not form.printing_of:
        return
    other = look_up(form.printing_of, forms, "mẫu sổ", "schemas/forms", where)
    if other.id == form.id or other.printing_of:
        raise SchemaError(
            f"{where}: “{other.id}” không phải mẫu gốc (printing_of). Hãy chọn mẫu mà sổ khai ở bìa."
        )
    if any(one.printing_of == form.id for one in forms.values()):
        raise SchemaError(f"{where}: mẫu đã có bản in khác thì không là bản in khác của “{other.id}” được.")
    if (other.record, other.layout) != (form.record, form.layout) or form.layout in ("cover", "act"):
        raise SchemaError(f"{where}: bản in khác phải cùng loại sự kiện, cùng cách ghi với “{other.id}”.")


def _check_boxes(form: Form, record: RecordSpec, schemas: Schemas, where: Path) -> None:
    """Check that the word of each box is in its list, or that the box says it is not."""
    for box in form.boxes:
        spec = look_up(box.field, record.by_name, "trường", f"{record.record}.toml", where)
        if spec.vocab is None or not box.coded:
            continue
        vocabulary = kinds.Vocabulary.of(schemas.vocabs[spec.vocab].terms)
        if not kinds.CHOICE.parse(box.value, vocabulary).canonical:
            hint = nearest_hint(box.value, vocabulary.spellings)
            raise SchemaError(
                f"{where}: ô đánh dấu “{box.value}” không có trong danh mục “{spec.vocab}”.{hint} "
                "Nếu danh mục của Bộ không có mã cho ô này, hãy ghi coded = false."
            )


def _check_cells(form: Form, where: Path) -> None:
    """Check that a slot has both ends and a field a slot: else it would silently never be read."""
    known: dict[str, Mapping[str, str]] = {}
    for line in form.lines:
        for cell in line.cells:
            what = f"{where}: dòng at = {line.at}, “{cell.label or cell.field or ''}”"
            if (cell.from_ is None) != (cell.to is None):
                raise SchemaError(f"{what}: chỗ trống cần cả hai khóa from và to.")
            if cell.from_ is not None and cell.to is not None and cell.from_ >= cell.to:
                raise SchemaError(f"{what}: from = {cell.from_} phải nhỏ hơn to = {cell.to}.")
            roles = roles_of(cell.field, cell.fields)
            if known.setdefault(slot_name(roles), roles) != roles:
                raise SchemaError(f"{what}: dòng viết tiếp phải có cùng các vai như dòng đầu.")
            if roles and cell.from_ is None:
                raise SchemaError(f"{what}: có trường nhưng thiếu chỗ trống (from, to).")
            if cell.part is not None and cell.part not in PARTS:
                raise SchemaError(f"{what}: phần lạ “{cell.part}” (part).{nearest_hint(cell.part, PARTS)}")


def _check_slots(form: Form, record: RecordSpec, where: Path) -> None:
    for name in form.wordings:
        look_up(name, record.by_name, "trường", f"{record.record}.toml", where)
    for slot in form.slots:
        for name in slot.field_names:
            if name not in record.by_name:
                hint = nearest_hint(name, record.by_name)
                raise SchemaError(f"{where}: trường lạ “{name}”, không có trong {record.record}.toml.{hint}")
        if slot.kind and slot.kind not in kinds.COMPOSITES:
            hint = nearest_hint(slot.kind, kinds.COMPOSITES)
            raise SchemaError(f"{where}: ô “{slot.name}” có kiểu ghép lạ “{slot.kind}” (kind).{hint}")
        if len(slot.roles) > 1 and not slot.kind:
            raise SchemaError(f"{where}: ô “{slot.name}” giữ nhiều trường nên cần một kiểu ghép (kind).")
        for role in slot.roles if slot.kind else ():
            if role not in kinds.COMPOSITES[slot.kind].roles:
                hint = nearest_hint(role, kinds.COMPOSITES[slot.kind].roles)
                raise SchemaError(f"{where}: vai lạ “{role}” trong ô “{slot.name}”.{hint}")


def _check_unique(names: list[str], what: str, where: Path) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SchemaError(f"{where}: {what} “{name}” khai báo hai lần.")


D = TypeVar("D", bound=Declaration)

USUAL = frozenset({"birth", "death", "marriage"})
"""The registers that most books are: they come first in every list that people choose from."""


def load(folder: Path | None = None) -> Schemas:
    """Read and check all declarations of a folder, by default those of the program.

    Raises:
        SchemaError: Names the first flaw.
    """
    folder = folder or default_folder()
    if not folder.is_dir():
        raise SchemaError(f"Không thấy thư mục khai báo {folder}. Hãy cài lại hoặc chỉ đúng thư mục schemas.")
    return _loaded(folder, digest_of_files(sorted(folder.rglob("*.toml"))))


@lru_cache(maxsize=2)
def _loaded(folder: Path, _contents: str) -> Schemas:
    """Return the declarations of a folder: one for all of a process, as long as the files stay the same."""
    digest = hashlib.sha256()
    records = {r.record: r for r in _all(folder / "records", RecordSpec, "record", digest)}
    vocabs = {v.vocab: v for v in _all(folder / "vocab", Vocab, "vocab", digest)}
    exports = {e.export: e for e in _all(folder / "exports", ExportSpec, "export", digest)}
    forms = {f.id: f for f in _all(folder / "forms", Form, "id", digest)}
    findings_file = folder / "findings.toml"
    table = _read(findings_file, digest)
    findings = {
        f.code: f
        for f in (validate_declaration(FindingSpec, row, findings_file) for row in table.get("finding", []))
    }
    records = {
        name: with_severities(record, findings)
        for name, record in sorted(records.items(), key=lambda one: (one[0] not in USUAL, one[0]))
    }
    principles = {
        p.code: p
        for p in (
            validate_declaration(PrincipleSpec, row, findings_file) for row in table.get("principle", [])
        )
    }
    model = folder / PROVINCE_FILE
    loading = _read(model, digest).get("rule", []) if model.exists() else []
    fingerprint = digest.hexdigest()[:16]
    statistics = _all(folder / "statistics", StatisticForm, "statistic", hashlib.sha256())
    schemas = Schemas(
        records,
        forms,
        exports,
        vocabs,
        findings,
        fingerprint,
        principles,
        place_tables=folder / PLACES,
        loading=tuple(validate_declaration(LoadingRule, row, model) for row in loading),
        statistics={one.statistic: one for one in statistics},
    )
    check(schemas, folder)
    return schemas


def with_severities(record: RecordSpec, findings: Mapping[str, FindingSpec]) -> RecordSpec:
    """Return the record with a severity for each rule: its own, or that of its finding."""
    rules = tuple(
        rule
        if "severity" in rule.model_fields_set or rule.code not in findings
        else rule.model_copy(update={"severity": findings[rule.code].severity})
        for rule in record.rules
    )
    return record.model_copy(update={"rules": rules})


def _read(path: Path, digest: Any) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        digest.update(path.name.encode() + data)
        return tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError:
        raise SchemaError(f"Thiếu tệp khai báo {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SchemaError(f"{path}: không đọc được TOML ({error}).") from None


def _all(folder: Path, model: type[D], key: str, digest: Any) -> list[D]:
    found = []
    for path in sorted(folder.glob("*.toml")):
        item = validate_declaration(model, _read(path, digest), path)
        check_stem(item, key, path)
        if isinstance(item, Form):
            mark = sha256_of_file(path)[:16]
            item = item.model_copy(update={"fingerprint": mark})
        found.append(item)
    return found
