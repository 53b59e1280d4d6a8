"""From the files of a package to its value: everything is looked at, and every problem told, before
anything is made."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from yaml.nodes import Node

from courses import certificates, markup, questions
from courses.catalogue import ActivityKind, kind_of
from courses.errors import Invalid, Problem
from courses.files import key_of
from courses.packages.containers import Files, files_of
from courses.packages.figures import figure_problems, media_type_of
from courses.packages.lessons import (
    LONGEST_MANIFEST,
    LONGEST_TEXT,
    Lesson,
    check_markdown,
    decoded,
    read_lesson,
    trimmed,
)
from courses.packages.manifest import (
    COURSE,
    MANIFEST,
    PASS_PERCENT,
    QUIZ_DEFAULTS,
    QUIZ_SETTINGS,
    quiz_settings,
)
from courses.packages.package import Package, PackageActivity, PackageFigure, PackageModule
from courses.packages.shapes import MISSING
from courses.packages.yaml_lines import Placed, Source
from courses.questions import Draft

CERTIFICATE_PROBLEMS = {
    "forbidden_words": "certificate_forbidden_words",
    "words_cannot_be_printed": "certificate_unprintable",
}
SETTING_PROBLEMS = {
    "grace": "quiz_grace_wrong",
    "bands": "quiz_bands_wrong",
    "sections": "quiz_sections_wrong",
}
LONGEST_CATEGORY = 400
MOST_QUESTIONS = 500
_FIGURES_IN_QUIZ = (
    re.compile(r"!\[[^\[\]\n]{0,1000}\]\(\s{0,9}([^)\s\"]{1,300})"),
    re.compile(r"""<img\s[^>]{0,1000}?\bsrc\s{0,9}=\s{0,9}["']?([^\s"'>]{1,300})""", re.IGNORECASE),
)
_CODE = re.compile(r"`[^`\n]*`")


def read(source: Path | bytes) -> tuple[Package | None, list[Problem]]:
    """The package in a folder or ZIP, or None; and everything that is wrong, never raising.

    A package with warnings only can be imported; with one error it cannot.
    """
    files, problems = files_of(source)
    if not files:
        return None, problems or [Problem("package_empty", MANIFEST)]
    reading = _Reading(files, problems)
    package = reading.package()
    found = sorted(reading.problems, key=lambda item: (item.where != MANIFEST, item.where, item.line))
    if any(problem.severity == "error" for problem in found):
        return None, found
    return package, found


