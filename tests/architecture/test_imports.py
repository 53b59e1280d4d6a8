"""The import contracts are kept, and each of them really forbids what it says."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_contract_is_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("courses/people/rules.py", "import flask"),
        ("courses/quizzes/models.py", "import redis"),
        ("courses/learning/models.py", "from courses import certificates"),
        ("courses/certificates/models.py", "from courses.quizzes import models"),
        ("app/errors.py", "import worker.queue"),
        ("app/errors.py", "from courses.people import models"),
        ("worker/mail.py", "import flask"),
        ("worker/mail.py", "import reportlab"),
        ("courses/surveys.py", "'a subject nobody has given a place'"),
    ],
)
def test_a_planted_violation_is_caught(file: str, line: str, tmp_path: Path) -> None:
    for part in ("app", "courses", "worker"):
        shutil.copytree(
            ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("static", "samples", "__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / file
    planted.write_text((planted.read_text() if planted.exists() else "") + f"\n{line}\n")
    assert lint_imports(tmp_path).returncode != 0
