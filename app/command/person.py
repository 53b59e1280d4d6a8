"""`kafedra person …`: the first administrator, and anybody else who is entered by hand."""

import click
from sqlalchemy.exc import SQLAlchemyError

from courses import people
from courses.clock import utcnow
from courses.db import Database
from courses.errors import Conflict, Invalid
from courses.people import Registration, Role
from courses.settings import Settings


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
    try:
        checked = people.check_registration(
            Registration(email, password, family_name, given_name, patronymic)
        )
        with Database(Settings.from_env().database_url).unit_of_work() as session:
            person_id = people.enter(session, checked, by=people.SYSTEM, now=utcnow())
            if role:
                people.grant_role(session, person_id, Role(role), by=people.SYSTEM, now=utcnow())
    except Invalid as refusal:
        wrong = ", ".join(f"{field} ({code})" for field, code in refusal.details.items())
        raise click.ClickException(f"Не подходит: {wrong}. Исправьте и повторите.") from None
    except Conflict:
        raise click.ClickException(f"Человек с адресом {email} уже есть.") from None
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"База данных не готова ({type(error).__name__}). Выполните kafedra migrate и повторите."
        ) from None
    click.echo(f"Готово: человек № {person_id}.")
