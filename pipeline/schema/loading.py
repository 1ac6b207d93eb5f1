"""Reading ``schemas/``: every file of it, checked."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import SchemaError
from pipeline.schema.checking import check, check_form
from pipeline.schema.declaration import Declaration
from pipeline.schema.export import ExportSpec
from pipeline.schema.finding import FindingSpec, PrincipleSpec
from pipeline.schema.folder import PLACES, default_folder
from pipeline.schema.form import Form
from pipeline.schema.record import RecordSpec
from pipeline.schema.schemas import Schemas
from pipeline.schema.validation import validated
from pipeline.schema.vocab import Vocab

D = TypeVar("D", bound=Declaration)


def load(folder: Path | None = None) -> Schemas:
    """Read and check all declarations of a folder. Raises ``SchemaError`` for the first flaw found."""
    folder = folder or default_folder()
    if not folder.is_dir():
        raise SchemaError(f"Không thấy thư mục khai báo {folder}. Hãy cài lại hoặc chỉ đúng thư mục schemas.")
    digest = hashlib.sha256()
    records = {r.record: r for r in _all(folder / "records", RecordSpec, "record", digest)}
    vocabs = {v.vocab: v for v in _all(folder / "vocab", Vocab, "vocab", digest)}
    exports = {e.export: e for e in _all(folder / "exports", ExportSpec, "export", digest)}
    forms = {f.id: f for f in _all(folder / "forms", Form, "id", digest)}
    findings_file = folder / "findings.toml"
    table = _read(findings_file, digest)
    findings = {
        f.code: f for f in (validated(FindingSpec, row, findings_file) for row in table.get("finding", []))
    }
    records = {name: _with_severities(record, findings) for name, record in records.items()}
    principles = {
        p.code: p
        for p in (validated(PrincipleSpec, row, findings_file) for row in table.get("principle", []))
    }
    fingerprint = digest.hexdigest()[:16]
    schemas = Schemas(
        records, forms, exports, vocabs, findings, fingerprint, principles, place_tables=folder / PLACES
    )
    check(schemas, folder)
    return schemas


def _with_severities(record: RecordSpec, findings: Mapping[str, FindingSpec]) -> RecordSpec:
    """The record whose rules have a severity each: their own, or their finding's."""
    rules = tuple(
        rule
        if "severity" in rule.model_fields_set or rule.code not in findings
        else rule.model_copy(update={"severity": findings[rule.code].severity})
        for rule in record.rules
    )
    return record.model_copy(update={"rules": rules})


def load_form(path: Path, schemas: Schemas) -> Form:
    """One more form from a file of its own, checked against the records of ``schemas``."""
    form = validated(Form, _read(path, hashlib.sha256()), path)
    _check_stem(form, "id", path)
    form = form.model_copy(update={"fingerprint": hashlib.sha256(path.read_bytes()).hexdigest()[:16]})
    check_form(form, schemas, path)
    return form


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
        item = validated(model, _read(path, digest), path)
        _check_stem(item, key, path)
        if isinstance(item, Form):
            mark = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            item = item.model_copy(update={"fingerprint": mark})
        found.append(item)
    return found


def _check_stem(item: Declaration, key: str, path: Path) -> None:
    """A copied file whose name inside was left as it was would silently replace the other one."""
    name = getattr(item, key)
    if name != path.stem:
        raise SchemaError(f"{path}: khóa {key} = “{name}” phải trùng với tên tệp “{path.stem}”.")
