"""Installations of a test's own, to be started, killed and started again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.installation import Installation

Make = Callable[..., Installation]


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Make]:
    """A maker of installations; all of them are stopped at the end."""
    made: list[Installation] = []

    def make(name: str = "var", database_url: str = "", **env: str) -> Installation:
        made.append(Installation(tmp_path / name, database_url, **env))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest) -> str:
    """Empty for the embedded database, else the address of a fresh one in PostgreSQL."""
    return "" if backend == "sqlite" else str(request.getfixturevalue("cluster").fresh_database())
