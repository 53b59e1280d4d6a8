"""The installation's database, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from courses.db import Database
from courses.settings import Settings

ADVICE = "Проверьте DATABASE_URL и выполните kafedra migrate."


@contextmanager
def opened_database(settings: Settings, advice: str = ADVICE) -> Iterator[Database]:
    """The database; one that is away, or has no schema yet, ends the command with a sentence."""
    database = Database(settings.database_url)
    try:
        yield database
    except (OperationalError, ProgrammingError) as error:
        raise click.ClickException(f"База данных не готова: {_reason(error)}. {advice}") from None
    finally:
        database.engine.dispose()


def _reason(error: DBAPIError) -> str:
    """The first line of what the database said."""
    said = str(error.orig).strip().splitlines()
    return said[0].rstrip(".") if said else type(error).__name__
