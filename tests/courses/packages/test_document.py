"""The document of the format tells the truth: the small package in it is a real one."""

import re
from pathlib import Path

from courses import packages
from tests.courses.packages.factory import zipped

DOCUMENT = Path(__file__).parents[3] / "docs" / "course-package.md"


def test_the_package_in_the_document_can_be_imported_as_it_stands() -> None:
    text = DOCUMENT.read_text("utf-8").split("## Маленький пакет целиком", 1)[1]
    files = dict(re.findall(r"(?ms)^`([\w./-]+)`\n\n```\w*\n(.*?)^```$", text))
    assert set(files) == {"course.yaml", "about.md", "start/first.md", "start/quiz.gift"}
    package, problems = packages.read(zipped({path: content.encode() for path, content in files.items()}))
    assert problems == []
    assert package is not None
    assert package.title == "Первый шаг в сетевое сообщество"
