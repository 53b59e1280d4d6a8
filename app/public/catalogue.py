"""The catalogue, the page of a course, covers and figures: what anybody may look at."""

import re

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import asking, covers
from app.extensions import db
from app.public import bp, course_words, shelf_words
from app.public.course_words import CoursePage
from app.public.remembering import drawn_once, public_page
from app.security import viewer
from app.templating import words
from courses import catalogue as subject
from courses.catalogue import Filters, Shelf
from courses.clock import utcnow
from courses.errors import NotFound
from courses.people import Permission

FOR_EVER = "public, max-age=31536000, immutable"
DRAWING_ONLY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
SEED = re.compile(r"[0-9a-f]{8}")


@bp.get("/")
def catalogue() -> ResponseReturnValue:
    """Everything one can enrol in now, narrowed by words and choices; the same address shows the same."""
    filters = Filters.read(request.args.to_dict(flat=False))
    shelf = subject.browse(db.session(), filters, now=utcnow())
    key = None if shelf.query else ("catalogue", shelf.content)
    return public_page(key, lambda: _page_of(shelf))


def _page_of(shelf: Shelf) -> str:
    return render_template(
        "public/catalogue.html",
        shelf=shelf,
        filters=shelf.filters,
        groups=shelf_words.groups(shelf),
        sorts=shelf_words.sorts(shelf.filters),
        chosen=shelf_words.chips(shelf.filters),
        cards=shelf_words.cards(shelf.rows, shelf),
        nearest=shelf_words.cards(shelf.nearest, shelf),
        nothing=_nothing_found(shelf),
        page_url=lambda page: shelf_words.page_address(shelf.filters, page),
        wider_url=shelf_words.address(Filters(q=shelf.filters.q)),
        this_page=shelf_words.address(shelf.filters),
    )


@bp.get("/courses/<key>")
def course(key: str) -> ResponseReturnValue:
    """One course: what it is, when it can be taken, and the one thing to do now."""
    asked = asking.number("offering")
    page = course_words.course_page(db.session(), key, asked, person=viewer(), now=utcnow())
    return public_page(("course", page.content), lambda: _course_page(page))


def _course_page(page: CoursePage) -> str:
    place = page.enrolment.offering_id if page.enrolment else None
    parts = drawn_once(("parts", page.content, place), lambda: course_words.parts_of(page))
    chosen = page.chosen.id if page.chosen else None
    return render_template(
        "public/course.html",
        page=page,
        this_page=url_for("public.course", key=page.outline.course_key, offering=chosen),
        parts=Markup(parts),  # noqa: S704 - made by a template, which escapes
        **course_words.HELPERS,
    )


@bp.get("/covers/<kind>/<seed>.svg")
def cover(kind: str, seed: str) -> ResponseReturnValue:
    """The drawn cover for a kind and a seed; the address says it all, so it may be kept for ever."""
    if kind not in subject.KINDS or not SEED.fullmatch(seed):
        raise NotFound("cover")
    response = Response(covers.draw(kind, seed), mimetype="image/svg+xml")
    return _drawing(response, FOR_EVER)


@bp.get("/courses/<key>/v<int:number>/<path:path>")
def course_file(key: str, number: int, path: str) -> ResponseReturnValue:
    """A figure of a course: of a published version for everybody, of a draft for those who may preview."""
    file = subject.file_of(db.session(), key, number, path)
    person = viewer()
    if not file.published and not (person and person.actor.may(Permission.COURSE_PREVIEW)):
        raise NotFound("course_file")
    response = Response(current_app.extensions["files"].get(file.file_key), mimetype=file.media_type)
    response.set_etag(file.file_key)
    return _drawing(response, FOR_EVER if file.published else "private, no-cache").make_conditional(request)


def _drawing(response: Response, caching: str) -> Response:
    """Pictures run nothing, even when they are opened by themselves."""
    response.headers["Cache-Control"] = caching
    response.headers["Content-Security-Policy"] = DRAWING_ONLY
    return response


def _nothing_found(shelf: Shelf) -> str:
    """What to do when nothing fits."""
    say = words().gettext
    if shelf.unknown:
        unknown = ", ".join(f"«{word}»" for word in shelf.unknown)
        return say(
            "Слова %(words)s нет ни в одном курсе. Проверьте, нет ли опечатки, или возьмите слово попроще.",
            words=unknown,
        )
    if shelf.filters.narrowed:
        return say("Уберите одно из условий выше: скорее всего, подойдёт соседний месяц или другой объём.")
    return say("Когда откроется новый набор, он появится здесь. Загляните через несколько дней.")
