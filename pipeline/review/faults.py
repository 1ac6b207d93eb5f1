"""What went wrong as a Vietnamese page, or as a fragment where htmx asked. No page tells what an exception says, except
those that are written for people (``HotichError``)."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import HotichError
from pipeline.registry import NotThere, StaleTask
from pipeline.registry.accounts import AccountError
from pipeline.registry.desk.values import CannotUndo, HandsFull, NotYours
from pipeline.review.admission import ComeIn, Forged
from pipeline.review.journal import note_fault
from pipeline.review.login_form import login_form
from pipeline.review.site import site_of

SENTENCES = {
    400: "Yêu cầu không đúng dạng. Hãy quay lại trang trước và thử lại.",
    403: "Bạn không có quyền làm việc này. Nếu cần, hãy hỏi người quản trị.",
    404: "Không có trang này. Hãy kiểm tra lại đường dẫn hoặc về trang đầu.",
    405: "Không làm được việc này ở đây. Hãy về trang đầu.",
    422: "Có ô chưa điền đúng. Hãy quay lại và kiểm tra lại.",
    500: "Chương trình gặp lỗi; những gì đã lưu vẫn còn. Hãy thử lại; nếu vẫn lỗi, hãy báo người quản trị.",
}
OLD_LOGIN_FORM = "Biểu mẫu đã cũ nên chưa đăng nhập. Hãy điền lại ở đây."
STATUS = (
    (NotThere, 404),
    (NotYours, 403),
    (StaleTask, 409),
    (HandsFull, 409),
    (CannotUndo, 409),
    (AccountError, 422),
)
"""What an error of the house means in HTTP; others are 503: the registry or the disk refuses."""


class Shelter:
    """ASGI middleware: a fault of the program, or a refusal before any route, ends in a page like all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 (whatever it is, the person gets a page and the log a place)
            if scope["type"] != "http" or started:
                note_fault(error)
                return
            await _answer(Request(scope), error)(scope, receive, send)


def answer_errors(app: FastAPI) -> None:
    """Have the application answer its errors with pages."""
    for kind in (StarletteHTTPException, RequestValidationError, HotichError):
        app.add_exception_handler(kind, _answer_async)


async def _answer_async(request: Request, error: Exception) -> Response:
    return _answer(request, error)


def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, ComeIn):
        return _to_the_door(request, error)
    if isinstance(error, Forged) and request.url.path == "/login" and request.state.session is None:
        return login_form(request, site_of(request), refused=OLD_LOGIN_FORM, status=403)
    status, sentence, headers = _told(error)
    if _wants_json(request):
        told = {"sentence": sentence, "code": _code(error)}
        return JSONResponse(told, status, headers)
    fragment = "HX-Request" in request.headers
    response = site_of(request).pages.page(
        request, "fragments/error.html" if fragment else "error.html", status=status, sentence=sentence
    )
    response.headers.update(headers)
    return response


def _told(error: Exception) -> tuple[int, str, dict[str, str]]:
    """Status, sentence and headers."""
    if isinstance(error, StarletteHTTPException):
        own = error.detail if isinstance(error, HTTPException) and type(error) is not HTTPException else None
        sentence = own or SENTENCES.get(error.status_code, SENTENCES[400])
        return error.status_code, sentence, dict(error.headers or {})
    if isinstance(error, RequestValidationError):
        # No number where the path wants one: nothing is there.
        status = 404 if any(flaw["loc"][0] == "path" for flaw in error.errors()) else 422
        return status, SENTENCES[status], {}
    if isinstance(error, HotichError):
        return next((status for kind, status in STATUS if isinstance(error, kind)), 503), error.message, {}
    note_fault(error)
    return 500, SENTENCES[500], {}


def _wants_json(request: Request) -> bool:
    """Whether a script of the application asks, which shows what went wrong itself."""
    return request.headers.get("accept", "").startswith("application/json")


def _code(error: Exception) -> str:
    """What a script tells faults apart by."""
    if isinstance(error, HotichError):
        return error.code
    return "forged" if isinstance(error, Forged) else ""


def _to_the_door(request: Request, error: ComeIn) -> Response:
    """A page is exchanged for the one to go to first; htmx, which would follow silently, is told to load it. A picture
    is not: its browser would be given another login form behind the one that the person has before them."""
    if _wants_json(request):
        told = {"sentence": "Phiên làm việc đã hết. Hãy đăng nhập lại.", "code": "login"}
        return JSONResponse(told, status_code=401)
    if "HX-Request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": error.to})
    if request.headers.get("accept", "").startswith("image/"):
        return Response(status_code=401)
    return RedirectResponse(error.to, status_code=303)
