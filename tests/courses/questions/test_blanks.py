"""Texts with blanks: the Volga, a proverb, and what they are worth."""

import random

import pytest

from courses import markup
from courses.errors import Invalid
from courses.questions.controls import GAP, GAPS
from courses.questions.types import TYPES

CLOZE, SELECT, DRAG = TYPES["cloze"], TYPES["gap_select"], TYPES["drag_words"]
THIRD = 0.3333333


def short(*answers, **settings):
    listed = [{"text": text, "fraction": worth, "feedback": said} for text, worth, said in answers]
    return {"kind": "short_answer", "answers": listed, **settings}


def choice(*answers, kind="single_choice", **settings):
    return {**short(*answers, **settings), "kind": kind}


RIVER = short(("ёлка", 1, "Верно."), ("со*а", 0.5, "Почти."))
SEA = choice(("Чёрное", -0.5, "Туда впадает Дон."), ("Каспийское", 1, ""), weight=2)
LENGTH = {
    "kind": "numerical",
    "answers": [{"value": 3530, "tolerance": 30, "fraction": 1, "feedback": "Да."}],
}
STREAMS = choice(("Ока", 0.5, ""), ("Кама", 0.5, ""), ("Дон", -1, "Нет."), kind="multiple_choice")


def cloze(*blanks, text="", **over):
    text = text or " ".join(f"слово [[{number}]]" for number in range(1, len(blanks) + 1))
    return {"type": "cloze", "name": "Волга", "text": text, "blanks": list(blanks), **over}


ALL = cloze(RIVER, SEA, LENGTH, STREAMS)
SHOWN = {"blanks": [{}, {"order": [1, 0]}, {}, {"order": [2, 0, 1]}]}
RIGHT = ({"text": "Елка "}, {"choice": 0}, {"text": "3 530,0"}, {"choices": [1, 2]})


def filled(*answers):
    return {"blanks": list(answers)}


def marked(question, variant, *answers):
    graded = CLOZE.grade(question, variant, CLOZE.clean(question, variant, filled(*answers)))
    return graded.fraction, graded.state


def codes(kind, question, **over):
    return [(problem.code, problem.where) for problem in kind.check({**question, **over})]


def gaps(*chosen):
    return {"gaps": list(chosen)}


# ---- blanks of several kinds


def test_every_blank_is_marked_by_the_rules_of_its_own_kind():
    assert marked(ALL, SHOWN, *RIGHT) == (1, "graded_right")
    assert marked(ALL, SHOWN, {"text": "сосна"}, *RIGHT[1:])[0] == pytest.approx(4.5 / 5)
    assert marked(ALL, SHOWN, *RIGHT[:3], {"choices": [0, 1, 2]})[0] == pytest.approx(4 / 5)
    assert marked(ALL, SHOWN, {"text": "ЁЛКА"}, None, None, None) == (1 / 5, "graded_partial")
    minding = cloze({**RIVER, "use_case": True})
    assert marked(minding, {"blanks": [{}]}, {"text": "ЁЛКА"}) == (0, "graded_wrong")
    strict = cloze({**RIVER, "russian_equivalence": False})
    assert marked(strict, {"blanks": [{}]}, {"text": "елка"}) == (0, "graded_wrong")


def test_weights_count_and_an_empty_blank_is_worth_nothing():
    assert marked(ALL, SHOWN, None, RIGHT[1], None, None)[0] == 2 / 5
    assert marked(ALL, SHOWN, RIGHT[0], None, None, None)[0] == 1 / 5


def test_the_state_says_whether_all_are_right_or_all_are_wrong_whatever_the_sum():
    assert marked(ALL, SHOWN, {"text": "дуб"}, {"choice": 1}, None, None) == (-1 / 5, "graded_wrong")
    two = cloze(RIVER, choice(("а", -0.5, ""), ("б", 1, "")))
    shown = {"blanks": [{}, {"order": [0, 1]}]}
    assert marked(two, shown, {"text": "сосна"}, {"choice": 0}) == (0, "graded_partial")
    light = cloze(RIVER, short(("да", 1, ""), weight=0))
    assert marked(light, {"blanks": [{}, {}]}, {"text": "ёлка"}, {"text": "нет"}) == (1, "graded_partial")


