"""The three kinds of process, started the same way on a laptop and on a server. Each replaces this one."""

import os
import sys

import click

from courses.settings import Settings


def refuse_unsafe(settings: Settings) -> None:
    """Nothing starts with a secret that everybody knows where others can reach it, or with the demo's doors
    open in production."""
    if settings.danger:
        raise click.ClickException(settings.danger)


def web_words(settings: Settings) -> list[str]:
    """The web server's module and its arguments."""
    return [
        "gunicorn", "app.wsgi:app",
        "--bind", settings.listens_on,
        "--workers", str(settings.web_workers),
        "--threads", str(settings.web_threads),
        "--worker-class", "gthread",
        "--config", "python:app.server",
        "--preload",
    ]  # fmt: skip


def worker_words(settings: Settings) -> list[str]:
    """The worker's module and its arguments."""
    return [
        "celery", "--quiet", "-A", "worker", "worker",
        "--concurrency", str(settings.worker_children),
        "--loglevel", "WARNING",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
        "--hostname", "kafedra@%h",
    ]  # fmt: skip


def scheduler_words() -> list[str]:
    """The scheduler's module."""
    return ["worker.schedule"]


def become(words: list[str]) -> None:
    """Replace this process by the interpreter running that module; signals then reach the server itself."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", *words])  # noqa: S606 - our own interpreter, a fixed list


@click.command()
def web() -> None:
    """Веб-сервер (gunicorn)."""
    settings = Settings.from_env()
    refuse_unsafe(settings)
    become(web_words(settings))


@click.command()
def worker() -> None:
    """Исполнитель заданий: проверка тестов, сертификаты, письма (Celery)."""
    settings = Settings.from_env()
    refuse_unsafe(settings)
    os.environ["REMAP_SIGTERM"] = "SIGQUIT"
    become(worker_words(settings))


@click.command()
def scheduler() -> None:
    """Планировщик: передаёт задания исполнителям и следит за сроками. Второй экземпляр безвреден."""
    refuse_unsafe(Settings.from_env())
    become(scheduler_words())
