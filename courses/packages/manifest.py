"""The manifest `course.yaml` and the front matter of a lesson: their fields, read and written."""

from collections.abc import Mapping
from typing import Any

import yaml

from courses.catalogue import KINDS, SUBJECTS
from courses.packages.shapes import MISSING, Each, FilePath, Key, Line, OneOf, Record, Whole, Yes
from courses.packages.yaml_lines import Source
from courses.quizzes import BEHAVIOURS, Item, Late, Method, Moment, Navigation, QuizSettings
from courses.texts import LANGUAGES

FORMAT = "kafedra-course/1"
MANIFEST = "course.yaml"
PASS_PERCENT = 60
ACTIVITY_KINDS = ("lesson", "practical", "quiz")

PERSON = Record({"name": Line(200), "position": Line(300)}, frozenset({"name"}))
SPEAKER = Record({"name": Line(200), "position": Line(300), "about": Line(2000)}, frozenset({"name"}))
PART = Record({"time": Line(60), "title": Line(300), "speaker": Line(200)}, frozenset({"time", "title"}))
ROUND = Record({"title": Line(200), "text": Line(3000), "days": Whole(1, 366)}, frozenset({"title", "days"}))

ACTIVITY_KEY = Key(taken=frozenset({"attendance", "continue", "withdraw"}))
BAND = Record({"from": Whole(0, 100), "text": Line(2000)}, frozenset({"from", "text"}))
SECTION = Record(
    {"title": Line(200), "first": Whole(1, 500), "shuffle": Yes()}, frozenset({"title", "first"})
)
REVIEW = Record({item.value: Each(OneOf(tuple(Moment)), len(Moment)) for item in Item}, frozenset())
LESSON_ENTRY = Record({"lesson": FilePath(".md")}, frozenset({"lesson"}))
PRACTICAL_ENTRY = Record({"practical": FilePath(".md")}, frozenset({"practical"}))
QUIZ_ENTRY = Record(
    {
        "quiz": FilePath(".gift"),
        "key": ACTIVITY_KEY,
        "title": Line(200),
        "minutes": Whole(1, 6000),
        "pass_percent": Whole(0, 100),
        "attempts": Whole(0, 1000),
        "time_limit": Whole(0, 6000),
        "shuffle": Yes(),
        "per_page": Whole(0, 500),
        "behaviour": OneOf(tuple(BEHAVIOURS)),
        "method": OneOf(tuple(Method)),
        "navigation": OneOf(tuple(Navigation)),
        "late": OneOf(tuple(Late)),
        "grace": Whole(1, 6000),
        "delay_first": Whole(0, 500_000),
        "delay_later": Whole(0, 500_000),
        "password": Line(60),
        "review": REVIEW,
        "bands": Each(BAND, 20),
        "sections": Each(SECTION, 100),
        "required": Yes(),
    },
    frozenset({"quiz", "key", "title", "minutes"}),
)
QUIZ_DEFAULTS = {"attempts": 0, "time_limit": 0, "shuffle": True, "per_page": 1, "required": True}
QUIZ_SETTINGS = (  # kept only when the author says something
    *("behaviour", "method", "navigation", "late", "grace", "delay_first", "delay_later"),
    *("password", "review", "bands", "sections"),
)
IN_MINUTES = ("grace", "delay_first", "delay_later")
ENTRIES = {"lesson": LESSON_ENTRY, "practical": PRACTICAL_ENTRY, "quiz": QUIZ_ENTRY}


class ActivityEntry:
    """A lesson, a practical task or a quiz: told apart by the field that names the file."""

    def read(self, source: Source, node: Any) -> Any:
        names = (
            [str(key.value) for key, _ in getattr(node, "value", []) if isinstance(key, yaml.ScalarNode)]
            if (isinstance(node, yaml.MappingNode))
            else []
        )
        kinds = [kind for kind in ACTIVITY_KINDS if kind in names]
        if len(kinds) != 1:
            source.complain("activity_unclear", node, known=", ".join(ACTIVITY_KINDS))
            return MISSING
        values = ENTRIES[kinds[0]].read(source, node)
        return MISSING if values is MISSING or kinds[0] not in values else values

    def ordered(self, value: Any) -> Any:
        kind = next(kind for kind in ACTIVITY_KINDS if kind in value)
        return ENTRIES[kind].ordered(value)


MODULE = Record(
    {"key": Key(), "title": Line(200), "summary": Line(1000), "activities": Each(ActivityEntry(), 200)},
    frozenset({"key", "title", "activities"}),
)
COURSE = Record(
    {
        "format": OneOf((FORMAT,)),
        "key": Key(3, 60),
        "kind": OneOf(tuple(KINDS)),
        "language": OneOf(LANGUAGES),
        "title": Line(200),
        "summary": Line(300),
        "subject": OneOf(tuple(SUBJECTS)),
        "hours": Whole(1, 1000),
        "audience": Line(1000),
        "requirements": Line(2000),
        "outcomes": Each(Line(500), 50),
        "about": FilePath(".md"),
        "authors": Each(PERSON, 50),
        "pass_percent": Whole(0, 100),
        "completion": Record({"attendance": Yes()}, frozenset()),
        "programme": Each(PART, 200),
        "speakers": Each(SPEAKER, 100),
        "rounds": Each(ROUND, 50),
        "certificate": Record({"title": Line(120), "text": Line(400)}, frozenset()),
        "modules": Each(MODULE, 100),
    },
    frozenset(
        {"format", "key", "kind", "language", "title", "summary", "subject", "hours", "audience", "outcomes"}
        | {"about", "authors", "modules"}
    ),
)
FRONT_MATTER = Record(
    {"key": ACTIVITY_KEY, "title": Line(200), "minutes": Whole(1, 6000), "required": Yes()},
    frozenset({"key", "title", "minutes"}),
)


def quiz_settings(entry: Mapping[str, Any]) -> QuizSettings:
    """The settings of a quiz as its entry names them; Invalid names the field that is wrong."""
    named = {name: entry[name] for name in QUIZ_SETTINGS if name in entry}
    named |= {name: named[name] * 60 for name in IN_MINUTES if name in named}
    if "bands" in named:
        named["bands"] = [{"percent": one["from"], "text": str(one["text"])} for one in named["bands"]]
    if "sections" in named:
        named["sections"] = [{**one, "title": str(one["title"])} for one in named["sections"]]
    if "password" in named:
        named["password"] = str(named["password"])
    return QuizSettings.read(named)


class _Dumper(yaml.SafeDumper):
    """Lists stand two spaces in from the name of their field."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def written(shape: Record, values: dict[str, Any]) -> str:
    """The canonical YAML of a record: the same values always give the same text."""
    text: str = yaml.dump(
        shape.ordered(values),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=100,
    )
    return text
