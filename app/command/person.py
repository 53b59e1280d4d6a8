"""`kafedra person …`: the first administrator, and anybody else who is entered by hand."""

from collections.abc import Iterator

import click

from app.command.opened import opened_database
from app.public.account_forms import NAME_SENTENCES, SENTENCES
from courses import people
from courses.clock import utcnow
from courses.errors import Conflict, Invalid
from courses.people import Registration, Role
from courses.settings import Settings
from courses.texts import texts

WORDS = texts("ru")
FIELDS = {
    "email": "Адрес электронной почты",
    "family_name": "Фамилия",
    "given_name": "Имя",
    "patronymic": "Отчество",
    "password": "Пароль",
}


@click.group()
def person() -> None:
    """Люди и роли."""


@person.command()
@click.option("--email", prompt="Адрес электронной почты")
@click.option("--family-name", prompt="Фамилия")
@click.option("--given-name", prompt="Имя")
@click.option("--patronymic", prompt="Отчество (если есть)", default="", show_default=False)
@click.option(
    "--role", type=click.Choice([role.value for role in Role if role is not Role.LEARNER]), default=None
)
@click.option("--password", prompt="Пароль", hide_input=True, confirmation_prompt="Пароль ещё раз")
def create(
    email: str, family_name: str, given_name: str, patronymic: str, role: str | None, password: str
) -> None:
    """Завести человека с подтверждённым адресом, например первого администратора (--role administrator)."""
    wish = Registration(email, password, family_name, given_name, patronymic)
    try:
        checked = people.check_registration(wish)
        with opened_database(Settings.from_env()) as database, database.unit_of_work() as session:
            person_id = people.enter(session, checked, by=people.SYSTEM, now=utcnow())
            if role:
                people.grant_role(session, person_id, Role(role), by=people.SYSTEM, now=utcnow())
    except Invalid as refusal:
        raise click.ClickException("\n".join(_complaints(wish, refusal))) from None
    except Conflict:
        raise click.ClickException(f"Человек с адресом {email} уже есть.") from None
    click.echo(f"Готово: человек № {person_id}.")


def _complaints(wish: Registration, refusal: Invalid) -> Iterator[str]:
    """What is wrong with every field, in the sentences of the registration page."""
    names = {
        part: people.clean_name(getattr(wish, part)) for part in ("family_name", "given_name", "patronymic")
    }
    problems = people.name_problems(names)
    for name, code in refusal.details.items():
        if name in problems:
            said = WORDS.gettext(NAME_SENTENCES[str(code)], suggestion=problems[name].suggestion)
        else:
            said = WORDS.gettext(SENTENCES[name][str(code)])
        yield f"{FIELDS[name]}: {said}"
