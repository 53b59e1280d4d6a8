"""Public pages that were drawn before: a page that depends on nothing but known values is drawn once for
them.

What is looked up stays live (a free seat is read from the database for every visitor); only drawing is
saved. Pages of people who are signed in, and pages with a message on them, are never kept.
"""

from collections.abc import Callable, Hashable

from flask import Response, current_app, make_response, request, session

from app.security import viewer
from app.templating import display, language
from courses.catalogue import Memory

KEPT = 200
FLASHES = "_flashes"


def drawn_once(key: Hashable, draw: Callable[[], str]) -> str:
    """What `draw` makes for this key, in this language and look."""
    kept: Memory[str] = current_app.extensions.setdefault("drawn", Memory(KEPT))
    full = (key, language(), display())
    text = kept.get(full)
    if text is None:
        text = draw()
        kept.keep(full, text)
    return text


def public_page(key: Hashable | None, draw: Callable[[], str]) -> Response:
    """A page for anybody, with an ETag: who has it already is told so in a few bytes.

    No key: drawn each time.
    """
    if viewer() is not None or FLASHES in session:
        return make_response(draw())
    response = make_response(draw() if key is None else drawn_once(key, draw))
    response.add_etag()
    response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    response.vary.update(("Cookie", "Accept-Language"))
    response.make_conditional(request)
    return response
