"""Everything an installation needs before its processes start. Each step may be repeated after a break."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config

from app.build import build as build_assets
from app.command.demo import demo
from app.command.opened import opened_database
from courses import people
from courses.clock import utcnow
from courses.settings import Settings
from courses.texts import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "app" / "static"
MIGRATIONS = ROOT / "migrations"


def alembic_config(database_url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config(MIGRATIONS / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = database_url
    return config


@click.command()
def build() -> None:
    """Собрать шрифты, стили и переводы (нужно один раз после установки)."""
    build_assets(STATIC)
    compile_catalogues()


@click.command()
def migrate() -> None:
    """Привести базу данных к текущей схеме."""
    settings = Settings.from_env()
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(
            f"Папку {settings.var} не создать ({error.strerror}). Задайте другую: KAFEDRA_VAR=/путь."
        ) from None
    with opened_database(settings, "Проверьте DATABASE_URL и повторите.") as database:
        command.upgrade(alembic_config(settings.database_url), "head")
        with database.unit_of_work() as session:
            people.ensure_system(session, now=utcnow())


@click.command()
@click.pass_context
def prepare(ctx: click.Context) -> None:
    """Собрать, привести базу к схеме и, в показательной установке, загрузить примеры."""
    settings = Settings.from_env()
    ctx.invoke(build)
    ctx.invoke(migrate)
    if settings.demo:
        ctx.invoke(demo)
