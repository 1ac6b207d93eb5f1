"""Access to a form: a person who changes a form must supervise every place whose books are read by it.

While no book is, they must supervise the places of the person who saved its first version.
"""

from __future__ import annotations

from pipeline.declarations.schema import Form
from pipeline.form_design.design import Design
from pipeline.form_design.draft import DraftRefused
from pipeline.registry.accounts.model import Session
from pipeline.web.context import Site

OTHER_PLACES = (
    "Mẫu “{name}” đang dùng cho sổ của nơi mà bạn không được giao, nên bạn không đổi mẫu ấy được. "
    "Hãy đặt mã khác, hoặc nhờ người phụ trách cả cơ quan."
)
OTHER_PRINTINGS = (
    "Mẫu này là bản in khác của một mẫu đang dùng cho sổ của nơi mà bạn không được giao, nên bạn không đổi được. "
    "Hãy nhờ người phụ trách cả cơ quan."
)

OTHER_AUTHOR = (
    "Mẫu “{name}” do người của nơi khác tạo và chưa có sổ nào dùng, nên bạn không đổi mẫu ấy được. "
    "Hãy đặt mã khác, hoặc nhờ người phụ trách cả cơ quan."
)


def check_places(site: Site, session: Session, form: Form | Design, before: Form | None = None) -> int:
    """Check that a person supervises all places of a form, and return the number of books declared with it.

    Args:
        form: The form after the change.

    Raises:
        DraftRefused: Books of other places are read by it, or by the form of which it is or was another printing; or
            no book is, and a person of other places saved it first.
    """
    bases = {form.printing_of, "" if before is None else before.printing_of} - {""}
    states = site.registry.statistics(None).book_states()
    if not all(session.person.may_see(state.place_code) for state in states if state.form in bases):
        raise DraftRefused(OTHER_PRINTINGS)
    books = [state for state in states if state.form == form.id]
    if not all(session.person.may_see(book.place_code) for book in books):
        raise DraftRefused(OTHER_PLACES.format(name=form.id))
    if not books and not _is_of_places(site, session, form.id):
        raise DraftRefused(OTHER_AUTHOR.format(name=form.id))
    return len(books)


def _is_of_places(site: Site, session: Session, form_id: str) -> bool:
    """Return whether a person supervises all places of the person who saved an own form first."""
    own, mine = site.forms.own, session.person.places
    if mine is None or own is None or not own.is_own(form_id):
        return True
    first = own.versions(form_id)[-1].author
    authors = [account.person for account in site.registry.accounts().list() if account.person.login == first]
    return all(author.places is not None and set(author.places) <= set(mine) for author in authors)
