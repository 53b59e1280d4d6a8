"""`kafedra check` calls wrong what would harm a real installation."""

import tempfile

import pytest
from click.testing import CliRunner
from PIL import Image

from app.command.check import check
from courses.settings import EXAMPLE_ORGANISATION, Settings

REAL = {
    "KAFEDRA_ENV": "production",
    "KAFEDRA_SECRET_KEY": "s" * 40,
    "KAFEDRA_PUBLIC_URL": "https://learn.school.ru",
}


@pytest.fixture
def lines(tmp_path, monkeypatch):
    """`lines(KAFEDRA_CITY="…")`: what the command prints, by what it is about."""
    monkeypatch.setenv("KAFEDRA_VAR", str(tmp_path / "var"))

    def say(**env):
        printed = CliRunner().invoke(check, env=env).output.splitlines()
        return {what.split(maxsplit=1)[1]: line for line in printed for what, _, _ in [line.partition(":")]}

    return say


@pytest.mark.parametrize("name", [None, "", "  ", EXAMPLE_ORGANISATION])
def test_a_real_installation_must_name_its_organisation(lines, name):
    env = REAL if name is None else REAL | {"KAFEDRA_ORGANISATION": name}
    assert "ПЛОХО" in lines(**env)["организация"]


def test_a_named_organisation_is_fine(lines):
    assert "хорошо" in lines(**REAL, KAFEDRA_ORGANISATION="Псковский ИРО")["организация"]


def test_no_invented_head_signs_real_certificates():
    assert Settings.from_env(REAL).head_name == ""
    assert Settings.from_env({}).head_name != ""


@pytest.mark.parametrize(
    ("what", "name", "good"),
    [
        ("город", "KAFEDRA_CITY", "Москва"),
        ("руководитель", "KAFEDRA_HEAD_NAME", "А. В. Крылова"),
        ("отправитель писем", "KAFEDRA_MAIL_FROM", "ИРО <no-reply@school.ru>"),
        ("почта для людей", "KAFEDRA_CONTACT_EMAIL", "help@school.ru"),
    ],
)
def test_what_is_invented_for_a_demo_is_wrong_in_a_real_installation(lines, what, name, good):
    assert "ПЛОХО" in lines(**REAL)[what]
    assert name in lines(**REAL)[what]
    assert "хорошо" in lines(**REAL | {name: good})[what]
    assert "хорошо" in lines()[what]


def test_a_real_installation_without_https_is_wrong(lines):
    assert "хорошо" in lines(**REAL)["адрес"]
    assert "ПЛОХО" in lines(**REAL | {"KAFEDRA_PUBLIC_URL": "http://learn.school.ru"})["адрес"]
    assert "хорошо" in lines()["адрес"]


def test_a_temporary_folder_that_cannot_be_written_is_wrong(lines, tmp_path, monkeypatch):
    assert "хорошо" in lines()["временная папка"]
    assert "ПЛОХО" in lines(TMPDIR=str(tmp_path / "none"))["временная папка"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert "ПЛОХО" in lines()["временная папка"]


def test_images_are_named_and_a_bad_one_is_said(lines, tmp_path):
    seal = tmp_path / "seal.png"
    Image.new("RGB", (40, 40)).save(seal)
    assert "линия для подписи и «М. П.»" in lines(**REAL)["печать и подпись"]
    assert "нарисованные, для показа" in lines(KAFEDRA_DEMO="1")["печать и подпись"]
    assert "изображения: печать" in lines(**REAL, KAFEDRA_SEAL_IMAGE=str(seal))["печать и подпись"]
    seal.write_text("не картинка")
    bad = lines(**REAL, KAFEDRA_SEAL_IMAGE=str(seal))["печать и подпись"]
    assert "ПЛОХО" in bad
    assert "seal.png" in bad
