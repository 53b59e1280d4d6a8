"""What import contracts cannot see, read from the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for part in ("app", "courses", "worker") for path in (ROOT / part).rglob("*.py"))
LONGEST_FILE = 500
LONGEST_VIEW = 15
MOST_NAMES = 70


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.func.attr


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if path.is_relative_to(ROOT / "courses")], ids=name
)
def test_the_domain_neither_commits_nor_reads_the_clock(path: Path) -> None:
    if name(path) in {"courses/db.py", "courses/clock.py"}:
        return
    forbidden = {"commit", "rollback", "now", "utcnow", "today"}
    found = [(line, attr) for line, attr in calls(path) if attr in forbidden]
    assert not found


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_file_is_longer_than_a_person_reads_at_once(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


def length(function: ast.FunctionDef) -> int:
    """The lines of a function below its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.mark.parametrize("path", [one for one in SOURCES if one.is_relative_to(ROOT / "app")], ids=name)
def test_a_view_only_translates_calls_and_answers(path: Path) -> None:
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    views = [one for one in functions if any("bp" in ast.unparse(mark) for mark in one.decorator_list)]
    assert {one.name: length(one) for one in views if length(one) > LONGEST_VIEW} == {}


@pytest.mark.parametrize("door", sorted((ROOT / "courses").glob("*/__init__.py")), ids=name)
def test_a_front_door_does_not_grow_without_being_noticed(door: Path) -> None:
    names = [
        node
        for node in ast.walk(ast.parse(door.read_text()))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    assert all(len(ast.literal_eval(one.value)) <= MOST_NAMES for one in names)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_imports_stand_at_the_top(path: Path) -> None:
    if name(path) == "app/factory.py":
        return  # the composition root opens the doors after the extensions exist
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = [
        inner.lineno
        for function in functions
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert not inside


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_module_and_public_function_says_its_rule(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), "the module has no docstring"
    silent = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent


def test_nothing_is_left_for_later() -> None:
    marks = ("TODO:", "TODO(", "# TODO", "FIXME", "XXX", "HACK")
    files = [*SOURCES, *(ROOT / "templates").rglob("*.html"), *(ROOT / "app" / "static").rglob("*.js")]
    found = [
        name(path)
        for path in files
        if "build" not in path.parts and any(mark in path.read_text() for mark in marks)
    ]
    assert not found


def test_no_template_carries_inline_code_or_style() -> None:
    bad = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text().lower()
        if any(
            sign in text
            for sign in (" style=", "<style", " onclick=", " onchange=", " onsubmit=", "javascript:")
        ):
            bad.append(name(path))
    assert not bad


def test_no_address_of_a_package_registry_is_committed() -> None:
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org")
    files = [
        ROOT / name
        for name in (
            "pyproject.toml",
            "requirements.lock",
            "requirements-dev.lock",
            "Makefile",
            "Dockerfile",
            ".ci/run",
        )
    ]
    assert not [path.name for path in files if any(host in path.read_text() for host in hosts)]