class _Reading:
    """One package being read: its files, which of them were used, and what was found."""

    def __init__(self, files: Files, problems: list[Problem]) -> None:
        self.files = files
        self.problems = list(problems)
        self.used: set[str] = {MANIFEST}
        self.shown: set[str] = set()
        self.keys: dict[str, str] = {}
        self.pass_percent = PASS_PERCENT

    def package(self) -> Package | None:
        """The whole value, as far as it can be made; problems say whether it may be used."""
        values = self.manifest()
        if values is None:
            self.leftovers()
            return None
        self.pass_percent = values.get("pass_percent", PASS_PERCENT)
        about = self.about(values.get("about"))
        modules = tuple(self.module(module) for module in values.pop("modules", []))
        if not any(module.activities for module in modules):
            self.complain(Problem("nothing_to_study", MANIFEST, 1))
        figures = self.figures()
        self.leftovers()
        return Package(_normal(values), about, modules, figures)

    def complain(self, *problems: Problem) -> None:
        self.problems += problems

    @property
    def failed(self) -> bool:
        """What is unused is only worth saying when everything that could use it was read."""
        return any(problem.severity == "error" for problem in self.problems)

    def manifest(self) -> dict[str, Any] | None:
        data = self.files.get(MANIFEST)
        if data is None:
            self.complain(Problem("manifest_missing", MANIFEST))
            return None
        text, problems = decoded(MANIFEST, data, LONGEST_MANIFEST)
        self.complain(*problems)
        if problems:
            return None
        source = Source(MANIFEST)
        node = source.compose(text)
        values = MISSING if node is None else COURSE.read(source, node)
        if values is not MISSING and node is not None:
            _check_kind_parts(source, node, values)
            _check_certificate(source, text, values)
        self.complain(*source.problems)
        return None if values is MISSING else values

    def about(self, path: Placed | None) -> str:
        data = self.file(path) if path else None
        if path is None or data is None:
            return ""
        text, problems = decoded(path, data, LONGEST_TEXT)
        if not problems:
            shown, problems = check_markdown(str(path), text, 1, self.has_figure)
            self.shown.update(shown)
        self.complain(*problems)
        return trimmed(text)

    def module(self, values: Mapping[str, Any]) -> PackageModule:
        key = values.get("key", Placed(""))
        self.unique("module", key, MANIFEST)
        entries = values.get("activities", [])
        made = [self.quiz(entry) if "quiz" in entry else self.lesson(entry) for entry in entries]
        activities = tuple(activity for activity in made if activity is not None)
        if not entries and "activities" in values:
            self.complain(Problem("module_empty", MANIFEST, key.line, key.column, details={"name": str(key)}))
        return PackageModule(
            str(key), str(values.get("title", "")), str(values.get("summary", "")), activities
        )

    def lesson(self, entry: Mapping[str, Any]) -> PackageActivity | None:
        kind = ActivityKind.LESSON if "lesson" in entry else ActivityKind.PRACTICAL
        path: Placed = entry[kind.value]
        data = self.file(path)
        if data is None:
            return None
        lesson, problems = read_lesson(str(path), data, self.has_figure)
        self.complain(*problems)
        if lesson is None:
            return None
        self.shown.update(lesson.figures)
        return self.made(kind, str(path), lesson)

    def made(self, kind: ActivityKind, path: str, lesson: Lesson) -> PackageActivity:
        front = lesson.front
        key = front.get("key", Placed(""))
        self.unique("activity", key, path)
        return PackageActivity(
            kind,
            path,
            str(key),
            str(front.get("title", "")),
            front.get("minutes", 1),
            front.get("required", True),
            lesson.body,
        )

    def quiz(self, entry: Mapping[str, Any]) -> PackageActivity | None:
        path: Placed = entry["quiz"]
        data = self.file(path)
        if data is None:
            return None
        self.unique("activity", entry.get("key", Placed("")), MANIFEST)
        report = questions.FORMATS["gift"].read(data)
        self.complain(*(replace(problem, where=str(path)) for problem in report.problems))
        self.complain(*_quiz_problems(str(path), report.drafts, bool(report.errors)))
        self.complain(*_settings_problems(path, entry, len(report.drafts)))
        drafts = tuple(self.with_figures(str(path), draft) for draft in report.drafts)
        defaults = {**QUIZ_DEFAULTS, "pass_percent": self.pass_percent}
        settings = {name: entry.get(name, default) for name, default in defaults.items()}
        settings |= {name: entry[name] for name in QUIZ_SETTINGS if name in entry}
        return PackageActivity(
            ActivityKind.QUIZ,
            str(path),
            str(entry.get("key", "")),
            str(entry.get("title", "")),
            entry.get("minutes", 1),
            settings.pop("required"),
            settings={
                **settings,
                "questions": sum(d.question["type"] != "description" for d in report.drafts),
            },
            drafts=drafts,
        )

    def file(self, path: Placed) -> bytes | None:
        """The file a field names; each may be named once."""
        data = self.files.get(path)
        if data is None:
            cases = {name.lower() for name in self.files}
            code = "file_case" if str(path).lower() in cases else "file_missing"
            self.complain(Problem(code, MANIFEST, path.line, path.column, details={"path": str(path)}))
        elif path in self.used:
            self.complain(
                Problem("file_twice", MANIFEST, path.line, path.column, details={"path": str(path)})
            )
            return None
        self.used.add(str(path))
        return data

    def unique(self, sort: str, key: Placed, where: str) -> None:
        """Keys name things in addresses and from version to version: every module and activity has its
        own."""
        known = self.keys.setdefault(f"{sort}:{key}", f"{where}:{key.line}")
        if key and known != f"{where}:{key.line}":
            details = {"name": str(key), "first": known}
            self.complain(Problem("key_twice", where, key.line, key.column, details=details))

    def has_figure(self, path: str) -> bool:
        """Whether a text may show this path."""
        return path in self.files and media_type_of(path) is not None

    def with_figures(self, path: str, draft: Draft) -> Draft:
        """The question with the figures it shows, which must be in the package, as files of its own."""
        files: dict[str, dict[str, Any]] = {}
        for address in _figures_in(draft.question):
            name = markup.name_of_figure(address)
            if self.has_figure(name):
                self.shown.add(name)
                files[name] = {"key": key_of(self.files[name]), "size": len(self.files[name])}
            else:
                code = "figure_missing" if name else "figure_outside"
                self.complain(Problem(code, path, draft.line, details={"path": address[:80]}))
        return replace(draft, question={**draft.question, "files": files}) if files else draft

    def figures(self) -> tuple[PackageFigure, ...]:
        made = []
        for path in sorted(self.files):
            media_type = media_type_of(path)
            if media_type is None:
                continue
            self.used.add(path)
            self.complain(*figure_problems(path, self.files[path]))
            if path not in self.shown and not self.failed:
                self.complain(Problem("figure_unused", path, severity="warning"))
            made.append(PackageFigure(path, media_type, self.files[path]))
        return tuple(made)

    def leftovers(self) -> None:
        if self.failed:
            return
        for path in sorted(set(self.files) - self.used):
            self.complain(Problem("file_unused", path, severity="warning"))


