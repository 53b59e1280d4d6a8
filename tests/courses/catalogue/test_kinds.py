"""Each kind has its words and its rule of completion."""

import pytest

from courses.catalogue import KINDS, MISSING_SENTENCES, CompletionFacts, CourseKind, kind_of

DONE = {"required_total": 3, "required_done": 3}


def test_there_is_one_file_for_every_word_of_the_enumeration() -> None:
    assert set(KINDS) == {kind.value for kind in CourseKind}
    assert next(iter(KINDS)) == "course"


@pytest.mark.parametrize(
    ("kind", "facts", "missing"),
    [
        ("course", DONE, []),
        ("course", {"required_total": 3, "required_done": 2}, ["activities_left"]),
        ("course", {**DONE, "quizzes_failed": 1}, ["quizzes_failed"]),
        ("course", {**DONE, "ended": False}, []),
        ("course", {**DONE, "attendance_required": True}, ["attendance_missing"]),
        ("seminar", DONE, ["attendance_missing"]),
        ("seminar", {**DONE, "attended": True}, []),
        ("seminar", {**DONE, "attendance_required": False}, []),
        (
            "master_class",
            {"required_total": 1, "required_done": 0},
            ["activities_left", "attendance_missing"],
        ),
        ("master_class", {**DONE, "attended": True}, []),
        ("workshop", {**DONE, "ended": False}, ["still_running"]),
        ("workshop", {**DONE, "ended": True}, []),
        ("workshop", {"required_total": 1, "required_done": 0, "ended": True}, ["activities_left"]),
    ],
)
def test_what_is_missing_for_the_certificate(kind: str, facts: dict[str, int], missing: list[str]) -> None:
    found = kind_of(kind).missing(CompletionFacts(**facts))  # type: ignore[arg-type]
    assert found == missing
    assert all(code in MISSING_SENTENCES for code in found)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_shows_the_parts_in_the_fixed_order(kind: object) -> None:
    fixed = ["about", "requirements", "audience", "load", "format", "certificate", "authors", "modules"]
    assert [part for part in kind.parts if part in fixed] == fixed  # type: ignore[attr-defined]
