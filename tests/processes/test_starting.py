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
REAL = {
    "KAFEDRA_ENV": "production",
    "KAFEDRA_SECRET_KEY": GOOD_SECRET,
    "KAFEDRA_PUBLIC_URL": "http://127.0.0.1",
}
COMMANDS = (
    "run",
    "prepare",
    "migrate",
    "demo",
    "web",
    "worker",
    "scheduler",
    "check",
    "audit verify",
    "course export any -o out",
    "person create --email a@b.example --family-name Ёлкина --given-name Яна --patronymic= "
    "--password три-слова-вместе",
)


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


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_names_a_wrong_setting_and_ends(install: Make, words: str) -> None:
    result = install(KAFEDRA_ENV="prod").run(*words.split())
    assert result.returncode == 1
    assert "KAFEDRA_ENV" in result.stderr
    assert "production" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("words", ["audit verify", "demo", "course export any -o out", COMMANDS[-1]])
def test_a_database_without_a_schema_is_said_with_the_way_out(
    install: Make, database_url: str, words: str
) -> None:
    installation = install(database_url=database_url)
    installation.folder.mkdir()
    result = installation.run(*words.split())
    assert result.returncode == 1
    assert "kafedra migrate" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_that_is_away_is_said_with_the_way_out(install: Make) -> None:
    result = install(database_url="postgresql://nobody@127.0.0.1:9/none").run("migrate")
    assert result.returncode == 1
    assert "DATABASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_is_wrong_with_a_person_is_said_in_sentences(install: Make) -> None:
    words = COMMANDS[-1].replace("три-слова-вместе", "абв").replace("Ёлкина", "Eлкина")
    result = install().run(*words.split())
    assert result.returncode == 1
    assert "Пароль: Нужно хотя бы 8 знаков" in result.stderr
    assert "Фамилия: " in result.stderr
    assert "Елкина" in result.stderr
    assert "too_short" not in result.stderr


@pytest.mark.parametrize("left", ["", "cut-off"])
def test_a_secret_cut_off_by_a_crash_is_made_anew_and_never_the_public_one(install: Make, left: str) -> None:
    installation = install()
    installation.folder.mkdir()
    file = installation.folder / "secret-key"
    file.write_text(left)
    installation.start()
    kept = file.read_text()
    assert len(kept) >= 48
    assert file.stat().st_mode & 0o077 == 0
    assert "секрет сделан заново" in installation.output.read_text()
    installation.stop()
    installation.start()
    assert file.read_text() == kept
    assert installation.output.read_text().count("секрет сделан заново") == 1


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
    result = install(**REAL | {"KAFEDRA_SECRET_KEY": ""}).run("web")
    assert result.returncode == 1
    assert "KAFEDRA_SECRET_KEY" in result.stderr


def test_a_web_open_to_others_refuses_the_secret_everybody_knows(install: Make) -> None:
    for opened in ({"KAFEDRA_HOST": "0.0.0.0"}, {"DATABASE_URL": "postgresql://db/kafedra"}):
        result = install(**opened).run("web")
        assert result.returncode == 1
        assert "KAFEDRA_SECRET_KEY" in result.stderr


def test_production_refuses_the_open_doors_of_a_demo(install: Make) -> None:
    result = install(**REAL, KAFEDRA_DEMO="1").run("worker")
    assert result.returncode == 1
    assert "KAFEDRA_DEMO" in result.stderr


def test_production_shows_no_demo_pages(install: Make) -> None:
    installation = install(**REAL)
    installation.start()
    assert not installation.answers("/demo/mail")
    assert not installation.answers("/styleguide")


def test_an_installation_that_listens_everywhere_names_an_address_that_answers(install: Make) -> None:
    installation = install(KAFEDRA_HOST="0.0.0.0")
    installation.start()
    installation.said("Кафедра работает")
    assert f"http://127.0.0.1:{installation.port} " in installation.output.read_text()
    assert "0.0.0.0" not in installation.output.read_text()


def test_the_certificate_of_a_smoke_walk_is_left_in_a_temporary_folder(install: Make, tmp_path: Path) -> None:
    here = set(Path.cwd().iterdir())
    installation = install(TMPDIR=str(tmp_path))
    installation.start()
    assert installation.run("smoke", "--url", installation.url).returncode == 0
    assert set(Path.cwd().iterdir()) == here
    assert [path.read_bytes()[:5] for path in tmp_path.glob("kafedra-smoke-*/certificate.pdf")] == [b"%PDF-"]


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
