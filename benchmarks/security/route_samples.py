"""How each route that takes more than its path is asked: parameters of the path, fields of the form, a body of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Sample:
    """A request to a route.

    Attributes:
        path: Values of the parameters. Of a scoped route they name something of the own commune; where its number is
            not known beforehand the name of what is meant (``TASK``) stands for it.
        json: The body where it is no form.
    """

    path: dict[str, str] = field(default_factory=dict)
    form: Fields = field(default_factory=dict)
    json: Mapping[str, object] | None = None


TARGET = "nguoi.mau"
"""The account that administrators change."""

TOKEN = "he-thong-mau"
"""The token of another system that administrators revoke."""

FAILED_SCAN = "f" * 64
"""The SHA-256 of a scan of the own commune whose first page could not be read."""

_TARGET = {"login": TARGET}
_TASK = {"task_id": "TASK"}
_FIELD = {"record": "birth", "field": "child_name"}
_THREAD = {"task_id": "TASK", "thread_id": "1"}
_TICKET = {"ticket_id": "TICKET"}
_ENTRY = {"entry_id": "ENTRY"}
_LOT = {"lot_id": "LOT"}
_NOTE = {"note_id": "NOTE"}
_ACT = {"act_id": "ACT"}
_DIFFERENCE = {"difference_id": "DIFFERENCE"}
_PAGE = {"book_id": "1", "scan": "a" * 64, "page_no": "1"}
_ORDER = {"text": "Thử Hai", "decision_number": "12", "decided_on": "05/03/2026", "legal_basis": "Điều 28"}
_EXTRACT = {
    "recipient": "Thử Ba",
    "reason": "thử",
    "signer": "Thử Ký",
    "signer_title": "Chủ tịch",
    "seen": "0",
}
_WORD = {"field": "child_name", "status": "read", "text": "Thử Một"}
_SENTENCE = {"sentence": "Chữ mờ quá"}
_UPLOAD = {"book_id": "1", "upload_id": "0" * 32}
_TOKEN = "0123456789abcdef" * 2

_DRAFT = {"draft_id": "9" * 12}
_DESIGN = {
    "id": "mau-thu",
    "record": "birth",
    "title": "Mẫu thử",
    "years": [1990, 1998],
    "paper_mm": [210.0, 297.0],
    "frame": [0.05, 0.05, 0.95, 0.95],
}

SAMPLES = {
    ("POST", "/login"): Sample(form={"login": "khong.co", "password": "không đúng đâu"}),
    ("POST", "/password"): Sample(form={"old": "không đúng đâu", "new": "một", "again": "hai"}),
    ("POST", "/accounts"): Sample(form={"login": TARGET, "name": "Người Mẫu", "role": "reviewer"}),
    ("GET", "/accounts/{login}"): Sample(_TARGET),
    ("POST", "/accounts/{login}/name"): Sample(_TARGET, {"name": "Người Mẫu"}),
    ("POST", "/new-accounts"): Sample(form={"lines": "không phải dòng nào"}),
    ("POST", "/accounts/{login}/duties"): Sample(_TARGET, {"role": "checker", "places": ["00000"]}),
    ("POST", "/accounts/{login}/reset"): Sample(_TARGET),
    ("POST", "/accounts/{login}/deactivate"): Sample(_TARGET),
    ("POST", "/accounts/{login}/activate"): Sample(_TARGET),
    ("POST", "/confirmations/policies/{change_id}"): Sample({"change_id": "POLICY"}, {"answer": "refused"}),
    ("POST", "/confirmations/{act_id}"): Sample(_ACT, {"answer": "confirmed"}),
    ("POST", "/desk/next"): Sample(json={}),
    ("POST", "/desk/undo"): Sample(json={}),
    ("POST", "/desk/held"): Sample(json={}),
    ("POST", "/desk/known"): Sample(json={"record": "birth", "field": "child_name", "text": "Ngu"}),
    ("POST", "/desk/tasks/{task_id}"): Sample(_TASK, json={}),
    ("POST", "/desk/tasks/{task_id}/pages"): Sample(_TASK, json={}),
    ("POST", "/desk/tasks/{task_id}/check"): Sample(_TASK, json={"words": [_WORD]}),
    ("POST", "/desk/tasks/{task_id}/words"): Sample(
        _TASK, json={"version": 1, "token": _TOKEN, "words": [_WORD]}
    ),
    ("POST", "/desk/tasks/{task_id}/delivered"): Sample(_TASK, json=_WORD),
    ("POST", "/desk/tasks/{task_id}/region"): Sample(
        _TASK,
        json={
            "field": "child_name",
            "version": 1,
            "mark": "0" * 16,
            "left": 1,
            "top": 1,
            "right": 9,
            "bottom": 9,
        },
    ),
    ("POST", "/desk/tasks/{task_id}/offers"): Sample(_TASK, json={"words": [_WORD]}),
    ("POST", "/desk/tasks/{task_id}/stay"): Sample(_TASK, json={}),
    ("POST", "/desk/tasks/{task_id}/hand-back"): Sample(_TASK, json={}),
    ("POST", "/desk/tasks/{task_id}/skip"): Sample(_TASK, json=_SENTENCE),
    ("POST", "/desk/tasks/{task_id}/ask"): Sample(_TASK, json=_SENTENCE),
    ("POST", "/desk/tasks/{task_id}/answer"): Sample(_TASK, json=_SENTENCE),
    ("POST", "/desk/tasks/{task_id}/rescan"): Sample(_TASK, json=_SENTENCE),
    ("GET", "/comments/{task_id}"): Sample(_TASK),
    ("POST", "/comments/{task_id}"): Sample(_TASK, {"text": "Chữ mờ", "token": _TOKEN}),
    ("POST", "/comments/{task_id}/{thread_id}/answer"): Sample(_THREAD, {"text": "Đã xem", "token": _TOKEN}),
    ("POST", "/comments/{task_id}/{thread_id}/close"): Sample(_THREAD, {"token": _TOKEN}),
    ("GET", "/handbook/images/{name}"): Sample({"name": "desk.png"}),
    ("GET", "/handbook/{section}/{name}"): Sample({"section": "how-to", "name": "review"}),
    ("GET", "/guidelines/beside/{record}/{field}"): Sample(_FIELD),
    ("GET", "/guidelines/{record}/{field}"): Sample(_FIELD),
    ("POST", "/guidelines/{record}/{field}"): Sample(_FIELD, {"text": "Viết hoa", "token": _TOKEN}),
    ("GET", "/guidelines/{record}/{field}/example"): Sample(_FIELD),
    ("POST", "/guidelines/{record}/{field}/example"): Sample(
        _FIELD,
        {
            "book": "1",
            "scan": "a" * 64,
            "page_no": "1",
            "caption": "Dấu",
            "regions": "[[0.1, 0.1, 0.2, 0.2]]",
            "token": _TOKEN,
        },
    ),
    ("GET", "/pictures/guidelines/{guideline_id}/{number}"): Sample({"guideline_id": "1", "number": "0"}),
    ("POST", "/column/next"): Sample(json={"book": 1, "field": "child_name", "stage": "review"}),
    ("POST", "/column/pictures"): Sample(json={"pictures": [{"task": 1, "box": [0, 0, 9, 9]}]}),
    ("POST", "/column/undo"): Sample(json={}),
    ("POST", "/column/words"): Sample(json={"token": _TOKEN, "words": [{**_WORD, "task": 1, "version": 1}]}),
    ("POST", "/column/hand-back"): Sample(json={}),
    ("POST", "/api-tokens/{name}/revoke"): Sample({"name": TOKEN}),
    ("GET", "/api/v1/books/{book_id}"): Sample({"book_id": "1"}),
    ("GET", "/api/v1/books/{book_id}/entries"): Sample({"book_id": "1"}),
    ("GET", "/api/v1/books/{book_id}/package"): Sample({"book_id": "1"}),
    ("GET", "/api/v1/entries/{entry_id}"): Sample(_ENTRY),
    ("POST", "/api/v1/search"): Sample(json={"name": "Thử Một", "purpose": "check", "reason": "phép thử"}),
    ("GET", "/entries/{entry_id}"): Sample(_ENTRY),
    ("GET", "/entries/{entry_id}/print"): Sample(_ENTRY),
    ("GET", "/entries/{entry_id}/print.pdf"): Sample(_ENTRY),
    ("POST", "/entries/{entry_id}/extract/draft"): Sample(_ENTRY, _EXTRACT),
    ("POST", "/entries/{entry_id}/extract"): Sample(_ENTRY, _EXTRACT),
    ("GET", "/extracts/{extract_id}"): Sample({"extract_id": "EXTRACT"}),
    ("POST", "/extracts/{extract_id}/void"): Sample({"extract_id": "EXTRACT"}, {"reason": ""}),
    ("GET", "/books/{book_id}/list.pdf"): Sample({"book_id": "1"}),
    ("GET", "/books/{book_id}/list.xlsx"): Sample({"book_id": "1"}),
    ("POST", "/packages/{book_id}/handover"): Sample({"book_id": "1"}, {"receiver": "Bên nhận"}),
    ("POST", "/entries/{entry_id}/reopen"): Sample(
        _ENTRY, {"fields": ["child_name"], "reason": "đọc sai giấy"}
    ),
    ("POST", "/entries/{entry_id}/recall"): Sample(_ENTRY, {"of": "entry", "reason": "đọc sai giấy"}),
    ("POST", "/entries/{entry_id}/delivery"): Sample(
        _ENTRY, {"field": "child_name", "shown": "0" * 16, "choice": "0"}
    ),
    ("GET", "/pictures/entries/{entry_id}/page"): Sample(_ENTRY),
    ("POST", "/tickets/{ticket_id}/close"): Sample(_TICKET, {"note": "đã quét lại"}),
    ("POST", "/books/new"): Sample(form={"place_code": "00000", "volume": "không"}),
    ("GET", "/books/{book_id}/scans"): Sample({"book_id": "1"}),
    ("POST", "/bulk"): Sample(form={"act": "assign"}),
    ("POST", "/settings/{table}/test"): Sample({"table": "mail"}),
    ("GET", "/books/{book_id}/pages"): Sample({"book_id": "1"}),
    ("POST", "/books/{book_id}/pages"): Sample({"book_id": "1"}, {"act": "number"}),
    ("POST", "/books/{book_id}/pages/order"): Sample({"book_id": "1"}, json={"pages": f"{FAILED_SCAN}:9"}),
    ("POST", "/books/{book_id}/pages/note"): Sample({"book_id": "1"}),
    ("GET", "/pictures/books/{book_id}/thumbnails/{scan}/{page_no}"): Sample(_PAGE),
    ("GET", "/pictures/books/{book_id}/scans/{scan}/{page_no}"): Sample(_PAGE),
    ("POST", "/books/{book_id}/form"): Sample({"book_id": "1"}),
    ("GET", "/books/{book_id}/entries"): Sample({"book_id": "1"}),
    ("GET", "/books/{book_id}/learning"): Sample({"book_id": "1"}),
    ("GET", "/books/{book_id}/pages/{scan}/{page_no}"): Sample(_PAGE),
    ("GET", "/books/{book_id}/approval"): Sample({"book_id": "1"}),
    ("POST", "/books/{book_id}/approval"): Sample({"book_id": "1"}, {"seen": "0" * 64}),
    ("POST", "/books/{book_id}/approval/undo"): Sample({"book_id": "1"}, {"reason": ""}),
    ("GET", "/books/{book_id}/amendments"): Sample({"book_id": "1"}),
    ("GET", "/entries/{entry_id}/amendments"): Sample(_ENTRY),
    ("POST", "/entries/{entry_id}/amendments"): Sample(_ENTRY, {"field": "child_name", "text": ""}),
    ("POST", "/entries/{entry_id}/amendments/{amendment_id}/sign"): Sample({**_ENTRY, "amendment_id": "1"}),
    ("POST", "/entries/{entry_id}/amendments/{amendment_id}/withdraw"): Sample(
        {**_ENTRY, "amendment_id": "1"}, {"reason": ""}
    ),
    ("POST", "/settings/sign-in"): Sample(form={"off": "true"}),
    ("POST", "/settings/signing/certificate"): Sample(json={"file": "bm90", "password": "thử"}),
    ("POST", "/settings/secrets/{name}"): Sample({"name": "mail"}, {"secret": ""}),
    ("POST", "/filters"): Sample(form={"page": "search", "filter_name": "Bộ lọc thử", "record": "birth"}),
    ("POST", "/filters/{filter_id}/delete"): Sample({"filter_id": "999999"}, {"page": "search"}),
    ("POST", "/search"): Sample(form={"name": "Thử Một", "purpose": "check", "reason": "phép thử"}),
    ("GET", "/search/{request_id}/ink/{entry_id}/{field}"): Sample(
        {"request_id": "0", **_ENTRY, "field": "child_name"}
    ),
    ("GET", "/changes"): Sample(),
    ("GET", "/communes"): Sample(),
    ("GET", "/statistics"): Sample(),
    ("GET", "/entries/{entry_id}/links"): Sample(_ENTRY),
    ("POST", "/entries/{entry_id}/links/{link_id}"): Sample({**_ENTRY, "link_id": "1"}, {"verdict": "?"}),
    ("POST", "/forms"): Sample(form={"record": "birth", "title": "Mẫu thử", "place": "không"}),
    ("GET", "/forms/files/{form_id}"): Sample({"form_id": "mau-rieng"}),
    ("GET", "/forms/files/{form_id}/versions"): Sample({"form_id": "mau-rieng"}),
    ("POST", "/forms/files/{form_id}/retire"): Sample({"form_id": "mau-rieng"}),
    ("GET", "/forms/drafts/{draft_id}"): Sample(_DRAFT),
    ("GET", "/forms/drafts/{draft_id}/state"): Sample(_DRAFT),
    ("POST", "/forms/drafts/{draft_id}"): Sample(_DRAFT, json={"revision": 0, "design": _DESIGN}),
    ("POST", "/forms/drafts/{draft_id}/pages"): Sample(_DRAFT),
    ("POST", "/forms/drafts/{draft_id}/pages/{number}/remove"): Sample({**_DRAFT, "number": "9"}),
    ("POST", "/forms/drafts/{draft_id}/propose"): Sample(_DRAFT, json={}),
    ("POST", "/forms/drafts/{draft_id}/read"): Sample(_DRAFT, json={}),
    ("POST", "/forms/drafts/{draft_id}/borrow"): Sample(
        _DRAFT, json={"design": _DESIGN, "form": "birth-2006"}
    ),
    ("POST", "/forms/drafts/{draft_id}/save"): Sample(_DRAFT, json={"revision": 0}),
    ("POST", "/forms/drafts/{draft_id}/drop"): Sample(_DRAFT, json={"revision": 0}),
    ("GET", "/pictures/forms/{draft_id}/{number}"): Sample({**_DRAFT, "number": "1"}),
    ("POST", "/intake"): Sample(form={"folder": "KS.2010.01", "deliveries": ["may-1/2026-11-29/1"]}),
    ("GET", "/intake/{scanner}/{day}/{serial}"): Sample(
        {"scanner": "may-1", "day": "2026-11-29", "serial": "1"}
    ),
    ("POST", "/books/{book_id}/phone"): Sample({"book_id": "1"}),
    ("GET", "/phone/{code}"): Sample({"code": "khong-co"}),
    ("POST", "/phone/{code}"): Sample({"code": "khong-co"}),
    ("POST", "/runs/{book_id}"): Sample({"book_id": "1"}),
    ("GET", "/uploads/{book_id}"): Sample({"book_id": "1"}),
    ("POST", "/uploads/{book_id}"): Sample({"book_id": "1"}, json={"name": "trang-1.jpg", "size": 1000}),
    ("POST", "/uploads/{book_id}/{upload_id}"): Sample(_UPLOAD),
    ("POST", "/uploads/{book_id}/{upload_id}/end"): Sample(_UPLOAD, json={"sha256": "0" * 64}),
    ("GET", "/pictures/books/{book_id}/failures/{sha256}/{page_no}"): Sample(
        {"book_id": "1", "sha256": FAILED_SCAN, "page_no": "1"}
    ),
    ("GET", "/books/{book_id}"): Sample({"book_id": "1"}),
    ("POST", "/books/{book_id}"): Sample({"book_id": "1"}, {"volume": "01/2010", "reason": ""}),
    ("GET", "/withdrawals/{book_id}"): Sample({"book_id": "1"}),
    ("POST", "/withdrawals/{book_id}"): Sample({"book_id": "1"}, {"part": "book", "reason": ""}),
    ("POST", "/withdrawals/{book_id}/undo"): Sample({"book_id": "1"}, {"number": "1", "reason": ""}),
    ("POST", "/withdrawals/{book_id}/replace"): Sample(
        {"book_id": "1"},
        {"old": f"{'a' * 64}:1", "new": f"{'a' * 64}:1", "reason": ""},
    ),
    ("GET", "/data-entry/{book_id}"): Sample({"book_id": "1"}),
    ("POST", "/data-entry/{book_id}/columns"): Sample({"book_id": "1"}, {"field": "registration_type"}),
    ("GET", "/data-entry/{book_id}/{scan}/{page_no}"): Sample(_PAGE),
    ("POST", "/data-entry/{book_id}/{scan}/{page_no}"): Sample(_PAGE, {"count": "1"}),
    ("POST", "/data-entry/{book_id}/{scan}/{page_no}/discard"): Sample(_PAGE, {"entry": "1"}),
    ("GET", "/pictures/books/{book_id}/{scan}/{page_no}"): Sample(_PAGE),
    ("POST", "/teams"): Sample(form={"team": "Tổ 1", "login": "ai.do"}),
    ("POST", "/assignments/{book_id}"): Sample({"book_id": "1"}, {"login": "ai.do"}),
    ("POST", "/custody/books"): Sample(
        form={"folder": "", "place": "00001", "kind": "birth", "volume": "01/2010"}
    ),
    ("POST", "/custody/notes"): Sample(form={"books": ["khong-co"], "giver": "Thử", "receiver": "Thử"}),
    ("GET", "/custody/notes/{note_id}"): Sample(_NOTE),
    ("POST", "/custody/notes/{note_id}/sign"): Sample(_NOTE, {"side": "giver"}),
    ("POST", "/custody/notes/{note_id}/cancel"): Sample(_NOTE, {"reason": "nhầm sổ"}),
    ("POST", "/lots"): Sample(form={"books": ["1"]}),
    ("GET", "/lots/{lot_id}"): Sample(_LOT),
    ("GET", "/lots/{lot_id}/bien-ban.pdf"): Sample(_LOT),
    ("POST", "/lots/{lot_id}/close"): Sample(_LOT),
    ("POST", "/lots/{lot_id}/cancel"): Sample(_LOT, {"reason": "nhầm sổ"}),
    ("GET", "/pictures/tasks/{task_id}/page"): Sample(_TASK),
    ("GET", "/pictures/tasks/{task_id}/ink/{left}/{top}/{right}/{bottom}"): Sample(
        {**_TASK, "left": "10", "top": "10", "right": "60", "bottom": "40"}
    ),
    ("GET", "/pictures/tasks/{task_id}/copy/page"): Sample(_TASK),
    ("GET", "/pictures/tasks/{task_id}/copy/ink/{left}/{top}/{right}/{bottom}"): Sample(
        {**_TASK, "left": "10", "top": "10", "right": "60", "bottom": "40"}
    ),
    ("GET", "/pictures/tickets/{ticket_id}/page"): Sample(_TICKET),
    ("GET", "/pictures/differences/{difference_id}/page"): Sample(_DIFFERENCE),
    ("GET", "/pictures/differences/{difference_id}/ink"): Sample(_DIFFERENCE),
    ("POST", "/packages/{book_id}"): Sample({"book_id": "1"}),
    ("GET", "/packages/{book_id}/rehearsal"): Sample({"book_id": "1"}),
    ("POST", "/packages/refusals/{book_id}"): Sample({"book_id": "1"}),
    ("GET", "/packages/{book_id}/{name}"): Sample({"book_id": "1", "name": "manifest.json"}),
    ("GET", "/reconcile/{reconciliation_id}"): Sample({"reconciliation_id": "1"}),
    ("GET", "/reconcile/{reconciliation_id}/theirs"): Sample({"reconciliation_id": "1"}),
    ("POST", "/reconcile/files"): Sample(),
    ("POST", "/imports/files"): Sample(),
    ("GET", "/imports/files/{sha256}"): Sample({"sha256": "0" * 64}),
    ("POST", "/imports/files/{sha256}"): Sample({"sha256": "0" * 64}, {"act": "look"}),
    ("POST", "/imports/{import_id}/take-back"): Sample({"import_id": "IMPORT"}, {"reason": ""}),
    ("POST", "/registers/new"): Sample(form={"title": "", "prefix": ""}),
    ("GET", "/registers/{record}"): Sample({"record": "birth"}),
    ("POST", "/registers/{record}"): Sample({"record": "birth"}, {"label-0": "Thử"}),
    ("GET", "/registers/{record}/workbook"): Sample({"record": "guardianship"}),
    ("POST", "/registers/{record}/workbook"): Sample({"record": "guardianship"}, {"reason": "thử"}),
    ("POST", "/plan"): Sample(form={"place": "00000", "record": "birth", "entries": "10"}),
    ("POST", "/plan/{number}"): Sample({"number": "0"}, {"entries": "10"}),
    ("POST", "/plan/{number}/remove"): Sample({"number": "0"}),
    ("POST", "/readers/rollback"): Sample(form={"in_use": "0"}),
    ("GET", "/readers/{number}"): Sample({"number": "1"}),
    ("GET", "/readers/{number}/lines/{place}"): Sample({"number": "1", "place": "0"}),
    ("POST", "/readers/{number}/promote"): Sample({"number": "1"}, {"in_use": "0"}),
    ("POST", "/readers/{number}/decline"): Sample({"number": "1"}),
    ("GET", "/settings/{table}"): Sample({"table": "approval"}),
    ("POST", "/settings/{table}"): Sample({"table": "approval"}, {"book": "true", "amendments": "true"}),
    ("GET", "/settings/offices/{number}"): Sample({"number": "0"}),
    ("POST", "/settings/offices/{number}"): Sample(
        {"number": "0"}, {"name": "UBND xã", "place": "Xã", "code": "X", "superior": ""}
    ),
    ("GET", "/rules/{code}"): Sample({"code": "B02"}),
    ("POST", "/rules/{code}"): Sample({"code": "B02"}, {"severity": "INFO", "reason": "thử"}),
    ("POST", "/terms"): Sample(
        form={"kind": "alias", "vocab": "ethnicity", "code": "Kinh", "label": "Kinh thử"}
    ),
    ("POST", "/reconcile/differences/{difference_id}/answer"): Sample(_DIFFERENCE, {"answer": "theirs"}),
    ("POST", "/reconcile/differences/{difference_id}/amend"): Sample(_DIFFERENCE, _ORDER),
}
