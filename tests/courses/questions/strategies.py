"""Questions of every type as hypothesis draws them, and whatever a stranger may send as a response."""

from typing import Any

from hypothesis import strategies as st

from courses.questions.types._schemes import SCHEMES

LETTERS = st.sampled_from("абвёЁ ABz09 \\:#={}~%[]->/<>&\"'«»—-_*.,!?\n$`|")
NAMES = st.text(LETTERS, max_size=20)
TEXTS = st.text(LETTERS, min_size=1, max_size=30).filter(str.strip)
ANY_TEXT = st.one_of(NAMES, st.text(max_size=30))
FORMATS = st.sampled_from(["markdown", "html", "moodle", "plain"])
FRACTIONS = st.one_of(
    st.sampled_from([0, 1.0, 0.5, -0.3333333, 0.3333333, -1, 0.9, 0.33, 0.45]),
    st.integers(-10_000_000, 10_000_000).map(lambda number: number / 10_000_000),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 12), st.floats(), ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=8,
)
POINTS = st.lists(st.tuples(st.integers(0, 60), st.integers(-1, 40)).map(list), max_size=3)
FILLED = st.one_of(
    JSON,
    st.none(),
    st.fixed_dictionaries(
        {},
        optional={
            "text": st.one_of(ANY_TEXT, st.sampled_from(["7", "1,5", "12abc"])),
            "choice": st.integers(-1, 3),
            "choices": st.lists(st.integers(0, 3), max_size=4),
        },
    ),
)
HANDED_IN = st.fixed_dictionaries(
    {
        "key": st.one_of(st.just("0123456789abcdef" * 4), JSON),
        "name": st.one_of(st.sampled_from(["отчёт.pdf", "a:b.odt", ".."]), ANY_TEXT),
        "size": st.one_of(st.integers(0, 10_000), JSON),
    }
)
RAW = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {},
        optional={
            "choice": JSON,
            "choices": st.one_of(JSON, st.lists(st.integers(-1, 6), max_size=6)),
            "answer": st.one_of(JSON, st.booleans()),
            "text": st.one_of(JSON, ANY_TEXT, st.from_regex(r"-?[0-9]{1,4}[.,]?[0-9]{0,3} ?[a-z]{0,2}")),
            "unit": JSON,
            "files": st.one_of(JSON, st.lists(HANDED_IN, max_size=3)),
            "places": st.one_of(
                JSON, st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=3)
            ),
            "markers": st.one_of(JSON, st.lists(POINTS, min_size=1, max_size=3)),
            "gaps": st.one_of(
                JSON, st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=3)
            ),
            "blanks": st.one_of(JSON, st.lists(FILLED, min_size=1, max_size=3)),
            "pairs": st.one_of(JSON, st.lists(st.one_of(st.none(), st.integers(0, 4)), max_size=6)),
            "order": st.one_of(JSON, st.permutations(range(3)), st.permutations(range(4))),
        },
    ),
)


def _common(kind: str) -> dict[str, st.SearchStrategy[Any]]:
    return {
        "type": st.just(kind),
        "name": TEXTS.map(lambda name: " ".join(name.split())),
        "text": TEXTS,
        "text_format": FORMATS,
        "general_feedback": NAMES,
        "default_mark": st.just(1.0),
        "penalty": st.just(1.0 if kind == "true_false" else 0.3333333),
        "tags": st.just([]),
    }


ANSWERS = st.fixed_dictionaries({"text": TEXTS, "fraction": FRACTIONS, "feedback": NAMES})
NUMBERS = st.fixed_dictionaries(
    {
        "value": st.one_of(st.just("*"), st.floats(-1e9, 1e9)),
        "tolerance": st.sampled_from([0, 0.5, 1e-9, 2]),
        "fraction": FRACTIONS,
        "feedback": NAMES,
    }
)
METRES = [{"unit": "m", "multiplier": 1}, {"unit": "cm", "multiplier": 100}]
UNITS = st.sampled_from([[], METRES[:1], METRES])
FILES = {"карта.svg": {"key": "0" * 64, "size": 1}, "b.png": {"key": "1" * 64, "size": 2}}
PICTURE: dict[str, st.SearchStrategy[Any]] = {
    "picture": st.sampled_from(list(FILES)),
    "files": st.just(FILES),
    "width": st.just(60),
    "height": st.just(40),
    "alt": NAMES,
    "shuffle": st.booleans(),
}
ITEMS = st.fixed_dictionaries(
    {"text": TEXTS, "group": st.integers(1, 3), "infinite": st.booleans()},
    optional={"picture": st.sampled_from(list(FILES))},
)


