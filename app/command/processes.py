"""The three kinds of process, started the same way on a laptop and on a server. Each replaces this one."""

import os
import sys

import click

from courses.settings import DEFAULT_SECRET, Settings


def refuse_unsafe(settings: Settings) -> None:
    """In production nothing starts with a secret that everybody knows, or with the demo's doors open."""
    if not settings.production:
        return
    if settings.secret_key == DEFAULT_SECRET or len(settings.secret_key) < 32:
        raise click.ClickException(
            "KAFEDRA_SECRET_KEY не задан или слишком короток. Задайте случайную строку не короче 32 знаков, "
            "например: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    if settings.demo:
        raise click.ClickException("KAFEDRA_DEMO=1 недопустим при KAFEDRA_ENV=production: уберите его.")


def web_words(settings: Settings) -> list[str]:
    """The web server's module and its arguments."""
    return [
        "gunicorn", "app.wsgi:app",
        "--bind", f"{settings.host}:{settings.port}",
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
