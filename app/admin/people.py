"""People and their roles, for administrators."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from app import asking
from app.admin import bp
from app.extensions import db, unit_of_work
from app.forms import Form, refusals_on
from app.security import actor
from app.templating import words
from courses import audit, catalogue, people
from courses.clock import utcnow
from courses.errors import Invalid, NotFound
from courses.people import Permission, PersonCard, Role
from courses.texts import N_

ROLES = {
    Role.INSTRUCTOR: N_("Преподаватель"),
    Role.EXPERT: N_("Эксперт"),
    Role.CONTENT_DEVELOPER: N_("Автор курсов"),
    Role.ADMINISTRATOR: N_("Администратор"),
}
SENTENCES = {
    "whole_site_only": N_("Эту роль дают только на весь сайт: оставьте номер группы пустым."),
    "no_offering": N_("Группы с таким номером нет."),
    "last_administrator": N_("Это последний администратор. Сначала дайте эту роль кому-нибудь ещё."),
    "oneself": N_("Себя отключить нельзя: попросите другого администратора."),
}
DEEDS = {
    "role.grant": N_("Дана роль"),
    "role.withdraw": N_("Снята роль"),
    "person.disable": N_("Учётная запись отключена"),
    "person.enable": N_("Учётная запись включена"),
    "person.rename": N_("Изменено имя"),
}


class RoleForm(Form):
    """A role, on the whole site or on one offering."""

    role = SelectField()
    offering_id = IntegerField(validators=[Optional(), NumberRange(min=1, max=2_000_000_000)])

    def __init__(self) -> None:
        super().__init__()
        self.role.label.text = words().gettext("Роль")
        self.role.choices = [SelectChoice(role.value, words().gettext(name)) for role, name in ROLES.items()]
        self.offering_id.label.text = words().gettext("Номер группы")


@bp.get("/people", endpoint="people")
def people_list() -> ResponseReturnValue:
    """Everybody, found by parts of the name or address."""
    asked = asking.text()
    page = people.find_people(db.session(), asked, page=asking.page_number(), by=actor())
    return render_template("admin/people/list.html", page=page, asked=asked, roles=ROLES)


@bp.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """One person: what is known, their roles, what was done about them."""
    return _page(person_id, RoleForm())


@bp.post("/people/<int:person_id>/roles")
def grant_role(person_id: int) -> ResponseReturnValue:
    """Give a role."""
    form = RoleForm()
    if form.validate_on_submit():
        with refusals_on(form, SENTENCES), unit_of_work() as session:
            _grant(session, person_id, Role(form.role.data), form.offering_id.data)
            flash(words().gettext("Роль дана. Она действует сразу."), "ok")
            return redirect(url_for("admin.person", person_id=person_id), 303)
    return _page(person_id, form)


@bp.post("/people/<int:person_id>/roles/<int:grant_id>/withdraw")
def withdraw_role(person_id: int, grant_id: int) -> ResponseReturnValue:
    """Take a role back."""
    form = RoleForm()
    with refusals_on(form, SENTENCES), unit_of_work() as session:
        people.withdraw_role(session, person_id, grant_id, by=actor(), now=utcnow())
        flash(words().gettext("Роль снята."), "ok")
        return redirect(url_for("admin.person", person_id=person_id), 303)
    return _page(person_id, form, 409)


@bp.post("/people/<int:person_id>/disable")
def disable_person(person_id: int) -> ResponseReturnValue:
    """Switch the account off."""
    form = RoleForm()
    with refusals_on(form, SENTENCES), unit_of_work() as session:
        people.disable_person(session, person_id, by=actor(), now=utcnow())
        flash(words().gettext("Учётная запись отключена, все входы закрыты."), "ok")
        return redirect(url_for("admin.person", person_id=person_id), 303)
    return _page(person_id, form, 409)


@bp.post("/people/<int:person_id>/enable")
def enable_person(person_id: int) -> ResponseReturnValue:
    """Switch the account on again."""
    with unit_of_work() as session:
        people.enable_person(session, person_id, by=actor(), now=utcnow())
    flash(words().gettext("Учётная запись снова работает."), "ok")
    return redirect(url_for("admin.person", person_id=person_id), 303)


def _grant(session: Session, person_id: int, role: Role, offering_id: int | None) -> None:
    if offering_id is not None:
        try:
            catalogue.get_offering(session, offering_id)
        except NotFound:
            raise Invalid("role", offering_id="no_offering") from None
    people.grant_role(session, person_id, role, offering_id=offering_id, by=actor(), now=utcnow())


def _page(person_id: int, form: RoleForm, refused: int = 422) -> ResponseReturnValue:
    session = db.session()
    card = people.person_card(session, person_id, by=actor())
    deeds = audit.entries_about(session, "person", person_id)
    page = render_template(
        "admin/people/person.html",
        card=card,
        form=form,
        roles=ROLES,
        offerings=_titles(session, card),
        deeds=deeds,
        deed_names=DEEDS,
        actors=people.names_of(session, {deed.actor_id for deed in deeds}),
        permitted=actor().may(Permission.ROLE_GRANT),
    )
    return page, refused if form.refused else 200


def _titles(session: Session, card: PersonCard) -> dict[int, str]:
    """The titles of the offerings on which roles are held."""
    held = [role.offering_id for role in card.roles if role.offering_id is not None]
    rows = session.execute(
        select(catalogue.Offering.id, catalogue.CourseVersion.title)
        .join(catalogue.CourseVersion, catalogue.CourseVersion.id == catalogue.Offering.course_version_id)
        .where(catalogue.Offering.id.in_(held))
    )
    return {row.id: row.title for row in rows}