def _places(items: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    place = {
        "x": st.integers(0, 60),
        "y": st.integers(0, 40),
        "item": st.integers(1, len(items)),
        "label": NAMES,
    }
    places = st.lists(st.fixed_dictionaries(place), min_size=1, max_size=3)
    return st.fixed_dictionaries({"items": st.just(items), "places": places})


XY = st.tuples(st.integers(0, 60), st.integers(0, 40)).map(list)
SHAPES = st.one_of(
    st.tuples(st.just("circle"), st.tuples(XY, st.integers(1, 30).map(lambda radius: [radius, 0])).map(list)),
    st.tuples(
        st.just("rectangle"),
        st.tuples(XY, st.tuples(st.integers(1, 30), st.integers(1, 30)).map(list)).map(list),
    ),
    st.tuples(st.just("polygon"), st.lists(XY, min_size=3, max_size=5)),
)


def _zones(markers: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    zone = st.tuples(SHAPES, st.integers(1, len(markers))).map(
        lambda drawn: {"shape": drawn[0][0], "points": drawn[0][1], "marker": drawn[1]}
    )
    zones = st.lists(zone, min_size=1, max_size=4)
    return st.fixed_dictionaries({"markers": st.just(markers), "zones": zones})


def _both(
    common: dict[str, st.SearchStrategy[Any]], rest: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(st.fixed_dictionaries(common), rest).map(lambda both: {**both[0], **both[1]})


def _marked(numbers: list[int]) -> st.SearchStrategy[str]:
    """A text with these marks in this order, and no others."""
    pieces = st.lists(
        NAMES.map(lambda piece: piece.replace("[", "(")), min_size=len(numbers), max_size=len(numbers)
    )
    return pieces.map(
        lambda said: "и ".join(f"{piece}[[{n}]]" for piece, n in zip(said, numbers, strict=True))
    )


def _gaps(choices: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    texts = st.lists(st.integers(1, len(choices)), min_size=1, max_size=3).flatmap(_marked)
    return st.fixed_dictionaries({"choices": st.just(choices), "text": texts, "shuffle": st.booleans()})


def _blanks(blanks: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    texts = st.permutations(range(1, len(blanks) + 1)).flatmap(_marked)
    return st.fixed_dictionaries({"blanks": st.just(blanks), "text": texts})


WORDS_OF_GAPS = st.fixed_dictionaries({"text": TEXTS, "group": st.integers(1, 3)})
WORDS_TO_DRAG = st.fixed_dictionaries({"text": TEXTS, "group": st.integers(1, 2), "infinite": st.booleans()})
WEIGHTS = st.integers(1, 3)
FULL = st.fixed_dictionaries({"text": TEXTS, "fraction": st.just(1.0), "feedback": NAMES})
FULL_NUMBER = NUMBERS.map(lambda answer: {**answer, "fraction": 1.0})
BLANKS = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("short_answer"),
            "weight": WEIGHTS,
            "answers": st.tuples(FULL, st.lists(ANSWERS, max_size=2)).map(lambda both: [both[0], *both[1]]),
            "use_case": st.booleans(),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("numerical"),
            "weight": WEIGHTS,
            "answers": st.tuples(FULL_NUMBER, st.lists(NUMBERS, max_size=2)).map(
                lambda both: [both[0], *both[1]]
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["single_choice", "multiple_choice"]),
            "weight": WEIGHTS,
            "answers": st.tuples(FULL, st.lists(ANSWERS, min_size=1, max_size=3)).map(
                lambda both: [*both[1], both[0]]
            ),
            "shuffle": st.booleans(),
            "look": st.sampled_from(["column", "row"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("single_choice"),
            "weight": WEIGHTS,
            "answers": st.tuples(FULL, FULL).map(list),
            "look": st.just("menu"),
        }
    ),
)
MARKERS = st.fixed_dictionaries({"text": TEXTS, "most": st.integers(0, 3)})

UNBRACED = NAMES.map(lambda text: text.replace("{", "").replace("}", ""))
COUNTED = st.tuples(UNBRACED, st.sampled_from(["{x}", "{={x}*2}", "{= max({x}, {y}) }", "7"])).map(" ".join)
EXACTNESS = {
    "shown": st.sampled_from(["decimals", "significant"]),
    "digits": st.integers(0, 6),
    "fraction": FRACTIONS,
    "feedback": st.one_of(st.just(""), COUNTED),
}
RESULTS = st.fixed_dictionaries(
    {
        "formula": st.sampled_from(
            ["{x}*2+{y}", "pow({x}, 2)", "{x} > {y} ? 1 : -1.5e3", "*", "3.5", "pi()"]
        ),
        "tolerance": st.sampled_from([0, 0.5, 1e-9, 2]),
        "tolerance_type": st.sampled_from(["relative", "nominal", "geometric"]),
        **EXACTNESS,
    }
)
VALUES = st.one_of(st.just([]), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4))
SPREAD = st.fixed_dictionaries(
    {
        "minimum": st.sampled_from([0.5, 1]),
        "maximum": st.sampled_from([1, 40.5]),
        "decimals": st.integers(0, 3),
        "distribution": st.sampled_from(["uniform", "loguniform"]),
        "values": VALUES,
        "shared": st.just(False),
    }
)
DATASETS = st.tuples(SPREAD, SPREAD).map(lambda both: [{"name": "x", **both[0]}, {"name": "y", **both[1]}])


def _calculated(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            **_common(kind),
            "text": COUNTED,
            "general_feedback": UNBRACED,
            "answers": st.lists(RESULTS, min_size=1, max_size=3),
            "datasets": DATASETS,
            "synchronise": st.booleans(),
            "units": UNITS,
            "unit_field": st.sampled_from(["input", "select"]),
            "unit_grading": st.sampled_from(["none", "of_mark", "of_max"]),
        }
    )


QUESTIONS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "description": st.fixed_dictionaries({**_common("description"), "default_mark": st.just(0.0)}),
    "single_choice": st.fixed_dictionaries(
        {
            **_common("single_choice"),
            "answers": st.lists(ANSWERS, min_size=2, max_size=6),
            "shuffle": st.booleans(),
        }
    ),
    "multiple_choice": st.fixed_dictionaries(
        {**_common("multiple_choice"), "answers": st.lists(ANSWERS, min_size=2, max_size=6)}
    ),
    "true_false": st.fixed_dictionaries(
        {
            **_common("true_false"),
            "right": st.booleans(),
            "feedback_true": NAMES,
            "feedback_false": NAMES,
        }
    ),
    "short_answer": st.fixed_dictionaries(
        {
            **_common("short_answer"),
            "answers": st.lists(ANSWERS, min_size=1, max_size=4),
            "use_case": st.booleans(),
            "russian_equivalence": st.booleans(),
        }
    ),
    "numerical": st.fixed_dictionaries(
        {
            **_common("numerical"),
            "answers": st.lists(NUMBERS, min_size=1, max_size=4),
            "units": UNITS,
            "unit_field": st.sampled_from(["input", "select"]),
            "unit_grading": st.sampled_from(["none", "of_mark", "of_max"]),
            "unit_first": st.booleans(),
        }
    ),
    "matching": st.fixed_dictionaries(
        {
            **_common("matching"),
            "pairs": st.lists(
                st.fixed_dictionaries({"stem": st.one_of(TEXTS, st.just("")), "answer": TEXTS}),
                min_size=2,
                max_size=6,
            ).filter(lambda pairs: sum(bool(pair["stem"].strip()) for pair in pairs) >= 2),
            "shuffle": st.booleans(),
        }
    ),
    "ordering": st.fixed_dictionaries(
        {
            **_common("ordering"),
            "items": st.lists(TEXTS.map(str.strip), min_size=2, max_size=6, unique=True),
            "grading": st.sampled_from(list(SCHEMES)),
            "select": st.sampled_from(["all", "random", "contiguous"]),
            "select_count": st.integers(2, 4),
            "layout": st.just("vertical"),
        }
    ),
    "gap_select": _both(
        _common("gap_select"), st.lists(WORDS_OF_GAPS, min_size=1, max_size=5).flatmap(_gaps)
    ),
    "drag_words": _both(
        _common("drag_words"), st.lists(WORDS_TO_DRAG, min_size=1, max_size=5).flatmap(_gaps)
    ),
    "cloze": _both(_common("cloze"), st.lists(BLANKS, min_size=1, max_size=3).flatmap(_blanks)),
    "calculated": _calculated("calculated"),
    "calculated_simple": _calculated("calculated_simple"),
    "calculated_multi": st.fixed_dictionaries(
        {
            **_common("calculated_multi"),
            "text": COUNTED,
            "general_feedback": UNBRACED,
            "answers": st.lists(
                st.fixed_dictionaries({"text": COUNTED, **EXACTNESS}), min_size=2, max_size=4
            ),
            "datasets": DATASETS,
            "single": st.booleans(),
            "shuffle": st.booleans(),
        }
    ),
    "essay": st.fixed_dictionaries(
        {
            **_common("essay"),
            "response_format": st.sampled_from(["plain", "monospaced", "none"]),
            "required": st.booleans(),
            "lines": st.integers(1, 40),
            "least_words": st.one_of(st.none(), st.integers(1, 3)),
            "most_words": st.one_of(st.none(), st.integers(3, 5)),
            "template": NAMES,
            "grader_information": NAMES,
            "attachments": st.integers(-1, 3),
            "attachments_required": st.integers(0, 2),
            "file_types": st.sampled_from([[], [".pdf", ".odt"]]),
            "most_bytes": st.sampled_from([None, 1024]),
        }
    ),
    "drag_image": _both(
        {**_common("drag_image"), **PICTURE}, st.lists(ITEMS, min_size=1, max_size=4).flatmap(_places)
    ),
    "drag_markers": _both(
        {**_common("drag_markers"), **PICTURE, "show_misplaced": st.booleans()},
        st.lists(MARKERS, min_size=1, max_size=3).flatmap(_zones),
    ),
}