def _figures_in(question: Mapping[str, Any]) -> list[str]:
    """The addresses of the pictures in the texts of a question, each once."""
    texts = [_CODE.sub("", text) for text in _texts_in(question)]
    found = [
        unquote(html.unescape(image[1]))
        for text in texts
        for shape in _FIGURES_IN_QUIZ
        for image in shape.finditer(text)
    ]
    return list(dict.fromkeys(found))


def _texts_in(value: Any) -> Iterator[str]:
    """Every text of a question, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts_in(inner)


def _quiz_problems(path: str, drafts: tuple[Any, ...], broken: bool) -> list[Problem]:
    problems = []
    asked = [draft for draft in drafts if draft.question["type"] != "description"]
    if not asked and not broken:
        problems.append(Problem("quiz_empty", path, 1))
    if len(drafts) > MOST_QUESTIONS:
        problems.append(
            Problem("quiz_too_long", path, 1, details={"most": MOST_QUESTIONS, "number": len(drafts)})
        )
    for draft in drafts:
        if len(questions.category_path(draft.category)) > LONGEST_CATEGORY:
            problems.append(
                Problem("category_path_long", path, draft.line, details={"limit": LONGEST_CATEGORY})
            )
    return problems


def _settings_problems(path: Placed, entry: Mapping[str, Any], questions_there: int) -> list[Problem]:
    """What the fields of a quiz say only together."""
    try:
        settings = quiz_settings(entry)
    except Invalid as wrong:
        names = [name for name in wrong.details if name in SETTING_PROBLEMS]
        return [Problem(SETTING_PROBLEMS[name], MANIFEST, path.line, path.column) for name in names]
    if settings.sections and settings.sections[-1].first > questions_there > 0:
        return [Problem("quiz_sections_beyond", MANIFEST, path.line, path.column)]
    return []


def _check_kind_parts(source: Source, node: Node, values: Mapping[str, Any]) -> None:
    """A seminar without a programme and a workshop without rounds are announcements of nothing."""
    kind = values.get("kind")
    wanted = {"seminar": ("programme", "speakers"), "master_class": ("speakers",), "workshop": ("rounds",)}
    for name in wanted.get(str(kind), ()):
        if not values.get(name):
            source.complain("part_missing", node, "warning", name=name, kind=str(kind))


def _check_certificate(source: Source, text: str, values: Mapping[str, Any]) -> None:
    """Words with which no certificate could ever be issued are said before anybody studies for it."""
    title, chosen = str(values.get("title", "")), values.get("certificate") or {}
    problem = certificates.wording_problem(chosen, title)
    if problem is None:
        return
    field = "title:" if certificates.wording_problem({}, title) else "certificate:"
    line = next((n for n, one in enumerate(text.split("\n"), 1) if one.startswith(field)), 1)
    code = CERTIFICATE_PROBLEMS[problem.code]
    source.problems.append(Problem(code, source.where, line, 1, details=problem.details))


def _normal(values: dict[str, Any]) -> dict[str, Any]:
    """What means the same is written the same: defaults that may be left out are filled in or dropped."""
    normal = {"pass_percent": PASS_PERCENT, **values}
    kind = kind_of(str(values["kind"])) if "kind" in values else None
    attendance = normal.pop("completion", {}).get("attendance")
    if kind is not None and attendance is not None and attendance != kind.needs_attendance:
        normal["completion"] = {"attendance": attendance}
    return normal
