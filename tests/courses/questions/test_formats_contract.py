"""What every question format promises; a new file in `formats/` is tested by being there."""

import ast
import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import courses.questions
from courses.errors import Problem
from courses.questions.formats import FORMATS, Draft
from courses.questions.formats.problems import SENTENCES, describe
from tests.courses.questions.strategies import LETTERS, QUESTIONS

NEAR = 0.00001  # fractions nearer than this are the same to the reference, and so to its formats
TEXT_ONLY = {"aiken"}  # no weights, no categories: only the right answer is carried
SAYING = ("finding", "error", "warn", "add", "Problem", "BadFormula", "Refused", "_lost")
WHOLE_FILE = {"no_questions", "file_too_large", "xlsx_no_table", "xlsx_locked", "xlsx_broken"}
EVERY_FORMAT = pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
CATEGORIES = st.lists(st.sampled_from(["a", "Б в", "a/b", "/c", "d/", "top", "$x$", "е\\n"]), max_size=3)


def drafts_for(form):
    """Questions that the format can hold: of its types, and without anything that it says is an error."""
    drafts = st.lists(
        st.builds(
            drafted,
            st.one_of([QUESTIONS[name] for name in sorted(form.types & set(QUESTIONS))]),
            CATEGORIES.map(tuple),
            st.sampled_from(["", "17", "а б"]),
        ),
        max_size=4,
    )
    return drafts.map(lambda drawn: [draft for draft in drawn if not refused(form, draft)])


def drafted(question, category=(), id_number=""):
    """A draft with contents for the files that its question names: drawings of the size it speaks of."""
    sides = f'width="{question.get("width", 1)}" height="{question.get("height", 1)}"'
    contents = {
        name: f'<svg xmlns="http://www.w3.org/2000/svg" {sides}><title>{name}</title></svg>'.encode()
        for name in question.get("files", {})
    }
    keys = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    files = {name: {"key": keys[name], "size": len(content)} for name, content in contents.items()}
    by_key = {keys[name]: content for name, content in contents.items()}
    return Draft({**question, "files": files} if files else question, 0, category, id_number, by_key)


def refused(form, draft):
    return any(problem.severity == "error" for problem in form.losses(draft))


@EVERY_FORMAT
@given(data=st.binary(max_size=300))
@settings(max_examples=500)
def test_random_bytes_never_raise(form, data):
    _complete(form.read(data))


@EVERY_FORMAT
@given(text=st.text(st.one_of(LETTERS, st.sampled_from("{}=~#%\n\n>:T0123")), max_size=200))
@settings(max_examples=2000)
def test_reading_what_was_written_gives_the_same_drafts_and_the_same_bytes(form, text):
    report = form.read(text.encode())
    _complete(report)
    written = form.write(report.drafts)
    again = form.read(written)
    assert again.errors == ()
    assert again.drafts == report.drafts
    assert form.write(again.drafts) == written


@EVERY_FORMAT
@given(data=st.data())
@settings(max_examples=1000)
def test_drafts_from_an_editor_are_stable_once_read(form, data):
    """What a format cannot say is lost at the first writing, and nothing after it."""
    drafts = data.draw(drafts_for(form))
    once = form.read(form.write(drafts))
    assert once.errors == ()
    assert [draft.question["type"] for draft in once.drafts] == [draft.question["type"] for draft in drafts]
    for before, after in zip(drafts, once.drafts, strict=True):
        if form.name in TEXT_ONLY:
            assert _best(before.question) == _best(after.question)
            continue
        _same_marks(before.question, after.question)
        assert _spaced(after.category) == _spaced(before.category)
    assert form.read(form.write(once.drafts)).drafts == once.drafts


@EVERY_FORMAT
@given(data=st.data())
@settings(max_examples=200)
def test_what_a_format_cannot_say_is_listed_before_it_is_lost(form, data):
    draft = data.draw(st.builds(Draft, st.one_of(list(QUESTIONS.values()))))
    found = form.losses(draft)
    assert ("type_not_held" in [one.code for one in found]) == (draft.question["type"] not in form.types)
    hinted = form.losses(Draft({**draft.question, "hints": [{"text": "Подумайте"}]}))
    assert len(hinted) >= len(found)
    for problem in hinted:
        sentence, values = describe(problem)
        assert sentence % values


def _spaced(names):
    return tuple(" ".join(name.split()) for name in names)


def _stripped(pairs):
    return [(pair["stem"].strip(), pair["answer"].strip()) for pair in pairs]


def _best(question):
    """The place of the answer that earns most."""
    fractions = [answer["fraction"] for answer in question["answers"]]
    return fractions.index(max(fractions))


def _same_marks(before, after):
    """The key of a question survives its file."""
    for old, new in zip(before.get("answers", ()), after.get("answers", ()), strict=True):
        assert abs(old["fraction"] - new["fraction"]) < NEAR
        assert old.get("value") == new.get("value")
        assert old.get("text", "").strip() == new.get("text", "").strip()
        assert old.get("formula", "").strip() == new.get("formula", "").strip()
    for key in ("right", "items", "grading"):
        assert _bare(before.get(key)) == _bare(after.get(key))
    assert _stripped(before.get("pairs", ())) == _stripped(after.get("pairs", ()))


def _bare(value):
    """Without blanks around the texts: no format is asked to keep them."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    return value.strip() if isinstance(value, str) else value


def _complete(report):
    """Every problem has a place, a code with a sentence, and the values that the sentence needs."""
    for problem in report.problems:
        sentence, values = describe(problem)
        assert sentence % values
        assert problem.severity in ("error", "warning")
        assert problem.line >= 1 or problem.code in WHOLE_FILE
        assert problem.column >= 1 or problem.line == 0
    for draft in report.drafts:
        assert draft.line >= 1


def codes_in(tree: ast.AST) -> set[str]:
    """The codes with which the source makes problems."""
    found = set()
    for node in ast.walk(tree):
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if (
            name in ("finding", "error", "warn", "add", "Problem", "BadFormula", "Refused", "_lost")
            and node.args
        ):
            first = node.args[0]
            choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            found |= {choice.value for choice in choices if isinstance(choice, ast.Constant)}
    return found


def test_every_code_in_the_source_has_a_sentence_and_every_sentence_a_code():
    lists = ("answers", "pairs", "items", "places", "markers", "zones", "blanks", "choices")
    used = {f"too_{size}_{key}" for size in ("few", "many") for key in lists}
    used |= {"number_wrong", "number_with_comma"}  # chosen by a variable
    folder = Path(courses.questions.__file__).parent
    for path in (folder / "rules.py", *folder.glob("types/*.py"), *folder.glob("formats/*.py")):
        used |= codes_in(ast.parse(path.read_text("utf-8")))
    assert used == set(SENTENCES)


def test_a_sentence_is_filled_with_the_details():
    sentence, values = describe(
        Problem("number_with_comma", "", 3, 1, "error", {"text": "3,1", "better": "3.1"})
    )
    assert sentence % values == "«3,1» записано с запятой. В файле число пишется с точкой: 3.1."
