"""Offerings: preparing one on a published version, opening it, closing it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.author import bp
from app.author.forms import TERMS, TermsForm, form_of
from app.extensions import db, unit_of_work
from app.forms import refusals_on
from app.security import actor
from app.templating import words
from courses import catalogue, people
from courses.catalogue import Offering, OfferingState, Outline
from courses.clock import utcnow
from courses.people import Permission


@bp.get("/versions/<int:version_id>/offerings")
def offerings(version_id: int) -> ResponseReturnValue:
    """The offerings of a version stand on its page."""
    return redirect(url_for("author.version", version_id=version_id, _anchor="offerings"), 303)


@bp.route("/versions/<int:version_id>/offerings/new", methods=["GET", "POST"])
def new_offering(version_id: int) -> ResponseReturnValue:
    """Open an offering of a published version, on these terms."""
    people.require(actor(), Permission.OFFERING_OPEN)
    outline = catalogue.access_version(db.session(), version_id, by=actor())
    form = TermsForm()
    if form.validate_on_submit():
        with refusals_on(form, TERMS), unit_of_work() as session:
            catalogue.open_offering(session, version_id, terms=form.terms(), by=actor(), now=utcnow())
            flash(words().gettext("Набор открыт: курс появился в каталоге."), "ok")
            return redirect(url_for("author.version", version_id=version_id, _anchor="offerings"), 303)
    return _page(form, outline, None)


@bp.route("/offerings/<int:offering_id>", methods=["GET", "POST"])
def edit_offering(offering_id: int) -> ResponseReturnValue:
    """Change what is agreed: everything before opening, afterwards what harms nobody."""
    people.require(actor(), Permission.OFFERING_OPEN, offering_id=offering_id)
    offering = catalogue.get_offering(db.session(), offering_id)
    outline = catalogue.version_outline(db.session(), offering.course_version_id)
    form = TermsForm() if request.method == "POST" else form_of(offering)
    if form.validate_on_submit():
        with refusals_on(form, TERMS), unit_of_work() as session:
            catalogue.change_offering(session, offering_id, terms=form.terms(), by=actor(), now=utcnow())
            flash(words().gettext("Условия набора сохранены."), "ok")
            return redirect(url_for("author.version", version_id=outline.course_version_id), 303)
    return _page(form, outline, offering)


@bp.post("/offerings/<int:offering_id>/open")
def open_offering(offering_id: int) -> ResponseReturnValue:
    """Open an offering that was prepared, as it stands."""
    with unit_of_work() as session:
        people.require(actor(), Permission.OFFERING_OPEN, offering_id=offering_id)
        offering = catalogue.get_offering(session, offering_id)
        version_id, terms = offering.course_version_id, catalogue.terms_of(offering)
        catalogue.open_offering(
            session, version_id, terms=terms, by=actor(), now=utcnow(), offering_id=offering_id
        )
    flash(words().gettext("Набор открыт: курс появился в каталоге."), "ok")
    return redirect(url_for("author.version", version_id=version_id, _anchor="offerings"), 303)


@bp.post("/offerings/<int:offering_id>/close")
def close_offering(offering_id: int) -> ResponseReturnValue:
    """Take nobody in any more; who is in goes on."""
    with unit_of_work() as session:
        offering = catalogue.close_offering(session, offering_id, by=actor(), now=utcnow())
        version_id = offering.course_version_id
    flash(words().gettext("Набор закрыт. Кто записался, продолжает учиться."), "ok")
    return redirect(url_for("author.version", version_id=version_id, _anchor="offerings"), 303)


def _page(form: TermsForm, outline: Outline, offering: Offering | None) -> ResponseReturnValue:
    opened = offering is not None and offering.state is not OfferingState.DRAFT
    page = render_template(
        "author/offering.html", form=form, outline=outline, offering=offering, opened=opened
    )
    return page, 422 if form.refused or form.form_errors else 200
