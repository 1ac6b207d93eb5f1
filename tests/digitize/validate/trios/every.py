"""Every rule over a field or an entry: how it holds, how it is broken, and where it is not applicable."""

from __future__ import annotations

from tests.digitize.validate.trios.births import BIRTHS
from tests.digitize.validate.trios.dates import DATES
from tests.digitize.validate.trios.deaths import DEATHS
from tests.digitize.validate.trios.identities import IDENTITIES
from tests.digitize.validate.trios.keys import KEYS
from tests.digitize.validate.trios.lists import LISTS
from tests.digitize.validate.trios.marriages import MARRIAGES
from tests.digitize.validate.trios.other_registers import OTHER_REGISTERS

TRIOS = (*KEYS, *DATES, *MARRIAGES, *BIRTHS, *DEATHS, *IDENTITIES, *LISTS, *OTHER_REGISTERS)
