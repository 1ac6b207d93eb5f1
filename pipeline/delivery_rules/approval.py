"""``[approval]`` of ``office.toml``: what a second person must approve before a book is delivered.

.. code-block:: toml

    [approval]
    book = true                   # a supervisor approves a book before its package is made (default: false)
    amendments = false            # amendments are delivered without a second signature (default: true, with it)
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.base.staff_toml import StaffFile

TABLE = "approval"


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """The office's conditions for a delivery.

    Attributes:
        book: A supervisor has approved the present values of the book.
        amendments: A second person has signed each amendment in force.
    """

    book: bool = False
    amendments: bool = True


def read_approval(path: Path) -> ApprovalPolicy:
    """Return the settings in the file at ``path``, with defaults for missing keys.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return ApprovalPolicy()
    file = StaffFile(path)
    switches = file.switches(TABLE, [key.name for key in fields(ApprovalPolicy)])
    file.refuse_flaws()
    return ApprovalPolicy(**switches)
