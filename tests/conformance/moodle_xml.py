"""Moodle XML of others, and XML that nobody should read: what must import does, the rest is refused."""

import time
from collections.abc import Iterator
from pathlib import Path

from courses.questions.formats import FORMATS, Report
from courses.questions.types import TYPES
from tests.conformance import Tally

XML = FORMATS["moodle_xml"]
BROKEN_CODES = "broken_cloze_questions.xml"
BROKEN_FRACTIONS = "error_invalid_grades.xml"
# The first two of this file have no code at all: the reference refuses them as well, so there are five.
BROKEN_LINES = [4, 20, 36, 52, 68]
CATEGORIES = {
    "categories_reverse_order.xml": {"Tau Question": "Sigma/Tau", "Sigma Question": "Sigma"},
    "category_with_description.xml": {"Alpha Question": "Alpha"},
    "export_category.xml": {"Alpha Question": "Alpha"},
    "html_chars_in_idnumbers.xml": {"Alpha Question": "Alpha"},
    "nested_categories.xml": {"Zeta Question": "Delta/Epsilon/Zeta"},
    "nested_categories_with_questions.xml": {
        "Iota Question": "Iota",
        "Kappa Essay Question": "Iota/Kappa",
        "Kappa Question": "Iota/Kappa",
        "Lambda Question": "Iota/Kappa/Lambda",
        "Mu Question": "Iota/Mu",
    },
    "old_format_file.xml": {"Pi Question": "Pi", "Rho Question": "Pi/Rho"},
}
SECONDS = 5.0


def run(folder: Path) -> Iterator[Tally]:
    imports, trips = Tally("Moodle XML imports"), Tally("Moodle XML written")
    for path in sorted((folder / "moodle-xml").glob("*.xml")):
        report = XML.read(path.read_bytes())
        if path.name == BROKEN_CODES:
            _broken_codes(report, imports)
        elif path.name == BROKEN_FRACTIONS:
            found = [problem.code for problem in report.errors]
            imports.compare(path.name, (["fraction_not_allowed"], ()), (found, report.drafts))
        else:
            _imports(path.name, report, imports)
        _round_trip(path.name, report, trips)
    yield from (imports, trips, _hostile(folder / "hostile" / "xml"))


def _broken_codes(report: Report, tally: Tally) -> None:
    """Every question of the file, each reported inside its own element."""
    if "cloze" not in TYPES:
        tally.not_built["cloze"] += len(BROKEN_LINES)
        return
    tally.compare(f"{BROKEN_CODES}: drafts", (), report.drafts)
    ends = [*BROKEN_LINES[1:], 1_000]
    for start, end in zip(BROKEN_LINES, ends, strict=True):
        inside = [problem for problem in report.errors if start <= problem.line < end]
        tally.compare(f"{BROKEN_CODES}:{start}", True, bool(inside))


def _imports(name: str, report: Report, tally: Tally) -> None:
    """Nothing is wrong with it, and every question is in the category that the file names."""
    missing = [problem for problem in report.errors if problem.code == "xml_type_unknown"]
    for problem in missing:
        tally.not_built[problem.details["type"]] += 1
    tally.different += [
        f"{name}:{problem.line} {problem.code}" for problem in report.problems if problem not in missing
    ]
    found = {draft.question["name"]: "/".join(draft.category) for draft in report.drafts}
    expected = CATEGORIES.get(name)
    if expected is None:
        tally.equal += len(report.drafts)
        return
    for question, category in found.items():
        tally.compare(f"{name} {question}", expected.get(question), category)
    if len(found) + len(missing) < len(expected):
        tally.different.append(f"{name}: {sorted(set(expected) - set(found))} missing")


def _round_trip(name: str, report: Report, tally: Tally) -> None:
    written = XML.write(report.drafts)
    again = XML.read(written)
    tally.compare(name, (report.drafts, ()), (again.drafts, again.errors))
    tally.compare(name, written, XML.write(again.drafts))


def _hostile(folder: Path) -> Tally:
    """One sentence, no question, and no time."""
    tally = Tally("hostile XML")
    for path in sorted(folder.glob("*.xml")):
        started = time.process_time()
        report = XML.read(path.read_bytes())
        quick = time.process_time() - started < SECONDS
        tally.compare(path.name, ((), 1, True), (report.drafts, len(report.errors), quick))
    return tally
