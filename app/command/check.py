"""`kafedra check`: what is configured, and what is wrong with it."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import click
import redis
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from app.command.prepare import STATIC, alembic_config
from app.command.processes import refuse_unsafe
from courses import certificates
from courses.db import make_engine
from courses.errors import Invalid
from courses.files import FolderStore
from courses.settings import EXAMPLE_ORGANISATION, Settings
from courses.texts import texts

DRAWN = "facsimile"
ATTESTED = {"seal": "печать", "signature": "подпись"}
Finding = tuple[bool, str, str]


@click.command()
def check() -> None:
    """Показать настройки и проверить, что каждая часть на месте. Код возврата 1, если что-то не так."""
    try:
        settings = Settings.from_env()
    except ValueError as error:
        raise click.ClickException(
            f"Неверное значение в настройках: {error}. Числа пишутся цифрами."
        ) from None
    findings = [finding for look in LOOKS for finding in look(settings)]
    for fine, what, detail in findings:
        click.echo(f"{'  хорошо ' if fine else '  ПЛОХО  '} {what}: {detail}")
    if not all(fine for fine, _, _ in findings):
        raise click.exceptions.Exit(1)


def _secret(settings: Settings) -> Iterator[Finding]:
    try:
        refuse_unsafe(settings)
    except click.ClickException as refusal:
        yield False, "режим и секрет", refusal.message
        return
    yield True, "режим и секрет", f"{settings.environment}, адрес {settings.public_url}"


def _folder(settings: Settings) -> Iterator[Finding]:
    if FolderStore(settings.files_folder).writable():
        yield True, "папка данных", str(settings.var)
    else:
        yield False, "папка данных", f"в {settings.var} нельзя писать; дайте права или задайте KAFEDRA_VAR"


def _database(settings: Settings) -> Iterator[Finding]:
    shown = hidden_password(settings.database_url)
    try:
        engine = make_engine(settings.database_url)
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        engine.dispose()
    except SQLAlchemyError as error:
        yield False, "база данных", f"{shown} не открывается ({type(error).__name__}); проверьте DATABASE_URL"
        return
    yield True, "база данных", shown
    head = ScriptDirectory.from_config(alembic_config(settings.database_url)).get_current_head()
    if current == head:
        yield True, "схема базы", str(current)
    else:
        yield False, "схема базы", f"{current or 'пусто'}, нужна {head}; выполните kafedra migrate"


def _broker(settings: Settings) -> Iterator[Finding]:
    shown = hidden_password(settings.redis_url)
    try:
        redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2).ping()
    except (redis.RedisError, ValueError) as error:
        if settings.embedded_broker:
            yield True, "брокер", "встроенный, запускается вместе с kafedra run (сейчас не запущен)"
        else:
            yield False, "брокер", f"{shown} не отвечает ({type(error).__name__}); проверьте REDIS_URL"
        return
    yield True, "брокер", shown


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.smtp_url:
        yield True, "почта", hidden_password(settings.smtp_url)
    elif settings.production:
        yield False, "почта", "KAFEDRA_SMTP_URL не задан: письма не уйдут, люди не подтвердят адрес"
    else:
        yield True, "почта", f"без сервера, письма складываются в {settings.mail_folder}"


def _issuer(settings: Settings) -> Iterator[Finding]:
    """What certificates say of the organisation: nothing invented where they are real, images that open."""
    invented = settings.production and settings.organisation == EXAMPLE_ORGANISATION
    if invented or not settings.organisation.strip():
        yield False, "организация", "KAFEDRA_ORGANISATION не задан: на сертификатах будет чужое название"
    else:
        yield True, "организация", settings.organisation
    try:
        attested = certificates.attestation(settings, texts("ru"))
    except Invalid as refusal:
        yield (
            False,
            "печать и подпись",
            f"{refusal.details['file']} не открывается; нужен PNG или JPEG до 5 МБ",
        )
        return
    given = [name for what, name in ATTESTED.items() if attested.get(what, DRAWN) != DRAWN]
    drawn = "нарисованные, для показа" if settings.demo else "линия для подписи и «М. П.»"
    yield True, "печать и подпись", f"изображения: {', '.join(given)}" if given else drawn


def _assets(_settings: Settings) -> Iterator[Finding]:
    built = (STATIC / "build" / "manifest.json").exists()
    yield built, "стили и шрифты", "собраны" if built else "не собраны; выполните kafedra build"


def hidden_password(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return url.replace(f":{parts.password}@", ":•••@", 1)


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _secret,
    _folder,
    _database,
    _broker,
    _mail,
    _issuer,
    _assets,
)
