"""``[learning]`` of ``office.toml``: whether the machine learns the hands of books at night.

.. code-block:: toml

    [learning]
    hands = false                 # no book's hand is learnt at night, none is read again with what was (default: true)
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.base.staff_toml import StaffFile

TABLE = "learning"


@dataclass(frozen=True, slots=True)
class LearningPolicy:
    """What an office lets the machine learn.

    Attributes:
        hands: The hands of books, at night, from the lines that people confirmed.
    """

    hands: bool = True


def read_learning(path: Path) -> LearningPolicy:
    """Return what the file at ``path`` sets, the defaults for what it leaves out.

    Raises:
        SchemaError: Names every flaw with its line.
    """
    if not path.exists():
        return LearningPolicy()
    file = StaffFile(path)
    switches = file.switches(TABLE, [one.name for one in fields(LearningPolicy)])
    file.refuse_flaws()
    return LearningPolicy(**switches)
