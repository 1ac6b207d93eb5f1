"""The forms that an office has declared itself, each in a file of its own; a file with a flaw fails alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.base.errors import SchemaError
from pipeline.declarations.schema.declaration import parse_declaration
from pipeline.declarations.schema.form import Form
from pipeline.declarations.schema.loading import check_form, check_printing
from pipeline.declarations.schema.own_flaws import OwnFlaw, flaw_of, own_bytes, own_files
from pipeline.declarations.schema.schemas import FormShelf, Schemas

RETIRED = "retired = true\n"
"""The line of a form's file that says so; the form has the fingerprint that it had without it: no page is read anew."""

OF_PROGRAM = (
    "{file}: mã “{name}” là của một mẫu đi kèm phần mềm, nên không biết sổ khai mẫu ấy theo tệp nào. Hãy đặt mã khác "
    "(khóa id và tên tệp), hoặc bỏ tệp."
)


def load_form(path: Path, schemas: Schemas) -> Form:
    """Read one more form from a file of its own; its fingerprint changes with an own register that it is of.

    Args:
        path: The file, named after the form's id.
        schemas: The records that the form is checked against.

    Raises:
        SchemaError: Names the first flaw.
    """
    data = own_bytes(path)
    form = parse_declaration(Form, data, "id", path)
    mark = hashlib.sha256(data.replace(RETIRED.encode(), b"", 1)).hexdigest()[:16]
    if of_record := schemas.own_records.get(form.record):
        mark = hashlib.sha256(f"{mark}{of_record}".encode()).hexdigest()[:16]
    form = form.model_copy(update={"fingerprint": mark})
    check_form(form, schemas, path)
    return form


def with_own_forms(schemas: Schemas, folder: Path) -> Schemas:
    """Return the declarations with the forms that an office has declared itself, on a shelf that others may be put on.

    The fingerprint of the declarations stays: a form has its own, and only books of that form are read by it. A file
    with a flaw is not used, nor is anything in its place: who asks for its form, or for the printings of the form that
    it is one of, is told why. One with the id of a form that came with the program stops the books of that form, as
    nobody can say which of the two they were declared with.

    Args:
        schemas: The declarations that came with the program, with the office's own registers.
        folder: The office's own forms, a file a form; it need not be there.
    """
    own: dict[str, Form] = {}
    flaws: dict[str, OwnFlaw] = {}
    paths, twins = own_files(folder)
    for path in paths:
        try:
            if path.name in twins:
                raise SchemaError(twins[path.name])
            if path.stem in schemas.forms:
                raise SchemaError(OF_PROGRAM.format(file=path, name=path.stem))
            own[path.stem] = load_form(path, schemas)
        except SchemaError as error:
            flaws[path.stem] = flaw_of("forms", path, error.message)
    while wrong := _wrong_printings(own, {**schemas.forms, **own}, folder):
        flaws |= wrong
        own = {name: form for name, form in own.items() if name not in flaws}
    every = {name: form for name, form in {**schemas.forms, **own}.items() if name not in flaws}
    return replace(schemas, forms=FormShelf(every, flaws, frozenset(schemas.forms)))


def _wrong_printings(own: Mapping[str, Form], every: Mapping[str, Form], folder: Path) -> dict[str, OwnFlaw]:
    """Return the flaws of forms that say to be another printing of one which they cannot be."""
    flaws = {}
    for form in own.values():
        path = folder / f"{form.id}.toml"
        try:
            check_printing(form, every, path)
        except SchemaError as error:
            flaws[form.id] = flaw_of("forms", path, error.message)
    return flaws
