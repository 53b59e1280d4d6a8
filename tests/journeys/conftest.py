"""A running installation and a real browser for journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import launch
from tests.installation import Installation
from tests.postgres import Cluster

expect.set_options(timeout=15_000)  # a busy machine is slow; what must be quick says so where it is asked


@pytest.fixture(scope="session")
def running() -> Iterator[dict[str, Installation]]:
    """The installations that were started, by database; all live to the end, whatever the order of tests."""
    started: dict[str, Installation] = {}
    yield started
    for one in started.values():
        one.stop()


@pytest.fixture(scope="session")
def installation(
    backend: str,
    running: dict[str, Installation],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Installation:
    """Everything running, with the sample content, on this database."""
    if backend not in running:
        url = ""
        if backend == "postgresql":
            cluster: Cluster = request.getfixturevalue("cluster")
            url = cluster.fresh_database()
        made = Installation(tmp_path_factory.mktemp(f"installation-{backend}") / "var", url)
        made.start()
        running[backend] = made
    return running[backend]


@pytest.fixture(scope="session")
def live_server(installation: Installation) -> str:
    """The address of the running installation."""
    return installation.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def context(browser: Browser, live_server: str) -> Iterator[BrowserContext]:
    """A fresh profile of a Russian reader on a phone."""
    made = browser.new_context(
        base_url=live_server, locale="ru-RU", viewport={"width": 360, "height": 740}, reduced_motion="reduce"
    )
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab."""
    return context.new_page()


@pytest.fixture(scope="session")
def demo_password() -> str:
    """The password of the sample people."""
    from app.command.accounts import PASSWORD

    return PASSWORD


def sample(path: str) -> Path:
    """A file of the sample packages."""
    return Path(__file__).resolve().parents[2] / "courses" / "packages" / "samples" / path
