"""Pages rendered from templates. Every value is escaped, and an undefined name is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.base.charts import COLOURS, chart_svg
from pipeline.base.files import sha256_of_file
from pipeline.base.localtime import OFFICE_ZONE, format_moment
from pipeline.base.text.numbers import format_percent
from pipeline.registry.accounts.model import ACCOUNT_CHANGE_WORDS, ROLE_WORDS, Role, Session
from pipeline.reports.content import row_label
from pipeline.web.handbook import handbook_address
from pipeline.web.person_names import PersonNames
from pipeline.web.scanning.progress import duration_in_words
from pipeline.web.security.access import may_open

MENUS = (
    ("", (("/", "Trang đầu"), ("/search", "Tra cứu"))),
    (
        "Rà soát",
        (
            ("/desk", "Màn hình rà soát"),
            ("/column", "Theo cột"),
            ("/comments", "Ý kiến"),
            ("/data-entry", "Biên mục"),
            ("/reconcile", "Đối soát"),
            ("/assignments", "Giao sổ"),
            ("/guidelines", "Hướng dẫn từng ô"),
        ),
    ),
    (
        "Sổ",
        (
            ("/books", "Sổ hộ tịch"),
            ("/custody", "Giao nhận sổ"),
            ("/changes", "Sự kiện chờ nối"),
            ("/intake", "Tiếp nhận"),
            ("/runs", "Máy đọc"),
            ("/imports", "Nhập tệp Excel"),
            ("/tickets", "Quét lại"),
            ("/forms", "Mẫu sổ"),
        ),
    ),
    (
        "Bàn giao",
        (
            ("/lots", "Lấy mẫu"),
            ("/packages", "Gói dữ liệu bàn giao"),
            ("/extracts", "Sổ cấp trích lục"),
            ("/reports", "Báo cáo"),
            ("/communes", "Theo xã hiện nay"),
            ("/statistics", "Biểu thống kê"),
        ),
    ),
    (
        "Tài khoản",
        (("/accounts", "Tài khoản"), ("/confirmations", "Xác nhận"), ("/api-tokens", "Mã truy cập")),
    ),
    (
        "Cơ quan",
        (
            ("/plan", "Kế hoạch"),
            ("/settings", "Thiết lập"),
            ("/rules", "Quy tắc"),
            ("/registers", "Loại sổ"),
            ("/audit", "Nhật ký"),
            ("/backup", "Sao lưu"),
            ("/readers", "Bộ đọc"),
        ),
    ),
)
"""The links at the top of every page, by menu: path and label. A person sees the links that they may open.
A new page needs only its line here; where a role has more links than fit a row, its menus fold."""

UNDER = {
    "/entries": "/books",
    "/withdrawals": "/books",
    "/terms": "/rules",
    "/new-accounts": "/accounts",
}
"""The menu link for pages whose addresses do not begin with the address of a link."""

MOST_IN_A_ROW = 7


@dataclass(frozen=True, slots=True)
class Menu:
    """A group of links; ``label`` is empty where the links stand directly in the row."""

    label: str
    links: tuple[tuple[str, str], ...]


def menus_of(role: Role, *, everywhere: bool = True) -> tuple[Menu, ...]:
    """Return the links for a role, folded into menus where they do not fit a row.

    Args:
        everywhere: Whether the person may see all places.
    """
    allowed = [
        (label, tuple(link for link in links if may_open(role, link[0], everywhere=everywhere)))
        for label, links in MENUS
    ]
    folds = sum(len(links) for _, links in allowed) > MOST_IN_A_ROW
    return tuple(Menu(label if folds and len(links) > 1 else "", links) for label, links in allowed if links)


def active_link(path: str, menus: Sequence[Menu]) -> str:
    """Return the menu link to which a page belongs; ``""``: none."""
    for prefix, target in UNDER.items():
        if path == prefix or path.startswith(f"{prefix}/"):
            path = target
    links = [target for menu in menus for target, _ in menu.links]
    candidates = [target for target in links if target == path or path.startswith(f"{target}/")]
    return max(candidates, key=len, default="") if path != "/" else "/"


ROOM = Path(__file__).parent
STATIC = ROOM / "static"


class PageRenderer:
    """Renders the templates of ``templates/``.

    Args:
        names: Returns the names of all people by login.
    """

    def __init__(self, names: Callable[[], Mapping[str, str]] = dict) -> None:
        self._names = names
        self._templates = _templates()

    def render(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a page or a fragment.

        Args:
            values: The values of the template, besides ``session`` (None before the login), ``menus``, ``path``,
                ``handbook`` (address of the handbook page for this screen), ``named`` (a person's name by login),
                ``csrf`` (the session's token; before the login it comes from ``values``) and ``here`` (the menu link
                of this page).
        """
        session: Session | None = getattr(request.state, "session", None)
        menus = (
            menus_of(session.person.role, everywhere=session.person.places is None)
            if session and session.token and not session.must_change
            else ()
        )
        common = {
            "session": session,
            "menus": menus,
            "path": request.url.path,
            "here": active_link(request.url.path, menus),
            "handbook": handbook_address(request.url.path),
            "named": PersonNames(self._names),
            "csrf": session.csrf if session else "",
        }
        text = self._templates.get_template(template).render(common | values)
        return HTMLResponse(text, status_code=status)

    def text(self, template: str, **values: Any) -> str:
        """Return a rendered fragment outside any page."""
        return self._templates.get_template(template).render({"named": PersonNames(self._names)} | values)


@cache
def _templates() -> Environment:
    """Return the templates of all applications in this process; each is compiled once."""
    templates = Environment(
        loader=FileSystemLoader(ROOM / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        static=static_url,
        role_words=ROLE_WORDS,
        account_change_words=ACCOUNT_CHANGE_WORDS,
        chart_svg=chart_svg,
        colours=COLOURS,
        format_moment=format_moment,
        row_label=row_label,
    )
    templates.filters["moment"] = moment
    templates.filters["share"] = share
    templates.filters["duration"] = duration_in_words
    return templates


def moment(at: datetime) -> str:
    """Return a time in Vietnamese notation and the country's time zone, as reports do: ``07/03/2026 14:05``."""
    return at.astimezone(OFFICE_ZONE).strftime("%d/%m/%Y %H:%M")


def share(part: float) -> str:
    """Return a share from 0 to 1 in Vietnamese notation: ``3,25 %``."""
    return format_percent(part, 2, space="\u00a0")


@cache
def static_url(name: str) -> str:
    """Return the address of a static file. It changes with the content, so that browsers may cache the file."""
    digest = sha256_of_file(STATIC / name)[:12]
    return f"/static/{name}?v={digest}"