def test_blanks_without_weight_have_a_state_and_no_mark():
    free = cloze(short(("*", 1, ""), weight=0))
    assert marked(free, {"blanks": [{}]}, {"text": "что угодно"}) == (None, "graded_right")
    assert codes(CLOZE, free) == [("blanks_weigh_nothing", "blanks")]
    assert CLOZE.random_guess(free) is None
    assert CLOZE.count_back(free, {"blanks": [{}]}, [filled({"text": "ой"})]) is None


def test_one_answered_blank_gets_a_mark_and_all_of_them_are_complete():
    some, nothing = filled(None, None, {"text": "много"}, None), filled(None, None, None, None)
    assert CLOZE.is_gradable(ALL, SHOWN, some)
    assert not CLOZE.is_complete(ALL, SHOWN, some)
    assert CLOZE.is_complete(ALL, SHOWN, filled(*RIGHT))
    unread = filled(*RIGHT[:2], {"text": "много"}, RIGHT[3])
    assert not CLOZE.is_complete(ALL, SHOWN, unread)
    assert CLOZE.clean(ALL, SHOWN, nothing) == {}
    assert CLOZE.clean(ALL, SHOWN, filled({"text": " "}, {"choice": -1}, {}, {"choices": []})) == {}
    assert CLOZE.advice(ALL, SHOWN, unread).startswith("Не получилось прочитать число")
    assert CLOZE.advice(ALL, SHOWN, filled(*RIGHT[:3], None)) == "Заполните все пропуски."


@pytest.mark.parametrize(
    "wrong",
    [
        {"blanks": "ёлка"},
        {"blanks": [None]},
        {"blanks": [{}, {"choice": 2}, {}, {}]},
        {"blanks": ["ёлка", None, None, None]},
        {"blanks": [{"text": "x" * 10_001}, None, None, None]},
    ],
)
def test_what_no_page_sends_is_refused(wrong):
    with pytest.raises(Invalid):
        CLOZE.clean(ALL, SHOWN, wrong)


def test_a_blank_earns_back_by_the_try_at_which_its_answer_changed_last():
    tries = [
        filled({"text": "дуб"}, {"choice": 1}, {"text": "1"}, {"choices": [1]}),
        filled({"text": "ёлка"}, {"choice": 1}, {"text": "2"}, {"choices": [1]}),
        filled({"text": "ёлка"}, {"choice": 0}, {"text": "3530"}, {"choices": [1]}),
    ]
    worth = (1 - THIRD) + 2 * (1 - 2 * THIRD) + (1 - 2 * THIRD) + 0.5
    assert CLOZE.count_back(ALL, SHOWN, tries) == pytest.approx(worth / 5)
    assert CLOZE.count_back(ALL, SHOWN, [tries[0], tries[2]]) == pytest.approx((4 * (1 - THIRD) + 0.5) / 5)
    assert CLOZE.count_back(ALL, SHOWN, [filled(None, {"choice": 1}, None, None)]) == 0


def test_a_hint_leaves_what_is_right():
    mixed = filled({"text": "сосна"}, {"choice": 0}, {"text": "3530"}, {"choices": [0, 1]})
    kept = CLOZE.without_wrong(ALL, SHOWN, mixed)
    assert kept == filled(None, {"choice": 0}, {"text": "3530"}, {"choices": [1]})
    assert CLOZE.without_wrong(ALL, SHOWN, filled({"text": "дуб"}, None, None, None)) == {}


def test_the_guess_leaves_the_weights_out_above_the_line_as_the_reference_does():
    assert CLOZE.random_guess(cloze(SEA, RIVER)) == pytest.approx(0.25 / 3)
    assert CLOZE.random_guess(cloze(STREAMS, short(("*", 1, "")))) == pytest.approx(1 / 2)
    assert CLOZE.least_fraction(ALL) == pytest.approx((-0.5 * 2 - 1) / 5)


