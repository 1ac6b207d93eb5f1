"""The access table: which roles may use which route. A route outside the table is closed to all.

``docs/reference/roles.md`` says the same in words; a test checks the table for every role.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.registry.accounts.model import Role
from pipeline.registry.publishing.model import ApiScope

EVERYBODY = frozenset(Role)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
REVIEWING = frozenset({Role.REVIEWER, Role.CHECKER, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
SEARCHING = frozenset({Role.CHECKER, Role.SUPERVISOR})
RECONCILING = frozenset({Role.CHECKER, Role.SUPERVISOR})
CONFIRMING = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
SCANNING = frozenset({Role.OPERATOR, Role.SUPERVISOR})
FILTERING = SEARCHING | SCANNING
NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """The access rule of a route.

    Attributes:
        path: The path template of the route.
        roles: The permitted roles; None: anybody, without a login.
        scoped: The route concerns a single registration place, and the registry refuses people of other places. An
         unscoped route shows only data of the person's own places.
        before_change: Whether it is open to people who must first choose a new password.
        takes_bytes: Whether its body is a piece of a file.
        everywhere: Whether it concerns all places, so that people with a list of places may not use it.
        by_phone: Whether a telephone with a pass may use it, for the book of its pass.
        idle: Whether a request does not prolong the session: an open page asks by itself.
        tokens: The token scopes that open it to other systems; None: it is for people.
    """

    method: str
    path: str
    roles: frozenset[Role] | None
    scoped: bool = False
    before_change: bool = False
    takes_bytes: bool = False
    everywhere: bool = False
    by_phone: bool = False
    idle: bool = False
    tokens: frozenset[ApiScope] | None = None


def _by_token(method: str, path: str, *scopes: ApiScope) -> Access:
    return Access(method, path, NOBODY, tokens=frozenset(scopes))


ACCESS = (
    Access("GET", "/healthz", None),
    Access("GET", "/login", None),
    Access("POST", "/login", None),
    Access("GET", "/sign-in", None),
    Access("GET", "/sign-in/callback", None),
    Access("POST", "/logout", EVERYBODY, before_change=True),
    Access("GET", "/password", EVERYBODY, before_change=True),
    Access("POST", "/password", EVERYBODY, before_change=True),
    Access("GET", "/", EVERYBODY),
    Access("GET", "/session", EVERYBODY),
    Access("GET", "/notices", EVERYBODY, idle=True),
    Access("GET", "/handbook", EVERYBODY),
    Access("GET", "/handbook/images/{name}", EVERYBODY),
    Access("GET", "/handbook/{section}/{name}", EVERYBODY),
    Access("GET", "/desk", REVIEWING),
    Access("POST", "/desk/next", REVIEWING),
    Access("POST", "/desk/known", REVIEWING),
    Access("POST", "/desk/undo", REVIEWING),
    Access("POST", "/desk/held", REVIEWING),
    Access("POST", "/desk/tasks/{task_id}", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/pages", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/check", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/words", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/delivered", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/region", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/offers", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/stay", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/hand-back", REVIEWING),
    Access("POST", "/desk/tasks/{task_id}/skip", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/ask", REVIEWING, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/answer", SUPERVISORS, scoped=True),
    Access("POST", "/desk/tasks/{task_id}/rescan", REVIEWING, scoped=True),
    Access("GET", "/column", REVIEWING),
    Access("POST", "/column/next", REVIEWING, scoped=True),
    Access("POST", "/column/pictures", REVIEWING, scoped=True),
    Access("POST", "/column/words", REVIEWING, scoped=True),
    Access("POST", "/column/undo", REVIEWING),
    Access("POST", "/column/hand-back", REVIEWING),
    Access("GET", "/comments", REVIEWING),
    Access("GET", "/comments/{task_id}", REVIEWING, scoped=True),
    Access("POST", "/comments/{task_id}", REVIEWING, scoped=True),
    Access("POST", "/comments/{task_id}/{thread_id}/answer", REVIEWING, scoped=True),
    Access("POST", "/comments/{task_id}/{thread_id}/close", REVIEWING, scoped=True),
    Access("GET", "/guidelines", SUPERVISORS),
    Access("GET", "/guidelines/beside/{record}/{field}", REVIEWING),
    Access("GET", "/guidelines/{record}/{field}", SUPERVISORS),
    Access("POST", "/guidelines/{record}/{field}", SUPERVISORS),
    Access("GET", "/guidelines/{record}/{field}/example", SUPERVISORS),
    Access("POST", "/guidelines/{record}/{field}/example", SUPERVISORS, scoped=True),
    Access("GET", "/pictures/guidelines/{guideline_id}/{number}", REVIEWING, scoped=True),
    Access("GET", "/data-entry", REVIEWING),
    Access("GET", "/data-entry/{book_id}", REVIEWING, scoped=True),
    Access("POST", "/data-entry/{book_id}/columns", SUPERVISORS, scoped=True),
    Access("GET", "/data-entry/{book_id}/{scan}/{page_no}", REVIEWING, scoped=True),
    Access("POST", "/data-entry/{book_id}/{scan}/{page_no}", REVIEWING, scoped=True),
    Access("POST", "/data-entry/{book_id}/{scan}/{page_no}/discard", REVIEWING, scoped=True),
    Access("GET", "/entries/{entry_id}", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/reopen", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/recall", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/delivery", SUPERVISORS, scoped=True),
    Access("GET", "/entries/{entry_id}/print", SUPERVISORS, scoped=True),
    Access("GET", "/entries/{entry_id}/print.pdf", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/extract/draft", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/extract", SUPERVISORS, scoped=True),
    Access("GET", "/imports", SUPERVISORS),
    Access("GET", "/imports/jobs", SUPERVISORS),
    Access("POST", "/imports/files", SUPERVISORS, takes_bytes=True),
    Access("GET", "/imports/files/{sha256}", SUPERVISORS),
    Access("POST", "/imports/files/{sha256}", SUPERVISORS),
    Access("POST", "/imports/{import_id}/take-back", SUPERVISORS, scoped=True),
    Access("GET", "/extracts", SUPERVISORS),
    Access("GET", "/extracts/check", SUPERVISORS),
    Access("POST", "/extracts/check", SUPERVISORS),
    Access("POST", "/extracts/check/scan", SUPERVISORS, takes_bytes=True),
    Access("GET", "/extracts/{extract_id}", SUPERVISORS, scoped=True),
    Access("POST", "/extracts/{extract_id}/void", SUPERVISORS, scoped=True),
    Access("GET", "/search", SEARCHING),
    Access("POST", "/search", SEARCHING),
    Access("GET", "/search/{request_id}/ink/{entry_id}/{field}", SEARCHING),
    Access("POST", "/filters", FILTERING),
    Access("POST", "/filters/{filter_id}/delete", FILTERING),
    Access("GET", "/changes", SUPERVISORS),
    Access("GET", "/entries/{entry_id}/links", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/links/{link_id}", SUPERVISORS, scoped=True),
    Access("GET", "/reconcile", RECONCILING),
    Access("GET", "/reconcile/files", SUPERVISORS),
    Access("POST", "/reconcile/files", SUPERVISORS, takes_bytes=True),
    Access("GET", "/reconcile/{reconciliation_id}", RECONCILING),
    Access("GET", "/reconcile/{reconciliation_id}/theirs", RECONCILING),
    Access("POST", "/reconcile/differences/{difference_id}/answer", RECONCILING, scoped=True),
    Access("POST", "/reconcile/differences/{difference_id}/amend", RECONCILING, scoped=True),
    Access("GET", "/tickets", SCANNING),
    Access("POST", "/tickets/{ticket_id}/close", SCANNING, scoped=True),
    Access("GET", "/pictures/tasks/{task_id}/page", REVIEWING, scoped=True),
    Access("GET", "/pictures/tasks/{task_id}/ink/{left}/{top}/{right}/{bottom}", REVIEWING, scoped=True),
    Access("GET", "/pictures/tasks/{task_id}/copy/page", REVIEWING, scoped=True),
    Access("GET", "/pictures/tasks/{task_id}/copy/ink/{left}/{top}/{right}/{bottom}", REVIEWING, scoped=True),
    Access("GET", "/pictures/tickets/{ticket_id}/page", SCANNING, scoped=True),
    Access("GET", "/pictures/books/{book_id}/failures/{sha256}/{page_no}", SCANNING, scoped=True),
    Access("GET", "/pictures/differences/{difference_id}/page", RECONCILING, scoped=True),
    Access("GET", "/pictures/differences/{difference_id}/ink", RECONCILING, scoped=True),
    Access("GET", "/pictures/entries/{entry_id}/page", SUPERVISORS, scoped=True),
    Access("GET", "/pictures/books/{book_id}/{scan}/{page_no}", REVIEWING, scoped=True),
    Access("GET", "/packages", SUPERVISORS),
    Access("GET", "/packages/khoi-luong.xlsx", SUPERVISORS),
    Access("GET", "/packages/khoi-luong.pdf", SUPERVISORS),
    Access("POST", "/packages/{book_id}", SUPERVISORS, scoped=True),
    Access("POST", "/packages/refusals/{book_id}", SUPERVISORS, everywhere=True, takes_bytes=True),
    Access("GET", "/packages/{book_id}/rehearsal", SUPERVISORS, scoped=True),
    Access("GET", "/packages/{book_id}/{name}", SUPERVISORS, scoped=True),
    Access("POST", "/packages/{book_id}/handover", SUPERVISORS, scoped=True),
    Access("GET", "/communes", SUPERVISORS),
    Access("GET", "/communes/theo-xa.xlsx", SUPERVISORS),
    Access("GET", "/communes/theo-xa.pdf", SUPERVISORS),
    Access("GET", "/statistics", SUPERVISORS),
    Access("GET", "/statistics/bieu.xlsx", SUPERVISORS),
    Access("GET", "/statistics/bieu.pdf", SUPERVISORS),
    Access("GET", "/reports", SUPERVISORS),
    Access("GET", "/reports/bao-cao.xlsx", SUPERVISORS),
    Access("GET", "/reports/bao-cao.pdf", SUPERVISORS),
    Access("GET", "/reports/director", SUPERVISORS),
    Access("GET", "/reports/books", SUPERVISORS),
    Access("GET", "/reports/days", SUPERVISORS),
    Access("GET", "/reports/waiting", SUPERVISORS),
    Access("GET", "/reports/overturned", SUPERVISORS),
    Access("GET", "/reports/misread", SUPERVISORS),
    Access("GET", "/reports/missing", SUPERVISORS),
    Access("GET", "/reports/unlike", SUPERVISORS),
    Access("GET", "/reports/people", SUPERVISORS),
    Access("GET", "/reports/pilot", SUPERVISORS),
    Access("GET", "/reports/pilot/ket-qua-thu.pdf", SUPERVISORS),
    Access("GET", "/reports/pilot/ket-qua-thu.json", SUPERVISORS),
    Access("GET", "/plan", SUPERVISORS),
    Access("POST", "/plan", SUPERVISORS),
    Access("POST", "/plan/{number}", SUPERVISORS, scoped=True),
    Access("POST", "/plan/{number}/remove", SUPERVISORS, scoped=True),
    Access("GET", "/lots", SUPERVISORS),
    Access("POST", "/lots", SUPERVISORS, scoped=True),
    Access("GET", "/lots/{lot_id}", SUPERVISORS, scoped=True),
    Access("GET", "/lots/{lot_id}/bien-ban.pdf", SUPERVISORS, scoped=True),
    Access("POST", "/lots/{lot_id}/close", SUPERVISORS, scoped=True),
    Access("POST", "/lots/{lot_id}/cancel", SUPERVISORS, scoped=True),
    Access("GET", "/assignments", SUPERVISORS),
    Access("POST", "/assignments/{book_id}", SUPERVISORS, scoped=True),
    Access("POST", "/teams", SUPERVISORS),
    Access("POST", "/bulk", SUPERVISORS),
    Access("GET", "/custody", SCANNING),
    Access("GET", "/custody/scans", SCANNING),
    Access("POST", "/custody/books", SCANNING),
    Access("POST", "/custody/notes", SCANNING),
    Access("GET", "/custody/notes/{note_id}", SCANNING, scoped=True),
    Access("POST", "/custody/notes/{note_id}/sign", SCANNING, scoped=True),
    Access("POST", "/custody/notes/{note_id}/cancel", SCANNING, scoped=True),
    Access("GET", "/books", SCANNING),
    Access("GET", "/books/new", SCANNING),
    Access("POST", "/books/new", SCANNING),
    Access("GET", "/books/{book_id}", SCANNING, scoped=True),
    Access("POST", "/books/{book_id}", SCANNING, scoped=True),
    Access("GET", "/books/{book_id}/scans", SCANNING, scoped=True),
    Access("GET", "/books/{book_id}/pages", SCANNING, scoped=True),
    Access("POST", "/books/{book_id}/pages", SCANNING, scoped=True),
    Access("POST", "/books/{book_id}/pages/order", SCANNING, scoped=True),
    Access("POST", "/books/{book_id}/pages/note", SCANNING, scoped=True),
    Access("GET", "/pictures/books/{book_id}/thumbnails/{scan}/{page_no}", SCANNING, scoped=True),
    Access("GET", "/pictures/books/{book_id}/scans/{scan}/{page_no}", SCANNING, scoped=True),
    Access("POST", "/books/{book_id}/form", SCANNING, scoped=True),
    Access("GET", "/books/{book_id}/entries", SUPERVISORS, scoped=True),
    Access("GET", "/books/{book_id}/learning", SUPERVISORS, scoped=True),
    Access("GET", "/books/{book_id}/list.pdf", SUPERVISORS, scoped=True),
    Access("GET", "/books/{book_id}/list.xlsx", SUPERVISORS, scoped=True),
    Access("GET", "/books/{book_id}/pages/{scan}/{page_no}", SUPERVISORS, scoped=True),
    Access("GET", "/books/{book_id}/approval", SUPERVISORS, scoped=True),
    Access("POST", "/books/{book_id}/approval", SUPERVISORS, scoped=True),
    Access("POST", "/books/{book_id}/approval/undo", SUPERVISORS, scoped=True),
    Access("GET", "/books/{book_id}/amendments", SUPERVISORS, scoped=True),
    Access("GET", "/entries/{entry_id}/amendments", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/amendments", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/amendments/{amendment_id}/sign", SUPERVISORS, scoped=True),
    Access("POST", "/entries/{entry_id}/amendments/{amendment_id}/withdraw", SUPERVISORS, scoped=True),
    Access("GET", "/forms", SCANNING),
    Access("POST", "/forms", SCANNING),
    Access("POST", "/forms/import", SCANNING, takes_bytes=True),
    Access("GET", "/forms/files/{form_id}", SCANNING),
    Access("GET", "/forms/files/{form_id}/versions", SCANNING),
    Access("POST", "/forms/files/{form_id}/retire", SUPERVISORS),
    Access("GET", "/forms/drafts/{draft_id}", SCANNING, scoped=True),
    Access("POST", "/forms/drafts/{draft_id}", SCANNING, scoped=True),
    Access("GET", "/forms/drafts/{draft_id}/state", SCANNING, scoped=True),
    Access("POST", "/forms/drafts/{draft_id}/pages", SCANNING, scoped=True, takes_bytes=True),
    Access("POST", "/forms/drafts/{draft_id}/pages/{number}/remove", SCANNING, scoped=True),
    Access("POST", "/forms/drafts/{draft_id}/propose", SCANNING, scoped=True),
    Access("POST", "/forms/drafts/{draft_id}/read", SCANNING, scoped=True),
    Access("POST", "/forms/drafts/{draft_id}/borrow", SCANNING, scoped=True),
    Access("POST", "/forms/drafts/{draft_id}/save", SUPERVISORS, scoped=True),
    Access("POST", "/forms/drafts/{draft_id}/drop", SCANNING, scoped=True),
    Access("GET", "/pictures/forms/{draft_id}/{number}", SCANNING, scoped=True),
    Access("GET", "/intake", SCANNING),
    Access("POST", "/intake", SCANNING),
    Access("GET", "/intake/{scanner}/{day}/{serial}", SCANNING),
    Access("GET", "/runs", SCANNING),
    Access("POST", "/runs", SCANNING),
    Access("GET", "/runs/progress", SCANNING),
    Access("POST", "/runs/{book_id}", SCANNING, scoped=True),
    Access("GET", "/uploads/{book_id}", SCANNING, scoped=True, by_phone=True),
    Access("POST", "/uploads/{book_id}", SCANNING, scoped=True, by_phone=True),
    Access("POST", "/uploads/{book_id}/{upload_id}", SCANNING, takes_bytes=True, by_phone=True),
    Access("POST", "/uploads/{book_id}/{upload_id}/end", SCANNING, scoped=True, by_phone=True),
    Access("POST", "/books/{book_id}/phone", SCANNING, scoped=True),
    Access("GET", "/phone/{code}", None),
    Access("POST", "/phone/{code}", None),
    Access("GET", "/phone", SCANNING, by_phone=True),
    Access("GET", "/withdrawals", SUPERVISORS),
    Access("GET", "/withdrawals/{book_id}", SUPERVISORS, scoped=True),
    Access("POST", "/withdrawals/{book_id}", SUPERVISORS, scoped=True),
    Access("POST", "/withdrawals/{book_id}/undo", SUPERVISORS, scoped=True),
    Access("POST", "/withdrawals/{book_id}/replace", SUPERVISORS, scoped=True),
    Access("GET", "/confirmations", CONFIRMING),
    Access("POST", "/confirmations/policies/{change_id}", CONFIRMING, everywhere=True),
    Access("POST", "/confirmations/{act_id}", CONFIRMING),
    Access("GET", "/audit", CONFIRMING, everywhere=True),
    Access("GET", "/audit/progress", CONFIRMING, everywhere=True),
    Access("POST", "/audit/check", CONFIRMING, everywhere=True),
    Access("POST", "/audit/seal", CONFIRMING, everywhere=True),
    Access("GET", "/backup", CONFIRMING, everywhere=True),
    Access("GET", "/backup/progress", CONFIRMING, everywhere=True),
    Access("POST", "/backup", CONFIRMING, everywhere=True),
    Access("POST", "/backup/check", CONFIRMING, everywhere=True),
    Access("POST", "/backup/keys", CONFIRMING, everywhere=True),
    Access("GET", "/readers", SUPERVISORS, everywhere=True),
    Access("POST", "/readers/rollback", SUPERVISORS, everywhere=True),
    Access("GET", "/readers/{number}", SUPERVISORS, everywhere=True),
    Access("GET", "/readers/{number}/lines/{place}", SUPERVISORS, everywhere=True),
    Access("POST", "/readers/{number}/promote", SUPERVISORS, everywhere=True),
    Access("POST", "/readers/{number}/decline", SUPERVISORS, everywhere=True),
    Access("GET", "/settings", CONFIRMING),
    Access("GET", "/settings/{table}", CONFIRMING, everywhere=True),
    Access("GET", "/settings/sign-in", CONFIRMING, everywhere=True),
    Access("POST", "/settings/sign-in", CONFIRMING, everywhere=True),
    Access("POST", "/settings/sign-in/test", CONFIRMING, everywhere=True),
    Access("GET", "/settings/signing", CONFIRMING, everywhere=True),
    Access("POST", "/settings/signing", CONFIRMING, everywhere=True),
    Access("POST", "/settings/signing/certificate", ADMINISTRATORS, everywhere=True),
    Access("POST", "/settings/signing/test", CONFIRMING, everywhere=True),
    Access("POST", "/settings/signing/trial", CONFIRMING, everywhere=True),
    Access("GET", "/settings/signing/trial.pdf", CONFIRMING, everywhere=True),
    Access("POST", "/settings/secrets/{name}", ADMINISTRATORS, everywhere=True),
    Access("POST", "/settings/{table}", CONFIRMING, everywhere=True),
    Access("POST", "/settings/{table}/test", CONFIRMING, everywhere=True),
    Access("POST", "/backup/machine", CONFIRMING, everywhere=True),
    Access("POST", "/backup/rehearse", CONFIRMING, everywhere=True),
    Access("GET", "/settings/offices/{number}", CONFIRMING, everywhere=True),
    Access("POST", "/settings/offices/{number}", CONFIRMING, everywhere=True),
    Access("GET", "/registers", CONFIRMING, everywhere=True),
    Access("GET", "/registers/new", CONFIRMING, everywhere=True),
    Access("POST", "/registers/new", CONFIRMING, everywhere=True),
    Access("GET", "/registers/{record}", CONFIRMING, everywhere=True),
    Access("POST", "/registers/{record}", CONFIRMING, everywhere=True),
    Access("GET", "/registers/{record}/workbook", CONFIRMING, everywhere=True),
    Access("POST", "/registers/{record}/workbook", CONFIRMING, everywhere=True),
    Access("GET", "/rules", CONFIRMING, everywhere=True),
    Access("GET", "/rules/{code}", CONFIRMING, everywhere=True),
    Access("POST", "/rules/{code}", CONFIRMING, everywhere=True),
    Access("GET", "/terms", CONFIRMING, everywhere=True),
    Access("POST", "/terms", CONFIRMING, everywhere=True),
    Access("GET", "/new-accounts", ADMINISTRATORS),
    Access("POST", "/new-accounts", ADMINISTRATORS),
    Access("GET", "/accounts", ADMINISTRATORS),
    Access("POST", "/accounts", ADMINISTRATORS),
    Access("GET", "/accounts/{login}", ADMINISTRATORS),
    Access("POST", "/accounts/{login}/name", ADMINISTRATORS),
    Access("POST", "/accounts/{login}/duties", ADMINISTRATORS),
    Access("POST", "/accounts/{login}/reset", ADMINISTRATORS),
    Access("POST", "/accounts/{login}/deactivate", ADMINISTRATORS),
    Access("POST", "/accounts/{login}/activate", ADMINISTRATORS),
    Access("GET", "/api-tokens", ADMINISTRATORS),
    Access("POST", "/api-tokens", ADMINISTRATORS),
    Access("POST", "/api-tokens/{name}/revoke", ADMINISTRATORS),
    _by_token("GET", "/api/v1/openapi.json", *ApiScope),
    _by_token("GET", "/api/v1/books", ApiScope.BOOKS),
    _by_token("GET", "/api/v1/books/{book_id}", ApiScope.BOOKS),
    _by_token("GET", "/api/v1/books/{book_id}/entries", ApiScope.ENTRIES),
    _by_token("GET", "/api/v1/books/{book_id}/package", ApiScope.PACKAGES),
    _by_token("GET", "/api/v1/entries/{entry_id}", ApiScope.ENTRIES),
    _by_token("POST", "/api/v1/search", ApiScope.SEARCH),
)

BY_ROUTE = {(access.method, access.path): access for access in ACCESS}


def may_open(role: Role, path: str, *, everywhere: bool = True) -> bool:
    """Return whether a role may open a page; ``everywhere``: the person may see all places."""
    access = BY_ROUTE.get(("GET", path))
    return (
        access is not None
        and (access.roles is None or role in access.roles)
        and (everywhere or not access.everywhere)
    )
