"""One command starts everything, says plainly what is in its way, and survives being broken off."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from courses.certificates.models import Certificate
from courses.db import Database
from courses.settings import Settings
from tests.installation import Installation
from tests.processes.conftest import Make

pytestmark = pytest.mark.processes
GOOD_SECRET = "s" * 48


def test_a_second_start_prepares_nothing_anew_and_keeps_the_data(install: Make) -> None:
    installation = install()
    installation.start()
    assert installation.run("smoke", "--url", installation.url).returncode == 0
    installation.stop()
    installation.start()
    assert installation.output.read_text().count("Загружен пример") == 4
    database = Database(Settings.from_env(installation.env).database_url)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Certificate)) == 1
    database.engine.dispose()


def test_a_second_supervisor_on_the_same_folder_is_told_so(install: Make) -> None:
    installation = install()
    installation.start()
    again = installation.run("run")
    assert again.returncode == 1
    assert "уже запущена" in again.stderr
    assert "Traceback" not in again.stderr


def test_a_port_in_use_is_named_with_the_way_out(install: Make) -> None:
    installation = install()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        result = installation.run("run")
    assert result.returncode == 1
    assert f"Порт {installation.port}" in result.stderr
    assert "KAFEDRA_PORT=" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written_is_named(install: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    result = install("file/var").run("run")
    assert result.returncode == 1
    assert "нельзя писать" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_number_in_a_setting_is_named(install: Make) -> None:
    result = install(KAFEDRA_WEB_WORKERS="два").run("run")
    assert result.returncode == 1
    assert "два" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("after", [0.3, 1.2, 2.5])
def test_a_start_broken_off_is_finished_by_the_next(install: Make, after: float) -> None:
    installation = install()
    try:
        installation.start(within=after)
    except AssertionError:
        assert installation.process is not None
        for process in [*installation.tree(), installation.process]:
            os.kill(process.pid, signal.SIGKILL)
        installation.process.wait()
    else:
        installation.stop()
    installation.start()
    assert installation.answers("/")


def test_production_refuses_the_secret_everybody_knows(install: Make) -> None:
    result = install(KAFEDRA_ENV="production").run("web")
    assert result.returncode == 1
    assert "KAFEDRA_SECRET_KEY" in result.stderr


def test_production_refuses_the_open_doors_of_a_demo(install: Make) -> None:
    result = install(KAFEDRA_ENV="production", KAFEDRA_SECRET_KEY=GOOD_SECRET, KAFEDRA_DEMO="1").run("worker")
    assert result.returncode == 1
    assert "KAFEDRA_DEMO" in result.stderr


def test_production_shows_no_demo_pages(install: Make) -> None:
    installation = install(KAFEDRA_ENV="production", KAFEDRA_SECRET_KEY=GOOD_SECRET)
    installation.start()
    assert not installation.answers("/demo/mail")
    assert not installation.answers("/styleguide")


def test_check_says_what_is_missing(install: Make) -> None:
    before = install("empty").run("check")
    assert before.returncode == 1
    assert "kafedra migrate" in before.stdout
    installation = install()
    installation.start()
    assert installation.run("check").returncode == 0, installation.run("check").stdout


def test_all_parts_end_with_the_supervisor(install: Make) -> None:
    installation = install()
    installation.start()
    assert installation.process is not None
    tree = installation.tree()
    assert len(tree) >= 5
    installation.process.send_signal(signal.SIGKILL)
    installation.process.wait()
    until = time.monotonic() + 20
    while any(alive(process) for process in tree):
        assert time.monotonic() < until, "a part outlived its supervisor"
        time.sleep(0.2)


def alive(process: object) -> bool:
    return bool(process.is_running() and process.status() != "zombie")  # type: ignore[attr-defined]


def test_a_folder_with_a_very_long_name_works(install: Make) -> None:
    installation: Installation = install("v" * 100)
    installation.start()
    assert installation.answers("/readyz")
