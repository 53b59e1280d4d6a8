"""`kafedra questions check | template | grade`: question files and answers, for tools and other systems.

Neither needs a database. What goes in and comes out is described in docs/questions.md.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

import click

from courses import questions as bank
from courses import quizzes
from courses.errors import Invalid, Problem
from courses.questions import Draft, Report
from courses.texts import texts

WORDS = texts("ru")
LONGEST_LINE = 2_000_000


@click.group()
def questions() -> None:
    """Файлы вопросов: проверить, взять пустую таблицу; ответы: оценить."""


@questions.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "form", type=click.Choice(sorted(bank.FORMATS)), default=None, help="Формат файла.")
@click.option("--json", "as_json", is_flag=True, help="По объекту JSON на вопрос, по одному в строке.")
def check(file: Path, form: str | None, as_json: bool) -> None:
    """Прочитать файл и показать каждый вопрос и всё, что в нём не так.

    Код возврата 1, если хоть что-то не было бы принято.
    """
    name, report = bank.read_as(file.read_bytes(), file.name, form or "")
    for line, draft, problems in report.by_question():
        if as_json:
            click.echo(json.dumps(_as_object(line, draft, problems), ensure_ascii=False))
        else:
            _say(file, line, draft, problems)
    if not as_json:
        click.echo(_summary(name, report))
    if report.errors:
        raise click.exceptions.Exit(1)


@questions.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """Записать пустую таблицу XLSX для вопросов, с листом «Как заполнять»."""
    if file.suffix.lower() != ".xlsx":
        raise click.ClickException(f"Имя файла должно кончаться на .xlsx, например: {file.stem}.xlsx")
    try:
        with file.open("xb") as out:
            out.write(bank.table_template())
    except FileExistsError:
        raise click.ClickException(f"Файл {file} уже есть. Назовите другой.") from None
    except OSError as error:
        raise click.ClickException(f"Записать {file} не удалось: {error.strerror}.") from None
    click.echo(f"{file}: впишите вопросы и проверьте: kafedra questions check {file}")


@questions.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
def grade(file: TextIO) -> None:
    """Оценить ответы: на входе строки JSON {"question", "response", "behaviour", …}, на выходе по строке на
    каждую.

    Код возврата 1, если какую-то строку оценить нельзя; в ней стоит {"error": …}.
    """
    failed = False
    for result in _results(file):
        failed = failed or "error" in result
        click.echo(json.dumps(result, ensure_ascii=False))
    if failed:
        raise click.exceptions.Exit(1)


# ---- check


def _as_object(line: int, draft: Draft | None, problems: list[Problem]) -> dict[str, Any]:
    """A question as the format `json` keeps it, with its line and its problems; a refused one has no more."""
    own = bank.as_object(draft) if draft else {"type": None, "name": "", "text": ""}
    return {**own, "line": line, "problems": [_problem(problem) for problem in problems]}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        **({"where": problem.where} if problem.where else {}),
        "severity": problem.severity,
        "code": problem.code,
        "message": _message(problem),
    }


def _message(problem: Problem) -> str:
    sentence, values = bank.describe(problem)
    return WORDS.gettext(sentence) % values


def _say(file: Path, line: int, draft: Draft | None, problems: list[Problem]) -> None:
    if draft:
        kind = WORDS.gettext(bank.TYPES[draft.question["type"]].title)
        click.echo(f"{file.name}:{line}: {kind}: {draft.question['name']}")
    for problem in problems:
        note = "" if problem.severity == "error" else "предупреждение: "
        within = (problem.where,) if problem.where else (problem.line, problem.column)
        place = ":".join(str(part) for part in (file.name, *within) if part)
        click.echo(f"{place}: {note}{_message(problem)}", err=True)


def _summary(name: str, report: Report) -> str:
    count = WORDS.ngettext("%(num)d вопрос", "%(num)d вопросов", len(report.drafts))
    if report.errors:
        wrong = WORDS.ngettext("%(num)d ошибка", "%(num)d ошибок", len(report.errors))
        return f"{bank.FORMATS[name].title}: {count}, {wrong}. С ошибками файл принят не будет."
    return f"{bank.FORMATS[name].title}: {count}, ошибок нет."


# ---- grade


def _results(file: TextIO) -> Iterator[dict[str, Any]]:
    for line in file:
        if line.strip():
            yield _result(line)


def _result(line: str) -> dict[str, Any]:
    """What one line comes to, or why it comes to nothing."""
    try:
        wanted = json.loads(line) if len(line) <= LONGEST_LINE else None
    except (ValueError, RecursionError):
        wanted = None
    if not isinstance(wanted, dict) or not isinstance(wanted.get("question"), dict):
        return {"error": "not_a_question", "message": "Строка должна быть объектом JSON с ключом question."}
    try:
        alone = quizzes.stand_alone(
            _question(wanted["question"]),
            behaviour=str(wanted.get("behaviour") or "deferred_feedback"),
            variant=wanted.get("variant"),
            deeds=_deeds(wanted),
        )
    except Invalid as refusal:
        return {"error": refusal.code, "details": refusal.details}
    return _told(alone, walked="steps" in wanted)


def _question(printed: Mapping[str, Any]) -> dict[str, Any]:
    """The question without what a check prints beside it."""
    return {key: value for key, value in printed.items() if key not in ("line", "problems")}


def _deeds(wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps; without them the response is saved and the attempt finished."""
    steps = wanted.get("steps")
    if steps is None:
        answer = {"response": wanted.get("response") or {}, "certainty": wanted.get("certainty")}
        return [{"deed": "save", **answer}, {"deed": "finish"}]
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise Invalid("bad_question", steps="not_a_list_of_objects")
    return steps


def _told(alone: quizzes.Alone, *, walked: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "fraction": alone.stands.fraction,
        "state": alone.stands.state.value,
        "complete": alone.complete,
        "gradable": alone.gradable,
        "parts": [
            {"name": part.name, "fraction": part.fraction, "response": part.response, "answer": part.answer}
            for part in alone.graded.parts
        ],
    }
    if walked:
        told["steps"] = [{"state": one.state.value, "fraction": one.fraction} for one in alone.walk]
    return told
