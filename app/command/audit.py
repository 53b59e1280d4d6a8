"""`kafedra audit verify`: is the record of deeds whole?"""

import click

from app.command.opened import opened_database
from courses import audit as record
from courses.settings import Settings


@click.group()
def audit() -> None:
    """Журнал действий."""


@audit.command()
def verify() -> None:
    """Проверить, что записи журнала никто не менял и не удалял. Код возврата 1, если цепочка нарушена."""
    with opened_database(Settings.from_env()) as database, database.reading() as session:
        broken = record.broken_links(session)
    if broken:
        raise click.ClickException(
            "Цепочка нарушена в записях № "
            + ", ".join(map(str, broken[:20]))
            + ". Сравните их с резервной копией."
        )
    click.echo("Журнал цел.")
