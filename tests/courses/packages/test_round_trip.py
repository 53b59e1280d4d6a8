"""A package becomes a course and a package again, and the bytes stay the same for ever after."""

import string
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import audit, packages
from courses.catalogue.models import Activity, Course, CourseFile, CourseVersion
from courses.errors import Conflict, Forbidden
from courses.files import FolderStore
from courses.packages.manifest import COURSE, written
from courses.people.rules import SYSTEM, Actor
from courses.questions.models import Question, QuestionVersion
from courses.quizzes.models import Quiz, Slot
from tests.courses.packages.factory import MANIFEST, QUIZ, small_package, zipped

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SAMPLES = sorted(
    folder
    for folder in (Path(packages.__file__).parent / "samples").iterdir()
    if (folder / "course.yaml").exists()
)


@pytest.fixture
def files(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


def read(source: Any) -> packages.Package:
    package, problems = packages.read(zipped(source) if isinstance(source, dict) else source)
    assert package is not None, problems
    return package


def brought(session: Session, source: Any, files: FolderStore) -> CourseVersion:
    return packages.import_package(session, read(source), files=files, by=SYSTEM, now=NOW)


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda folder: folder.name)
def test_a_sample_has_no_problems_and_survives_the_round_trip(
    folder: Path, session: Session, files: FolderStore
) -> None:
    _, problems = packages.read(folder)
    assert problems == []
    version = brought(session, folder, files)
    session.expire_all()
    first = packages.export(session, version.id, files)
    again = brought(session, packages.as_zip(first), files)
    assert again.id == version.id
    assert packages.export(session, again.id, files) == first


def test_a_new_key_makes_a_new_course_with_everything_in_it(session: Session, files: FolderStore) -> None:
    version = brought(session, small_package(), files)
    assert (version.number, version.published_at) == (1, None)
    activities = session.scalars(select(Activity).order_by(Activity.position)).all()
    assert [activity.key for activity in activities] == ["first", "task", "start-quiz"]
    assert 'src="/courses/pervyy-shag/v1/figures/two.svg"' in activities[0].body_html
    quiz = session.scalars(select(Quiz)).one()
    assert (quiz.pass_fraction, quiz.max_mark, quiz.time_limit) == (0.6, 2.0, 0)
    assert session.scalar(select(func.count()).select_from(CourseFile)) == 1
    assert audit.entries_about(session, "course_version", version.id)[0].action == "course.import"


def test_the_same_package_again_changes_nothing(session: Session, files: FolderStore) -> None:
    first = brought(session, small_package(), files)
    entries = session.scalar(select(func.count()).select_from(audit.AuditEntry))
    assert brought(session, small_package(), files) is first
    assert session.scalar(select(func.count()).select_from(audit.AuditEntry)) == entries


def test_a_changed_package_is_the_next_version_and_keeps_questions_that_did_not_change(
    session: Session, files: FolderStore
) -> None:
    first = brought(session, small_package(), files)
    changed = QUIZ.replace("живёт рядом", "живёт далеко")
    second = brought(session, small_package(**{"start/quiz.gift": changed}), files)
    assert (second.course_id, second.number) == (first.course_id, 2)
    versions = session.execute(select(QuestionVersion.number, Question.name).join(Question)).all()
    assert sorted(tuple(row) for row in versions) == [(1, "Кого искать"), (1, "Связи"), (2, "Кого искать")]
    assert session.scalar(select(func.count()).select_from(Slot)) == 4


def test_a_key_never_changes_its_kind(session: Session, files: FolderStore) -> None:
    brought(session, small_package(), files)
    seminar = MANIFEST.replace("kind: course", "kind: workshop")
    with pytest.raises(Conflict, match="course_of_another_kind"):
        brought(session, small_package(**{"course.yaml": seminar}), files)


def test_only_authors_import(session: Session, files: FolderStore) -> None:
    with pytest.raises(Forbidden):
        packages.import_package(session, read(small_package()), files=files, by=Actor(7), now=NOW)
    assert session.scalar(select(func.count()).select_from(Course)) == 0


def test_a_zip_of_the_same_files_is_the_same_bytes_every_time() -> None:
    files = small_package()
    assert packages.as_zip(files) == packages.as_zip(dict(files))


def test_twin_questions_of_one_quiz_stay_two(session: Session, files: FolderStore) -> None:
    twins = "::Один:: Верно? {TRUE}\n\n::Один:: Верно ли это? {FALSE}\n\n::Один:: Верно? {TRUE}\n"
    version = brought(session, small_package(**{"start/quiz.gift": twins}), files)
    assert session.scalar(select(func.count()).select_from(Slot)) == 3
    assert session.scalar(select(func.count()).select_from(Question)) == 2
    exported = packages.export(session, version.id, files)
    assert exported["start/quiz.gift"].count("::Один::".encode()) == 3


