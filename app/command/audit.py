"""`kafedra audit verify`: is the record of deeds whole?"""

import click

from courses import audit as record
from courses.db import Database
from courses.settings import Settings


@click.group()
def audit() -> None:
    """Журнал действий."""


@audit.command()
def verify() -> None:
    """Проверить, что записи журнала никто не менял и не удалял. Код возврата 1, если цепочка нарушена."""
    database = Database(Settings.from_env().database_url)
    with database.reading() as session:
        broken = record.broken_links(session)
    if broken:
        raise click.ClickException(
            "Цепочка нарушена в записях № "
            + ", ".join(map(str, broken[:20]))
            + ". Сравните их с резервной копией."
        )
    click.echo("Журнал цел.")
