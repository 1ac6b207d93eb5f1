"""Errors as Vietnamese pages, as fragments for htmx, or as JSON for scripts.

No page shows an exception's message, except refusals, which are written for the user (``RegistryError``).
"""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.base.errors import (
    HotichError,
    NotDeclared,
    PrintRefused,
    ReconcileError,
    RegistryError,
    RegistryUnavailable,
)
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.form_design.draft import DraftRefused, DraftStale, NoSuchDraft
from pipeline.registry import NotThere, StaleTask, Withdrawn
from pipeline.registry.accounts.model import AccountError
from pipeline.registry.errors import RowTampered
from pipeline.registry.search.model import TooManySearches
from pipeline.registry.tasks.model import CannotUndo, HandsFull, NotYours
from pipeline.runs.prefect_runs import RunRefused
from pipeline.scans.inbox.uploads import UploadRefused
from pipeline.web.api.answers import problem
from pipeline.web.background_jobs import JobRefused
from pipeline.web.context import RefusalPage, site_of
from pipeline.web.security.authentication import ForgedForm, LoginRequired, render_login_form
from pipeline.web.security.bearer import API
from pipeline.web.security.middleware import log_fault

SENTENCES = {
    400: "Yêu cầu không đúng dạng. Hãy quay lại trang trước và thử lại.",
    403: "Bạn không có quyền làm việc này. Nếu cần, hãy hỏi người quản trị.",
    404: "Không có trang này. Hãy kiểm tra lại đường dẫn hoặc về trang đầu.",
    405: "Không làm được việc này ở đây. Hãy về trang đầu.",
    422: "Có ô chưa điền đúng. Hãy quay lại và kiểm tra lại.",
    503: "Máy chủ tạm thời chưa đọc, ghi được sổ dữ liệu; những gì đã lưu vẫn còn. Hãy thử lại sau ít phút; nếu vẫn "
    "vậy, hãy báo người quản trị máy.",
    500: "Chương trình gặp lỗi; những gì đã lưu vẫn còn. Hãy thử lại; nếu vẫn lỗi, hãy báo người quản trị.",
}
OLD_LOGIN_FORM = "Biểu mẫu đã cũ nên chưa đăng nhập. Hãy điền lại ở đây."
STATUS = (
    (NotThere, 404),
    (NotYours, 403),
    (StaleTask, 409),
    (Withdrawn, 409),
    (HandsFull, 409),
    (CannotUndo, 409),
    (TooManySearches, 429),
    (AccountError, 422),
    (RowTampered, 503),
)
"""The HTTP status of refusals; all others are 422: the request names something unknown or contradicts itself."""


class ErrorMiddleware:
    """ASGI middleware: a program fault, or a refusal before any route, ends in an error page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def note_start(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, note_start)
        except Exception as error:  # noqa: BLE001 (any fault becomes an error page and a log line)
            if scope["type"] != "http" or started:
                log_fault(error)
                return
            await _answer(Request(scope), error)(scope, receive, send)


def install_error_handlers(app: FastAPI) -> None:
    """Register the handlers that answer errors with pages."""
    for kind in (StarletteHTTPException, RequestValidationError, HotichError):
        app.add_exception_handler(kind, _answer_async)
    app.add_exception_handler(RefusalPage, _refusal_page)


async def _refusal_page(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalPage)
    return error.response


async def _answer_async(request: Request, error: Exception) -> Response:
    return _answer(request, error)


def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, LoginRequired):
        return _redirect_to_login(request, error)
    if isinstance(error, ForgedForm) and request.url.path == "/login" and request.state.session is None:
        return render_login_form(request, site_of(request), refused=OLD_LOGIN_FORM, status=403)
    status, sentence, headers = _describe(error)
    if request.url.path.startswith(API):
        return problem(status, sentence, _code(error), headers)
    if _wants_json(request):
        return JSONResponse({"sentence": sentence, "code": _code(error)}, status, headers)
    fragment = "HX-Request" in request.headers
    response = site_of(request).renderer.render(
        request, "fragments/error.html" if fragment else "error.html", status=status, sentence=sentence
    )
    response.headers.update(headers)
    return response


def _describe(error: Exception) -> tuple[int, str, dict[str, str]]:
    """Return the status, the sentence and the headers for an error."""
    if isinstance(error, StarletteHTTPException):
        detail = (
            error.detail if isinstance(error, HTTPException) and type(error) is not HTTPException else None
        )
        sentence = detail or SENTENCES.get(error.status_code, SENTENCES[400])
        return error.status_code, sentence, dict(error.headers or {})
    if isinstance(error, RequestValidationError):
        # A path parameter that is not a number leads nowhere.
        status = 404 if any(flaw["loc"][0] == "path" for flaw in error.errors()) else 422
        return status, SENTENCES[status], {}
    if isinstance(error, RegistryError) and not isinstance(error, RegistryUnavailable):
        return next((status for kind, status in STATUS if isinstance(error, kind)), 422), error.message, {}
    if isinstance(
        error, UploadRefused | RunRefused | JobRefused | ReconcileError | SettingsRefused | PrintRefused
    ):
        return 422, error.message, {}
    if isinstance(error, DraftRefused | NoSuchDraft):
        status = 404 if isinstance(error, NoSuchDraft) else 409 if isinstance(error, DraftStale) else 422
        return status, error.message, {}
    if isinstance(error, NotDeclared):
        return 409, error.message, {}
    if isinstance(error, HotichError):  # the message is for administrators: it names files and servers
        log_fault(error)
        return 503, SENTENCES[503], {}
    log_fault(error)
    return 500, SENTENCES[500], {}


def _wants_json(request: Request) -> bool:
    """Return whether a script of the application asks, which shows the error itself."""
    return request.headers.get("accept", "").startswith("application/json")


def _code(error: Exception) -> str:
    if isinstance(error, HotichError):
        return error.code
    return "forged" if isinstance(error, ForgedForm) else ""


def _redirect_to_login(request: Request, error: LoginRequired) -> Response:
    """Send the browser to the page that it must visit first.

    An htmx request, which would follow a redirect silently, gets an ``HX-Redirect``. A picture is not redirected, since
    the browser would get another login form behind the visible one.
    """
    if _wants_json(request):
        sentence = "Phiên làm việc đã hết. Hãy đăng nhập lại."
        return JSONResponse({"sentence": sentence, "code": "login"}, status_code=401)
    if "HX-Request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": error.to})
    if request.headers.get("accept", "").startswith("image/"):
        return Response(status_code=401)
    return RedirectResponse(error.to, status_code=303)
