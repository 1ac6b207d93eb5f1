"""The rules over the keys of an entry: how each holds, is broken and is not applicable."""

from __future__ import annotations

from tests.digitize.validate.entries import BLANK, NOT_ON_FORM, STRUCK, UNREADABLE
from tests.digitize.validate.trios.trio import Trio

KEYS = (
    Trio(
        "K01",
        "birth",
        ({"entry_number": BLANK}, {"entry_number": "bốn mốt"}),
        ({"entry_number": NOT_ON_FORM}, {"entry_number": UNREADABLE}),
        ({"entry_number": "41"},),
        ("entry_number",),
    ),
    Trio(
        "K02",
        "birth",
        ({"volume_number": BLANK}, {"volume_number": "quyển đầu"}),
        ({"volume_number": NOT_ON_FORM}, {"volume_number": UNREADABLE}),
        ({"volume_number": "01"},),
        ("volume_number",),
    ),
    Trio(
        "K03",
        "birth",
        ({"registered_on": BLANK}, {"registered_on": "03/2018"}, {"registered_on": "2018"}),
        ({"registered_on": NOT_ON_FORM}, {"registered_on": UNREADABLE}),
        about=("registered_on",),
    ),
    Trio(
        "K04",
        "birth",
        ({"entry_number": "41/2017"},),
        (
            {"entry_number": "41"},
            {"entry_number": BLANK},
            {"registered_on": BLANK},
            {"entry_number": "41/2017", "registered_on": NOT_ON_FORM},
        ),
        ({"registered_on": "2018"},),
        ("entry_number", "registered_on"),
    ),
    Trio(
        "K05",
        "birth",
        ({"volume_number": "01/2019"}, {"registered_on": "12/03/2019"}),
        (
            {"volume_number": "01"},
            {"volume_number": "01/2019", "registered_on": UNREADABLE},
            {"volume_number": NOT_ON_FORM},
        ),
        about=("volume_number", "registered_on"),
    ),
    Trio(
        "K05",
        "birth",
        ({"volume_number": "01/2019"},),
        ({"volume_number": BLANK},),
        ({"registered_on": "12/03/2019"},),
        closed_on="",
    ),
    Trio(
        "K11",
        "birth",
        ({"page_number": "bốn mốt"},),
        ({"page_number": BLANK}, {"page_number": NOT_ON_FORM}, {"page_number": UNREADABLE}),
        about=("page_number",),
    ),
    Trio(
        "K12",
        "birth",
        ({"registered_on": "01/01/2018"}, {"registered_on": "01/01/2019"}, {"registered_on": "2019"}),
        ({"registered_on": BLANK}, {"registered_on": NOT_ON_FORM}, {"registered_on": STRUCK}),
        ({"registered_on": "03/2018"},),
        ("registered_on",),
    ),
    Trio(
        "K12",
        "birth",
        ({"registered_on": "01/01/2018"},),
        ({"registered_on": UNREADABLE},),
        ({"registered_on": "01/01/2019"},),
        closed_on="",
    ),
    Trio(
        "K13",
        "birth",
        ({"volume_number": "41/2018"}, {"volume_number": "2/2018"}, {"volume_number": "01/2016"}),
        ({"volume_number": BLANK}, {"volume_number": NOT_ON_FORM}),
        ({"volume_number": "1"},),
        ("volume_number",),
    ),
)
