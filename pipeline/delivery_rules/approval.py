"""``[approval]`` of ``office.toml``: what a second person must have seen before a book is delivered.

.. code-block:: toml

    [approval]
    book = true                   # a supervisor approves a book before a package of it is made (default: false)
    amendments = false            # amendments go out without a second signature (default: true, they want one)
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.base.staff_toml import StaffFile

TABLE = "approval"


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """What an office asks for before it delivers.

    Attributes:
        book: A supervisor has approved the values of the book as they are.
        amendments: A second person has signed each amendment that is in force.
    """

    book: bool = False
    amendments: bool = True


def read_approval(path: Path) -> ApprovalPolicy:
    """Return what the file at ``path`` sets, the defaults for what it leaves out.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return ApprovalPolicy()
    file = StaffFile(path)
    switches = file.switches(TABLE, [one.name for one in fields(ApprovalPolicy)])
    file.refuse_flaws()
    return ApprovalPolicy(**switches)
