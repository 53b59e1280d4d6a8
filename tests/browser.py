"""A real Chromium, and axe-core run in it."""

import shutil
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS_RULES = ["color-contrast", "link-in-text-block", "target-size"]


def executable() -> str:
    """The system's Chromium; a machine without one fails here, by name."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "these tests need Chromium: install the package «chromium»"
    return path


def launch(playwright: Playwright) -> Browser:
    """A browser of its own, without a profile."""
    return playwright.chromium.launch(executable_path=executable(), args=FLAGS)


def violations(page: Page, *, of_looks: bool = False) -> list[dict[str, Any]]:
    """What axe-core objects to on the page: rule, and the elements; or only what colours and sizes decide."""
    wanted = {"type": "rule", "values": LOOKS_RULES} if of_looks else {"type": "tag", "values": AXE_TAGS}
    found = Axe().run(page, options={"runOnly": wanted}).response["violations"]
    return [
        {
            "rule": item["id"],
            "help": item["help"],
            "nodes": [node["html"][:160] for node in item["nodes"][:4]],
        }
        for item in found
    ]
