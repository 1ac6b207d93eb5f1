"""What ``schemas/`` declares, loaded and checked: records, forms, exports, vocabularies, findings.

What a form holds is data, once. A record declares each field of an event (``schemas/records/birth.toml``);
a form declares where a printed sheet has its labels and blanks (``schemas/forms/birth-2006.toml``). The
reader, the drawer of synthetic pages, the registry's columns and the reference pages all derive from these
declarations.

A key that is not known stops the loading with ``SchemaError``, which names the file, the key and the
nearest known name. Positions on a form are shares of its printed frame: ``u`` from the frame's left edge
(0) to its right (1), ``v`` from its top (0) to its bottom (1); what is above the frame has a negative
``v``.
"""

from __future__ import annotations

from pipeline.base.text.nearest_word import nearest_hint
from pipeline.declarations.schema.declaration import (
    PLACES,
    Declaration,
    default_folder,
    validate_declaration,
)
from pipeline.declarations.schema.form import (
    PARTS,
    PRINT_ADVANCE,
    Area,
    Cell,
    CheckBox,
    Column,
    Form,
    Line,
    Rectangle,
    Table,
)
from pipeline.declarations.schema.lists import (
    ExportSpec,
    FindingLevel,
    FindingSpec,
    PrincipleSpec,
    Term,
    Vocab,
    describe_details,
)
from pipeline.declarations.schema.loading import check_form, check_printing, load
from pipeline.declarations.schema.own_flaws import OwnFlaw
from pipeline.declarations.schema.own_forms import RETIRED, load_form, with_own_forms
from pipeline.declarations.schema.own_records import (
    MOST_RECORDS,
    own_record,
    refuse_flawed_workbook,
    with_own_records,
)
from pipeline.declarations.schema.record import (
    LEDGER_KEYS,
    PLACE_POOL,
    ActSpec,
    AmbiguousBoxSpec,
    BookSpec,
    DerivationSpec,
    FieldSpec,
    PersonSpec,
    RecordKey,
    RecordSpec,
    RuleSpec,
    UnknownParentSpec,
)
from pipeline.declarations.schema.schemas import FormShelf, Schemas
from pipeline.declarations.schema.slots import Label, Piece, Slot, Style

__all__ = [
    "ActSpec",
    "RETIRED",
    "LEDGER_KEYS",
    "MOST_RECORDS",
    "PARTS",
    "PLACES",
    "PLACE_POOL",
    "PRINT_ADVANCE",
    "AmbiguousBoxSpec",
    "Area",
    "BookSpec",
    "RecordKey",
    "Cell",
    "CheckBox",
    "Column",
    "Declaration",
    "DerivationSpec",
    "ExportSpec",
    "FieldSpec",
    "FindingSpec",
    "Form",
    "FormShelf",
    "Label",
    "FindingLevel",
    "Line",
    "OwnFlaw",
    "PersonSpec",
    "Piece",
    "PrincipleSpec",
    "RecordSpec",
    "Rectangle",
    "RuleSpec",
    "Schemas",
    "Slot",
    "Style",
    "Table",
    "Term",
    "UnknownParentSpec",
    "Vocab",
    "check_form",
    "check_printing",
    "default_folder",
    "describe_details",
    "load",
    "load_form",
    "nearest_hint",
    "own_record",
    "refuse_flawed_workbook",
    "validate_declaration",
    "with_own_forms",
    "with_own_records",
]