def test_what_was_answered_and_what_was_right_is_said_blank_by_blank():
    answer = filled({"text": "елка"}, None, {"text": "3530"}, {"choices": [0, 1]})
    assert CLOZE.summarise(ALL, SHOWN, answer) == "1 → елка; 3 → 3530; 4 → Дон; Ока"
    assert CLOZE.right_answer(ALL, SHOWN) == "1 → ёлка; 2 → Каспийское; 3 → 3530; 4 → Ока; Кама"
    first, second, third, fourth = CLOZE.review(ALL, SHOWN, answer)
    assert (first.text, first.right, first.response, first.answer) == ("1", True, "елка", "ёлка")
    assert (first.feedback, third.feedback, fourth.feedback) == ("Верно.", "Да.", "Нет.")
    assert (second.chosen, second.right, second.answer) == (False, None, "Каспийское")
    assert fourth.right is False
    graded = CLOZE.grade(ALL, SHOWN, answer)
    assert [part.fraction for part in graded.parts] == [1, 0, 1, 0]
    assert (graded.parts_right, graded.parts_total, len(graded.notes)) == (2, 4, 1)
    twice = cloze(RIVER, RIVER)
    said = CLOZE.feedback(twice, {"blanks": [{}, {}]}, filled({"text": "елка"}, {"text": "елка"}))
    assert said == ["Верно.", *graded.notes, "Верно."]


def test_blanks_are_mixed_only_where_the_author_says_so():
    question = cloze(STREAMS, {**STREAMS, "shuffle": True})
    starts = [CLOZE.start(question, random.Random(seed))["blanks"] for seed in range(20)]
    assert {tuple(first["order"]) for first, _ in starts} == {(0, 1, 2)}
    assert len({tuple(second["order"]) for _, second in starts}) > 1


def test_a_blank_of_another_kind_is_another_question():
    assert not CLOZE.fits(cloze(RIVER, SEA), {"blanks": [{"order": [0, 1]}, {"order": [0, 1]}]})
    assert not CLOZE.fits(cloze(RIVER), {"blanks": [{}, {}]})
    several = cloze({**SEA, "kind": "multiple_choice"})
    assert marked(cloze(SEA), {"blanks": [{"order": [0, 1]}]}, {"choice": 1})[0] == 1
    assert CLOZE.grade(several, {"blanks": [{"order": [0, 1]}]}, filled({"choice": 1})).state == "gave_up"


def test_the_controls_are_fields_lists_and_options_of_one_length():
    looks = cloze(RIVER, SEA, LENGTH, {**SEA, "look": "column"}, {**STREAMS, "look": "row"})
    shown = {"blanks": [{}, {"order": [1, 0]}, {}, {"order": [0, 1]}, {"order": [0, 1, 2]}]}
    answer = filled({"text": "ива"}, {"choice": 0}, None, {"choice": 1}, {"choices": [0, 2]})
    drawn = CLOZE.controls(looks, shown, answer).blanks
    assert [blank.kind for blank in drawn] == ["text", "select", "number", "radio", "checkbox"]
    assert [blank.value for blank in drawn[:4]] == ["ива", "0", "", "1"]
    assert [option.checked for option in drawn[4].options] == [True, False, True]
    assert (drawn[3].across, drawn[4].across) == (False, True)
    long = cloze(short(("Российская Федерация", 1, "")), short(("да", 1, "")))
    assert {blank.size for blank in CLOZE.controls(long, {"blanks": [{}, {}]}, {}).blanks} == {20}


@pytest.mark.parametrize(
    ("over", "found"),
    [
        ({"blanks": []}, [("too_few_blanks", "blanks")]),
        ({"text": "Нет места."}, [("blank_not_in_text", "blanks.0")]),
        ({"text": "[[1]] и [[1]]"}, [("blank_repeats", "blanks.0")]),
        ({"text": "[[1]] и [[2]]"}, [("blank_unknown", "text")]),
        ({"blanks": ["ёлка"]}, [("blank_wrong", "blanks.0")]),
        ({"blanks": [{**RIVER, "kind": "essay"}]}, [("blank_wrong", "blanks.0")]),
        ({"blanks": [{**RIVER, "weight": 1.5}]}, [("blank_weight_wrong", "blanks.0.weight")]),
        ({"blanks": [{**SEA, "look": "tree"}]}, [("blank_look_wrong", "blanks.0.look")]),
        ({"blanks": [{**STREAMS, "look": "menu"}]}, [("blank_look_wrong", "blanks.0.look")]),
        ({"blanks": [short(("", 1, ""))]}, [("answer_empty", "blanks.0.answers.0.text")]),
        ({"blanks": [choice(("а", 1, ""))]}, [("too_few_answers", "blanks.0.answers")]),
        ({"text": "$x = [[1]]$"}, [("gap_not_drawn", "text")]),
        ({"text": "<a title='[[1]]'>река</a>", "text_format": "html"}, [("gap_not_drawn", "text")]),
    ],
)
def test_a_cloze_says_what_is_wrong_and_where(over, found):
    assert codes(CLOZE, cloze(RIVER), **over) == found


