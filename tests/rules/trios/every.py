"""Every rule over a field or an entry: how it holds, how it is broken, and where it is not applicable."""

from __future__ import annotations

from tests.rules.trios.births import BIRTHS
from tests.rules.trios.dates import DATES
from tests.rules.trios.deaths import DEATHS
from tests.rules.trios.identities import IDENTITIES
from tests.rules.trios.keys import KEYS
from tests.rules.trios.lists import LISTS
from tests.rules.trios.marriages import MARRIAGES

TRIOS = (*KEYS, *DATES, *MARRIAGES, *BIRTHS, *DEATHS, *IDENTITIES, *LISTS)
