"""Pages made from templates: everything that is put in is escaped, a name that is not there is an error."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.charts import COLOURS, bar_chart_svg
from pipeline.files import sha256_of_file
from pipeline.localtime import OFFICE_ZONE, format_moment
from pipeline.registry.accounts import ROLE_WORDS, Session
from pipeline.reports.content import told_place
from pipeline.review.navigation import links_of

ROOM = Path(__file__).parent
STATIC = ROOM / "static"


class Pages:
    """The templates of ``templates/``."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(ROOM / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            static=static_url,
            role_words=ROLE_WORDS,
            bar_chart_svg=bar_chart_svg,
            colours=COLOURS,
            format_moment=format_moment,
            told_place=told_place,
        )
        self._templates.filters["moment"] = moment

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page or a fragment. Templates get ``session`` (None before the login), ``links``, ``path``, ``csrf``
        (of the session; before the login from ``values``) and ``values``."""
        session: Session | None = getattr(request.state, "session", None)
        around = {
            "session": session,
            "links": links_of(session.person.role) if session and not session.must_change else (),
            "path": request.url.path,
            "csrf": session.csrf if session else "",
        }
        text = self._templates.get_template(template).render(around | values)
        return HTMLResponse(text, status_code=status)


def moment(at: datetime) -> str:
    """A time as people here write it, by the clocks of the country, as reports do: ``07/03/2026 14:05``."""
    return at.astimezone(OFFICE_ZONE).strftime("%d/%m/%Y %H:%M")


@cache
def static_url(name: str) -> str:
    """The address of a static file; it changes with the file's content, so that browsers may keep it."""
    digest = sha256_of_file(STATIC / name)[:12]
    return f"/static/{name}?v={digest}"