# ---- words in gaps

PROVERB = {
    "type": "drag_words",
    "name": "Пословица",
    "text": "Тише [[1]], дальше [[2]], [[3]] и [[3]].",
    "choices": [
        {"text": "едешь"},
        {"text": "будешь"},
        {"text": "тихо", "group": 2},
        {"text": "быстро", "group": 2},
        {"text": "ещё", "group": 3},
    ],
}
MIXED = {"choices": {"1": [1, 0], "2": [2, 3], "3": [4]}, "gaps": [1, 1, 2, 2]}
BOTH = pytest.mark.parametrize("kind", [SELECT, DRAG], ids=["gap_select", "drag_words"])


@BOTH
def test_every_gap_counts_the_same(kind):
    assert kind.grade(PROVERB, MIXED, gaps(1, 0, 0, 0)).fraction == 1
    graded = kind.grade(PROVERB, MIXED, gaps(1, None, 1, 0))
    assert (graded.fraction, graded.state) == (0.5, "graded_partial")
    assert [part.right for part in graded.parts] == [True, False, False, True]
    assert kind.summarise(PROVERB, MIXED, gaps(1, None, 1, 0)) == "1 → едешь; 3 → быстро; 4 → тихо"
    assert kind.right_answer(PROVERB, MIXED) == "1 → едешь; 2 → будешь; 3 → тихо; 4 → тихо"
    assert kind.without_wrong(PROVERB, MIXED, gaps(1, None, 1, 0)) == gaps(1, None, None, 0)
    assert kind.random_guess(PROVERB) == 1 / 2


@BOTH
def test_a_gap_earns_back_by_its_last_wrong_try(kind):
    tries = [gaps(0, 0, 1, 1), gaps(1, 0, 0, 1)]
    assert kind.count_back(PROVERB, MIXED, tries) == pytest.approx((1 + 2 * (1 - THIRD)) / 4)


@BOTH
def test_a_gap_takes_only_what_its_group_holds(kind):
    for wrong in (gaps(2, 0, 0, 0), gaps(0, 0, 0), gaps(True, 0, 0, 0), {"gaps": "0"}):
        with pytest.raises(Invalid):
            kind.clean(PROVERB, MIXED, wrong)
    assert kind.clean(PROVERB, MIXED, gaps(None, None, None, None)) == {}


@BOTH
def test_equal_words_are_one_choice_and_words_of_other_groups_are_not(kind):
    twice = {**PROVERB, "choices": [*PROVERB["choices"], {"text": " едешь"}, {"text": "едешь", "group": 2}]}
    variant = kind.start(twice, random.Random(1))
    assert sorted(variant["choices"]["1"]) == [0, 1]
    assert sorted(variant["choices"]["2"]) == [2, 3, 6]
    other = {**twice, "text": "[[6]]"}
    assert (
        kind.grade(other, {"choices": {"1": [0, 1], "2": [2], "3": [4]}, "gaps": [1]}, gaps(0)).fraction == 1
    )


@BOTH
def test_another_gap_or_another_group_is_another_question(kind):
    assert kind.fits(PROVERB, MIXED)
    assert not kind.fits({**PROVERB, "text": "[[1]] [[2]] [[3]]"}, MIXED)
    assert not kind.fits({**PROVERB, "text": "[[1]] [[3]] [[3]] [[3]]"}, MIXED)
    assert kind.fits({**PROVERB, "text": "Дальше [[2]], тише [[1]]: [[4]], [[3]]."}, MIXED)


