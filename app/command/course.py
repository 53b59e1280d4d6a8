"""`kafedra course check | import | export`: course packages from a terminal, without the web."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import select

from app.command.opened import opened_database
from courses import catalogue, packages
from courses.catalogue import Course, CourseVersion
from courses.clock import utcnow
from courses.errors import Conflict, Problem
from courses.files import FolderStore
from courses.people import SYSTEM
from courses.settings import Settings
from courses.texts import texts

WORDS = texts("ru")
PACKAGE = click.argument("package", type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программ: JSON вместо строк.")
REFUSALS = {
    "course_of_another_kind": "Курс «%(key)s» уже есть, и это %(kind)s. Дайте пакету другой key.",
}


@click.group()
def course() -> None:
    """Пакеты курсов: проверить, завести, выгрузить."""


@course.command()
@PACKAGE
@AS_JSON
def check(package: Path, as_json: bool) -> None:
    """Показать все ошибки пакета сразу: файл, строка, что исправить. Код возврата 1, если они есть."""
    found, problems = packages.read(package)
    _report(problems, as_json=as_json)
    if found is None:
        raise click.exceptions.Exit(1)
    if not as_json:
        lessons = len(found.activities)
        click.echo(f"Пакет «{found.title}» в порядке: модулей {len(found.modules)}, занятий {lessons}.")


@course.command("import")
@PACKAGE
@AS_JSON
@click.option("--publish", is_flag=True, help="Сразу опубликовать новую версию.")
def import_(package: Path, as_json: bool, publish: bool) -> None:
    """Завести курс или его новую версию из пакета: всё или ничего."""
    found, problems = packages.read(package)
    _report(problems, as_json=as_json and found is None)
    if found is None:
        raise click.exceptions.Exit(1)
    settings = Settings.from_env()
    now = utcnow()
    with opened_database(settings) as database, database.unit_of_work() as session:
        try:
            store = FolderStore(settings.files_folder)
            version = packages.import_package(session, found, files=store, by=SYSTEM, now=now)
        except Conflict as refusal:
            raise click.ClickException(REFUSALS[refusal.code] % refusal.details) from None
        fresh = version.created_at == now
        if publish and version.published_at is None:
            catalogue.publish(session, version.id, by=SYSTEM, now=now)
        state = "опубликована" if version.published_at else "черновик"
        told = {
            "key": found.key,
            "version": version.number,
            "new": fresh,
            "published": bool(version.published_at),
        }
    if as_json:
        click.echo(json.dumps(told))
    else:
        what = "Заведена" if fresh else "Ничего не изменилось:"
        click.echo(f"{what} версия {told['version']} курса «{found.title}» ({found.key}), {state}.")


@course.command()
@click.argument("key")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Папка или файл .zip.")
@click.option("--version", "number", type=int, help="Номер версии; без него — последняя.")
def export(key: str, output: Path, number: int | None) -> None:
    """Выгрузить версию курса как пакет. Загрузка и повторная выгрузка дают те же байты."""
    settings = Settings.from_env()
    with opened_database(settings) as database, database.reading() as session:
        wanted = select(CourseVersion.id).join(Course).where(Course.key == key)
        if number is not None:
            wanted = wanted.where(CourseVersion.number == number)
        version_id = session.scalar(wanted.order_by(CourseVersion.number.desc()).limit(1))
        if version_id is None:
            raise click.ClickException(f"Курса «{key}»{f' с версией {number}' if number else ''} нет.")
        files = packages.export(session, version_id, FolderStore(settings.files_folder))
    if output.suffix == ".zip":
        output.write_bytes(packages.as_zip(files))
    else:
        _write_folder(output, files)
    click.echo(f"Выгружено файлов: {len(files)} → {output}")


def _write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Into a new or empty folder only, so that nobody's work is written over."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.ClickException(f"{folder} уже есть и не пуста. Назовите новую папку.")
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _report(problems: Sequence[Problem], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([_as_dict(problem) for problem in problems], ensure_ascii=False, indent=1))
        return
    for problem in problems:
        note = "" if problem.severity == "error" else "предупреждение: "
        click.echo(f"{packages.place(problem)}: {note}{packages.sentence(problem, WORDS)}", err=True)
    errors = sum(problem.severity == "error" for problem in problems)
    if errors:
        click.echo(WORDS.ngettext("%(num)d ошибка", "%(num)d ошибок", errors), err=True)


def _as_dict(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.where,
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity,
        "code": problem.code,
        "message": packages.sentence(problem, WORDS),
    }
