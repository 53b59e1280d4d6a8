"""The whole installation as one foreground job: broker, web, worker, scheduler, watched together."""

import errno
import fcntl
import gc
import importlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.command.accounts import ACCOUNTS, PASSWORD
from app.command.broker import valkey_command, wait_until_ready
from app.command.part import Part, tie_by_the_system
from app.command.processes import refuse_unsafe, scheduler_words, web_words, worker_words
from courses.settings import DEFAULT_SECRET, SHORTEST_SECRET, Settings

OLDEST_PYTHON = (3, 11)
GRACE = 35.0
# What web, worker and scheduler have in common: loaded here once, shared by every process forked from here.
SHARED = (
    "celery.app.base",
    "celery.apps.worker",
    "celery.bin.worker",
    "courses.notifications",
    "courses.packages",
    "flask",
    "flask_limiter",
    "flask_login",
    "flask_sqlalchemy",
    "flask_wtf",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "kombu.transport.redis",
)


@click.command()
def run() -> None:
    """Запустить всё сразу: брокер, веб-сервер, исполнителя и планировщика. Ctrl-C останавливает."""
    began = time.monotonic()
    settings = _preflight()
    with _alone(settings.var):
        os.environ["KAFEDRA_SECRET_KEY"] = _secret(settings)
        if not settings.production and not os.environ.get("KAFEDRA_DEMO"):
            os.environ["KAFEDRA_DEMO"] = "1"
        settings = Settings.from_env()
        refuse_unsafe(settings)
        _prepare()
        _supervise(settings, began)


def _preflight() -> Settings:
    """Everything that can be known to go wrong, said in one sentence before anything is started."""
    if sys.version_info < OLDEST_PYTHON:
        raise click.ClickException(f"Нужен Python 3.11 или новее, а это {sys.version.split()[0]}.")
    settings = Settings.from_env()
    folder = settings.var
    try:
        (folder / "log").mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise click.ClickException(
            f"В папку {folder} нельзя писать ({error.strerror}). "
            "Дайте права на неё или выберите другую: KAFEDRA_VAR=/путь."
        ) from None
    if shutil.disk_usage(folder).free < 200 * 1024 * 1024:
        raise click.ClickException(f"На диске с папкой {folder} осталось меньше 200 МБ. Освободите место.")
    return settings


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One supervisor per data folder; the lock goes with the process, so a crash leaves nothing behind."""
    with (folder / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                f"Кафедра с папкой {folder} уже запущена. "
                "Остановите её или выберите другую папку: KAFEDRA_VAR=/путь."
            ) from None
        settings = Settings.from_env()
        _free_port(settings.host, settings.port)
        yield


def _free_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise click.ClickException(
                f"Порт {port} может занять только администратор. Выберите больше 1023: KAFEDRA_PORT=8000."
            ) from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise click.ClickException(
                    f"Адрес {host} не принадлежит этой машине ({error.strerror}). "
                    "Задайте KAFEDRA_HOST=127.0.0.1 или 0.0.0.0."
                ) from None
            raise click.ClickException(
                f"Порт {port} на {host} занят другой программой. "
                f"Выберите другой: KAFEDRA_PORT={port + 1} make run."
            ) from None


def _secret(settings: Settings) -> str:
    """The installation's own secret, made once and kept beside the data.

    It is written beside its place and moved there whole; one that an older crash left cut off is made anew.
    """
    if settings.production or settings.secret_key != DEFAULT_SECRET:
        return settings.secret_key
    path = settings.var / "secret-key"
    kept = path.read_text().strip() if path.exists() else ""
    if len(kept) >= SHORTEST_SECRET:
        return kept
    if path.exists():
        click.echo(f"Файл {path} пуст или обрезан: секрет сделан заново, войти нужно ещё раз.", err=True)
    fresh = secrets.token_urlsafe(48)
    descriptor, beside = tempfile.mkstemp(dir=settings.var, prefix=".secret-key-")
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    return fresh


def _prepare() -> None:
    """Build, migrate and load samples in a process of its own; meanwhile load here what all parts share."""
    preparing = subprocess.Popen(
        [sys.executable, "-m", "app.command", "prepare"], preexec_fn=tie_by_the_system
    )
    for module in SHARED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    if preparing.wait():
        raise click.ClickException(
            "Подготовка не удалась; что произошло, написано выше. Исправьте и повторите."
        )


def _supervise(settings: Settings, began: float) -> None:
    parts = [
        Part("worker", worker_words(settings), settings.var, env={"REMAP_SIGTERM": "SIGQUIT"}),
        Part("scheduler", scheduler_words(), settings.var),
    ]
    web = Part("web", web_words(settings), settings.var)
    broker = Part("valkey", valkey_command(settings), settings.var, program=True)
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: stopping.append(received))
    everything = [*([broker] if settings.embedded_broker else []), web, *parts]
    if settings.embedded_broker:
        broker.start()
        wait_until_ready(settings)
    for part in (web, *parts):
        part.start()
    announced = False
    while not stopping:
        for part in everything:
            part.tend()
        if not announced and _answers(settings):
            announced = True
            _announce(settings, time.monotonic() - began)
        time.sleep(0.2 if announced else 0.05)
    _stop(everything)


def _stop(everything: list[Part]) -> None:
    """The web first, so that nothing new comes in; the broker last, so that the worker returns its tasks."""
    click.echo("Останавливаем…")
    until = time.monotonic() + GRACE
    brokers = [part for part in everything if part.program]
    for group in ([part for part in everything if not part.program], brokers):
        for part in group:
            part.stop()
        for part in group:
            part.wait(until)
    click.echo("Остановлено. Данные сохранены.")


def _answers(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"http://{settings.reached_at}/livez", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _announce(settings: Settings, seconds: float) -> None:
    click.echo(f"\nКафедра работает: {settings.public_url}   (готово за {seconds:.1f} с, остановить: Ctrl-C)")
    if settings.demo:
        click.echo("\nПоказательные входы, пароль у всех один: " + PASSWORD)
        for account in ACCOUNTS:
            click.echo(f"  {account.email:<28} {account.who}")
        click.echo(f"\nПисьма, которые ушли бы по почте: {settings.public_url}/demo/mail")
    click.echo(f"Данные и журналы: {settings.var}\n")