def test_a_word_is_dragged_once_or_where_it_is_needed_and_a_list_gives_it_always():
    assert DRAG.is_complete(PROVERB, MIXED, gaps(1, 0, 0, 0))
    assert not DRAG.is_complete(PROVERB, MIXED, gaps(1, 1, 0, 0))
    assert "один раз" in DRAG.advice(PROVERB, MIXED, gaps(1, 1, 0, 0))
    assert DRAG.advice(PROVERB, MIXED, gaps(1, None, 0, 0)) == "Заполните все пропуски."
    assert SELECT.is_complete(PROVERB, MIXED, gaps(1, 1, 1, 1))
    words = DRAG.controls(PROVERB, MIXED, {}).words
    assert [(word.text, word.group, word.most) for word in words] == [
        ("будешь", 1, 1),
        ("едешь", 1, 1),
        ("тихо", 2, 2),
        ("быстро", 2, 1),
    ]
    assert SELECT.controls(PROVERB, MIXED, {}).words == ()
    endless = {**PROVERB, "choices": [{"text": "едешь", "infinite": True}, *PROVERB["choices"][1:]]}
    assert DRAG.is_complete(endless, MIXED, gaps(1, 1, 0, 0))
    listed = {**PROVERB, "choices": [*PROVERB["choices"], {"text": "едешь"}]}
    assert DRAG.is_complete(listed, MIXED, gaps(1, 1, 0, 0))


@pytest.mark.parametrize(
    ("over", "found"),
    [
        ({"choices": []}, [("too_few_choices", "choices")]),
        ({"choices": ["едешь"]}, [("gap_choice_wrong", "choices.0")]),
        ({"choices": [{"text": " "}]}, [("answer_empty", "choices.0.text")]),
        ({"choices": [{"text": "а", "group": 21}]}, [("gap_group_wrong", "choices.0.group")]),
        ({"choices": [{"text": "а", "infinite": 1}]}, [("not_yes_or_no", "choices.0.infinite")]),
        ({"choices": [{"text": "а", "format": "tex"}]}, [("format_unknown", "choices.0.format")]),
        ({"shuffle": 1}, [("not_yes_or_no", "shuffle")]),
        ({"text": "Нет мест."}, [("gaps_missing", "text")]),
        ({"text": "[[1]] [[6]] [[0]]"}, [("gap_without_choice", "text")] * 2),
        ({"text": "$[[1]]$ и [[2]]"}, [("gap_not_drawn", "text")]),
        (
            {
                "text": "[[1]]",
                "choices": [{"text": f"x<{tag}>2</{tag}>", "format": "html"} for tag in ("sub", "sup")],
            },
            [("gap_choices_alike", "choices.1")],
        ),
    ],
)
@BOTH
def test_gaps_say_what_is_wrong_and_where(kind, over, found):
    assert codes(kind, PROVERB, **over) == found


# ---- the text around


@pytest.mark.parametrize(
    ("text_format", "text"),
    [
        ("markdown", "Река **[[1]]**\n\n- в [[2]]\n\n| а | б |\n|---|---|\n| [[3]] | `[[4]]` |"),
        (
            "html",
            "<p>Река <b>[[1]]</b></p><ul><li>[[2]]</li></ul><table><tr><td>[[3]]</td></tr></table>[[4]]",
        ),
        ("moodle", "Река [[1]]\n<i>[[2]]</i> [[3]][[4]]"),
        ("plain", "<b> [[1]]\n[[2]] & [[3]] — [[4]]"),
    ],
)
def test_every_format_keeps_the_places_of_the_blanks(text_format, text):
    question = {**PROVERB, "text": text, "text_format": text_format}
    assert SELECT.check(question) == []
    drawn = SELECT.controls(question, SELECT.start(question, random.Random(0)), {}).text
    assert GAPS.findall(markup.render_text(drawn, drawn.text_format)) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    "forged", [GAP.format(0), "&#xE000;0&#xE001;", "&#57344;0&#057345;", "&#XE0000&#xe001"]
)
def test_an_author_cannot_forge_the_place_of_a_blank(forged):
    question = cloze(RIVER, text=f"{forged} и [[1]]", text_format="html")
    drawn = CLOZE.controls(question, {"blanks": [{}]}, {}).text
    assert GAPS.findall(markup.render_text(drawn, "html")) == ["0"]


def test_blanks_stand_where_the_author_put_them_not_in_the_order_of_their_numbers():
    text = CLOZE.controls({**ALL, "text": "[[3]] [[1]] [[4]] [[2]]"}, SHOWN, {}).text
    assert text == " ".join(GAP.format(number) for number in (2, 0, 3, 1))
