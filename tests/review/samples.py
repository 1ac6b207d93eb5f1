"""How a test asks for each route that takes more than its path: parameters of the path, fields of the form."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.review.browser import Fields


@dataclass(frozen=True)
class Sample:
    """``path``: values of the parameters; of a scoped route they name something of the own commune."""

    path: dict[str, str] = field(default_factory=dict)
    form: Fields = field(default_factory=dict)


TARGET = "nguoi.mau"
"""The account that administrators change in tests."""

_TARGET = {"login": TARGET}

SAMPLES = {
    ("POST", "/login"): Sample(form={"login": "khong.co", "password": "không đúng đâu"}),
    ("POST", "/password"): Sample(form={"old": "không đúng đâu", "new": "một", "again": "hai"}),
    ("POST", "/accounts"): Sample(form={"login": TARGET, "name": "Người Mẫu", "role": "reviewer"}),
    ("GET", "/accounts/{login}"): Sample(_TARGET),
    ("POST", "/accounts/{login}/duties"): Sample(_TARGET, {"role": "checker", "places": ["00000"]}),
    ("POST", "/accounts/{login}/reset"): Sample(_TARGET),
    ("POST", "/accounts/{login}/deactivate"): Sample(_TARGET),
    ("POST", "/accounts/{login}/activate"): Sample(_TARGET),
}