# ---- any package at all

line = st.text(
    st.characters(
        exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn"), include_characters="\"'#:-{}[]&*!|>%@`~"
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip())
printed = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "абвгдеёжзАБВЭЮЯ \"'#:-{}[]&*!|>%@`~«»—№"),
    min_size=1,
    max_size=60,
).filter(lambda text: text.strip())
key = st.text(string.ascii_lowercase + string.digits, min_size=3, max_size=12)
manifests = st.fixed_dictionaries(
    {
        "title": printed,
        "summary": line,
        "audience": line,
        "outcomes": st.lists(line, max_size=3),
        "authors": st.lists(st.fixed_dictionaries({"name": line}, optional={"position": line}), max_size=2),
        "hours": st.integers(1, 1000),
        "pass_percent": st.integers(0, 100),
    },
    optional={
        "requirements": line,
        "completion": st.fixed_dictionaries({}, optional={"attendance": st.booleans()}),
        "certificate": st.fixed_dictionaries({}, optional={"title": printed, "text": printed}),
        "programme": st.lists(st.fixed_dictionaries({"time": line, "title": line}), max_size=2),
        "rounds": st.lists(st.fixed_dictionaries({"title": line, "days": st.integers(1, 9)}), max_size=2),
    },
)


def manifest_of(values: dict[str, Any]) -> str:
    """A whole manifest with these values over the fixed ones, as a careful person would write it."""
    fixed = {"format": "kafedra-course/1", "key": "any-course", "kind": "workshop", "language": "ru"}
    activities = [
        {"lesson": "m/a.md"},
        {"quiz": "m/q.gift", "key": "q", "title": values["title"], "minutes": 5},
    ]
    modules = [{"key": "m", "title": values["title"], "activities": activities}]
    return written(COURSE, {**fixed, "subject": "ict", "about": "about.md", **values, "modules": modules})


@hypothesis_settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(values=manifests, body=line, title=line)
def test_whatever_an_author_writes_the_canonical_files_read_back_as_themselves(
    values: dict[str, Any], body: str, title: str
) -> None:
    front = "---\nkey: a\ntitle: " + written_title(title) + "\nminutes: 5\n---\n"
    source = {
        "course.yaml": manifest_of(values).encode(),
        "about.md": f"О курсе.\n\n{body}\n".encode(),
        "m/a.md": f"{front}\n\n{body}\r\n\r\n".encode(),
        "m/q.gift": "::В:: Да? {TRUE}\n".encode(),
    }
    package, problems = packages.read(zipped(source))
    if package is None:
        assert {problem.code for problem in problems} <= MARKDOWN_MAY_REFUSE
        return
    once = packages.files_of_package(package)
    again, found = packages.read(packages.as_zip(once))
    assert again is not None, found
    assert packages.files_of_package(again) == once
    assert {name: again.manifest.get(name) for name in values if values[name]} == {
        name: normal(item) for name, item in values.items() if item
    } | {name: again.manifest.get(name) for name in ("completion",) if values.get(name)}


MARKDOWN_MAY_REFUSE = {
    "heading_first_level",
    "formula_bad",
    "link_unsafe",
    "figure_without_alt",
    "figure_missing",
    "figure_outside",
    "callout_unknown",
    "text_missing",
    "nothing_to_study",
    "file_unused",
    "value_empty",
}


def written_title(title: str) -> str:
    return "'" + " ".join(title.split()).replace("'", "''") + "'"


def normal(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, dict):
        return {name: normal(item) for name, item in value.items()}
    return value


def test_a_question_keeps_the_figures_that_its_texts_show(session: Session, files: FolderStore) -> None:
    quiz = QUIZ + "\n::Круги:: ![Два круга](figures/two.svg) Сколько кругов? {#2:0}\n"
    version = brought(session, small_package(**{"start/quiz.gift": quiz}), files)
    found = session.scalars(
        select(QuestionVersion).where(QuestionVersion.body["name"].as_string() == "Круги")
    )
    kept = found.one().body["files"]["figures/two.svg"]
    assert files.get(kept["key"]) == small_package()["figures/two.svg"]
    assert kept["size"] == len(small_package()["figures/two.svg"])
    again = brought(session, packages.as_zip(packages.export(session, version.id, files)), files)
    assert again.id == version.id
