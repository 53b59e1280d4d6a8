"""Things on places of a picture and markers on zones: a map of the Volga."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.errors import Invalid
from courses.questions.controls import Markers, Places
from courses.questions.types import TYPES
from courses.questions.types._zones import holds, matching

IMAGE, MARKERS = TYPES["drag_image"], TYPES["drag_markers"]
THIRD = 0.3333333
PICTURE = {
    "picture": "волга.svg",
    "width": 600,
    "height": 400,
    "alt": "Карта Волги",
    "files": {"волга.svg": {"key": "a" * 64, "size": 900}},
}
VOLGA = {
    "type": "drag_image",
    "name": "Города на Волге",
    "text": "Поставьте города и притоки на карту.",
    **PICTURE,
    "items": [
        {"text": "Тверь"},
        {"text": "Казань"},
        {"text": "Саратов"},
        {"text": "Ока", "group": 2},
        {"text": "Кама", "group": 2, "infinite": True},
    ],
    "places": [
        {"x": 40, "y": 60, "item": 1, "label": "верховье"},
        {"x": 300, "y": 130, "item": 2},
        {"x": 330, "y": 160, "item": 5, "label": "левый приток"},
    ],
}
SHOWN = {"choices": {"1": [2, 0, 1], "2": [4, 3]}, "places": 3}
RIVER = {
    "type": "drag_markers",
    "name": "Устья",
    "text": "Отметьте города и устья притоков.",
    **PICTURE,
    "markers": [{"text": "Казань"}, {"text": "устье", "most": 0}],
    "zones": [
        {"shape": "circle", "points": [[300, 130], [20, 0]], "marker": 1},
        {"shape": "rectangle", "points": [[200, 100], [40, 30]], "marker": 2},
        {"shape": "polygon", "points": [[330, 150], [370, 150], [350, 190]], "marker": 2},
    ],
}
AS_WRITTEN = {"markers": [0, 1]}


def codes(kind, question, **over):
    return [(problem.code, problem.where) for problem in kind.check({**question, **over})]


def image(*put):
    return {"places": list(put)}


def markers(kazan, mouths):
    return {"markers": [[list(point) for point in kazan], [list(point) for point in mouths]]}


def fraction(response, question=RIVER, variant=AS_WRITTEN):
    return MARKERS.grade(question, variant, MARKERS.clean(question, variant, response)).fraction


# ---- things on places


def test_every_place_counts_the_same_and_an_empty_one_counts_as_wrong():
    assert IMAGE.grade(VOLGA, SHOWN, image(1, 2, 0)).fraction == 1
    graded = IMAGE.grade(VOLGA, SHOWN, image(1, None, 1))
    assert (graded.fraction, graded.parts_right, graded.parts_total) == (1 / 3, 1, 3)
    assert [part.right for part in graded.parts] == [True, False, False]


def test_a_shown_position_counts_within_the_group_of_the_place():
    assert IMAGE.clean(VOLGA, SHOWN, image(2, None, 1)) == image(2, None, 1)
    for wrong in (
        image(None, None, 2),
        image(3, None, None),
        image(-1, None, None),
        image(0, 0),
        "0",
        image("0", 0, 0),
    ):
        with pytest.raises(Invalid):
            IMAGE.clean(VOLGA, SHOWN, wrong if isinstance(wrong, dict) else {"places": wrong})


def test_items_that_look_alike_are_one_answer():
    twice = {**VOLGA, "items": [*VOLGA["items"], {"text": "Тверь"}]}
    variant = {"choices": {"1": [5, 0, 1, 2], "2": [3, 4]}, "places": 3}
    assert IMAGE.grade(twice, variant, image(0, 2, 1)).fraction == 1


def test_what_may_be_used_once_makes_a_second_place_incomplete_and_says_so():
    assert IMAGE.is_complete(VOLGA, SHOWN, image(1, 2, 0))
    assert not IMAGE.is_complete(VOLGA, SHOWN, image(1, 1, 0))
    assert "один раз" in IMAGE.advice(VOLGA, SHOWN, image(1, 1, 0))
    assert not IMAGE.is_complete(VOLGA, SHOWN, image(1, None, 0))
    assert "все места" in IMAGE.advice(VOLGA, SHOWN, image(1, None, 0))


def test_an_endless_item_and_one_that_two_places_need_may_stand_twice():
    tributaries = {**VOLGA, "places": [{"x": n, "y": 0, "item": 5} for n in (10, 90)]}
    two = {**SHOWN, "places": 2}
    assert IMAGE.is_complete(tributaries, two, image(0, 0))
    needed = {**VOLGA, "places": [{"x": n, "y": 0, "item": 1} for n in (10, 90, 170)]}
    assert IMAGE.is_complete(needed, SHOWN, image(1, 1, 1))
    assert IMAGE.grade(needed, SHOWN, image(1, 1, 1)).fraction == 1


def test_a_place_earns_back_by_its_last_wrong_try():
    tries = [image(0, 0, 1), image(1, 0, 0), image(1, 2, 0)]
    assert IMAGE.count_back(VOLGA, SHOWN, tries) == pytest.approx(
        ((1 - THIRD) + (1 - 2 * THIRD) + (1 - THIRD)) / 3
    )
    lost_again = [image(1, 2, 0), image(1, 0, 0), image(1, 2, 0)]
    assert IMAGE.count_back(VOLGA, SHOWN, lost_again) == pytest.approx((1 + (1 - 2 * THIRD) + 1) / 3)


def test_a_hint_takes_the_wrong_things_away():
    assert IMAGE.without_wrong(VOLGA, SHOWN, image(1, 0, None)) == image(1, None, None)
    assert IMAGE.without_wrong(VOLGA, SHOWN, image(0, 0, None)) == {}


def test_answers_are_said_by_the_number_on_the_picture_and_the_label():
    assert IMAGE.summarise(VOLGA, SHOWN, image(1, None, 1)) == "1. верховье → Тверь; 3. левый приток → Ока"
    assert IMAGE.right_answer(VOLGA, SHOWN) == "1. верховье → Тверь; 2 → Казань; 3. левый приток → Кама"
    first, second, third = IMAGE.review(VOLGA, SHOWN, image(1, None, 1))
    assert (first.chosen, first.right, first.response) == (True, True, "Тверь")
    assert (second.chosen, second.right, second.answer) == (False, None, "Казань")
    assert (third.right, third.response, third.answer) == (False, "Ока", "Кама")


def test_the_picture_shows_only_what_some_place_takes_and_sizes_tell_nothing():
    alone = {**VOLGA, "places": VOLGA["places"][:2]}
    drawn = IMAGE.controls(alone, {**SHOWN, "places": 2}, image(1, None))
    assert isinstance(drawn, Places)
    assert [(thing.value, thing.text, thing.most) for thing in drawn.things] == [
        ("0", "Саратов", 1),
        ("1", "Тверь", 1),
        ("2", "Казань", 1),
    ]
    assert [(place.name, place.value, place.label) for place in drawn.places] == [
        ("place-0", "1", "верховье"),
        ("place-1", "", ""),
    ]
    assert len({(place.width, place.height) for place in drawn.places}) == 1


def test_a_picture_without_a_text_goes_by_the_name_of_its_file():
    files = {**PICTURE["files"], "кремль.png": {"key": "b" * 64, "size": 5}}
    items = [{"picture": "кремль.png", "width": 80, "height": 70}, *VOLGA["items"][1:]]
    question = {**VOLGA, "items": items, "files": files}
    assert IMAGE.check(question) == []
    drawn = IMAGE.controls(question, SHOWN, {})
    assert [(thing.text, thing.picture) for thing in drawn.things if thing.picture] == [
        ("кремль", "кремль.png")
    ]
    assert (drawn.places[0].width, drawn.places[0].height) == (83, 70)


def test_blind_guessing_finds_one_of_the_choices_of_each_place():
    assert IMAGE.random_guess(VOLGA) == pytest.approx((1 / 3 + 1 / 3 + 1 / 2) / 3)


def test_order_is_kept_unless_it_is_to_be_mixed():
    assert IMAGE.start({**VOLGA, "shuffle": False}, random.Random(1)) == {
        "choices": {"1": [0, 1, 2], "2": [3, 4]},
        "places": 3,
    }
    mixed = {str(IMAGE.start(VOLGA, random.Random(seed))["choices"]) for seed in range(30)}
    assert len(mixed) > 3


def test_a_version_with_another_number_of_items_or_places_does_not_fit():
    assert IMAGE.fits(VOLGA, SHOWN)
    assert not IMAGE.fits({**VOLGA, "places": VOLGA["places"][:2]}, SHOWN)
    assert not IMAGE.fits({**VOLGA, "items": [*VOLGA["items"], {"text": "Уфа"}]}, SHOWN)
    assert not MARKERS.fits({**RIVER, "markers": RIVER["markers"][:1]}, AS_WRITTEN)


@pytest.mark.parametrize(
    ("over", "problem"),
    [
        ({"picture": ""}, ("picture_missing", "picture")),
        ({"picture": "нет.png"}, ("picture_not_attached", "picture")),
        ({"picture": "карта.pdf", "files": {"карта.pdf": {}}}, ("picture_of_another_sort", "picture")),
        ({"width": 0}, ("picture_size_wrong", "width")),
        ({"height": True}, ("picture_size_wrong", "height")),
        ({"alt": 5}, ("not_a_text", "alt")),
        ({"items": []}, ("too_few_items", "items")),
        ({"items": ["Тверь", *VOLGA["items"][1:]]}, ("drag_item_wrong", "items.0")),
        ({"items": [{"text": " "}, *VOLGA["items"][1:]]}, ("drag_item_empty", "items.0")),
        ({"items": [{"text": "Тверь", "group": 21}, *VOLGA["items"][1:]]}, ("group_wrong", "items.0.group")),
        ({"places": [{"x": 601, "y": 0, "item": 1}]}, ("place_outside", "places.0")),
        ({"places": [{"x": 1.5, "y": 0, "item": 1}]}, ("place_outside", "places.0")),
        ({"places": [{"x": 1, "y": 0, "item": 6}]}, ("place_without_item", "places.0.item")),
        ({"places": [{"x": 1, "y": 0}]}, ("place_wrong", "places.0")),
        ({"places": []}, ("too_few_places", "places")),
    ],
)
def test_what_is_wrong_with_things_and_places_is_said_where_it_stands(over, problem):
    assert problem in codes(IMAGE, VOLGA, **over)
    assert codes(IMAGE, VOLGA) == []


# ---- markers on zones


def test_each_zone_counts_once_and_too_many_markers_lower_the_result():
    assert fraction(markers([(300, 130)], [(210, 110), (350, 160)])) == 1
    assert fraction(markers([(300, 130)], [(210, 110)])) == 2 / 3
    assert fraction(markers([(300, 130)], [(210, 110), (220, 110), (350, 160)])) == 3 / 4
    assert fraction(markers([], [(x, 115) for x in range(200, 260, 10)])) == 1 / 6
    assert fraction(markers([(350, 160)], [])) == 0
    assert MARKERS.grade(RIVER, AS_WRITTEN, {}).state == "gave_up"


@pytest.mark.parametrize(
    ("zone", "inside", "outside"),
    [
        (0, [(300, 130), (320, 130), (300, 110), (312, 146)], [(321, 130), (313, 146), (314, 145)]),
        (1, [(200, 100), (240, 130), (240, 100), (200, 130)], [(199, 100), (241, 130), (220, 131)]),
        (
            2,
            [(330, 150), (350, 190), (350, 150), (340, 170), (360, 170)],
            [(339, 170), (350, 191), (350, 149)],
        ),
    ],
)
def test_the_edge_of_a_zone_belongs_to_it(zone, inside, outside):
    shape = RIVER["zones"][zone]
    assert [point for point in inside if not holds(shape, point)] == []
    assert [point for point in outside if holds(shape, point)] == []


def test_a_bay_of_a_polygon_lies_outside():
    horseshoe = {
        "shape": "polygon",
        "points": [[0, 0], [90, 0], [90, 90], [60, 90], [60, 30], [30, 30], [30, 90], [0, 90]],
    }
    assert not holds(horseshoe, (45, 60))
    assert holds(horseshoe, (15, 60))
    assert holds(horseshoe, (45, 30))
    assert not holds(horseshoe, (45, 90))


OVERLAPPING = {
    **RIVER,
    "markers": [{"text": "устье", "most": 0}],
    "zones": [
        {"shape": "rectangle", "points": [[0, 0], [100, 50]], "marker": 1},
        {"shape": "rectangle", "points": [[50, 0], [100, 50]], "marker": 1},
    ],
}


def test_a_marker_that_could_serve_two_zones_makes_room_for_another():
    both, left = [75, 25], [10, 25]
    for points in ([both, left], [left, both]):
        response = {"markers": [points]}
        assert MARKERS.grade(OVERLAPPING, {"markers": [0]}, response).fraction == 1


@given(
    points=st.lists(st.tuples(st.integers(0, 160), st.integers(0, 60)).map(list), min_size=1, max_size=6),
    seed=st.integers(0, 99),
)
def test_the_order_of_setting_never_matters(points, seed):
    mixed = list(points)
    random.Random(seed).shuffle(mixed)
    variant = {"markers": [0]}
    one, other = (MARKERS.grade(OVERLAPPING, variant, {"markers": [each]}) for each in (points, mixed))
    assert (one.fraction, [part.right for part in one.parts]) == (
        other.fraction,
        [part.right for part in other.parts],
    )


@given(st.lists(st.lists(st.integers(0, 4), max_size=4, unique=True), max_size=5))
def test_no_other_choice_of_markers_satisfies_more_zones(able):
    def best(zone, free):
        if zone == len(able):
            return 0
        taken = (1 + best(zone + 1, free - {marker}) for marker in able[zone] if marker in free)
        return max([best(zone + 1, free), *taken])

    found = matching(able)
    assert len(found) == best(0, frozenset(range(5)))
    assert len(set(found.values())) == len(found)
    assert all(marker in able[zone] for zone, marker in found.items())


def test_a_zone_earns_by_the_first_try_from_which_it_was_hit_to_the_end():
    first = markers([(300, 130)], [(0, 0)])
    second = markers([(0, 0)], [(210, 110)])
    last = markers([(300, 130)], [(210, 110), (350, 160)])
    earned = (1 - 2 * THIRD) + (1 - THIRD) + (1 - 2 * THIRD)
    assert MARKERS.count_back(RIVER, AS_WRITTEN, [first, second, last]) == pytest.approx(earned / 3)


def test_the_most_markers_of_any_try_divide_what_is_earned():
    many = markers([(300, 130)], [(210, 110), (350, 160), (1, 1), (2, 2)])
    right = markers([(300, 130)], [(210, 110), (350, 160)])
    assert MARKERS.count_back(RIVER, AS_WRITTEN, [many, right]) == pytest.approx(3 / 5)
    assert MARKERS.count_back(RIVER, AS_WRITTEN, [many, {}]) == 0
    dear = {**RIVER, "penalty": 1.0}
    assert MARKERS.count_back(dear, AS_WRITTEN, [markers([], [(0, 0)])] * 3 + [right]) == 0


def test_a_hint_leaves_the_markers_that_serve_a_zone():
    response = markers([(0, 0)], [(210, 110), (215, 110)])
    assert MARKERS.without_wrong(RIVER, AS_WRITTEN, response) == markers([], [(210, 110)])
    assert MARKERS.without_wrong(RIVER, AS_WRITTEN, markers([(0, 0)], [])) == {}


def test_the_review_tells_of_every_zone_and_of_every_marker_that_serves_none():
    response = markers([(0, 7)], [(210, 110)])
    kazan, mouth, missed, stray = MARKERS.review(RIVER, AS_WRITTEN, response)
    assert (mouth.text, mouth.chosen, mouth.right, mouth.response) == ("устье", True, True, "(210, 110)")
    assert (kazan.chosen, kazan.right, kazan.key, kazan.answer) == (False, None, True, "(300, 130)")
    assert (missed.chosen, missed.answer) == (False, "(350, 170)")
    assert (stray.text, stray.chosen, stray.right, stray.response) == ("Казань", True, False, "(0, 7)")


def test_misplaced_markers_are_named_where_the_author_wants_it():
    response = markers([(0, 7)], [(210, 110), (1, 1), (2, 2)])
    assert MARKERS.feedback(RIVER, AS_WRITTEN, response) == []
    shown = {**RIVER, "show_misplaced": True}
    assert MARKERS.feedback(shown, AS_WRITTEN, response) == ["Не на своём месте:", "Казань", "устье"]
    assert MARKERS.feedback(shown, AS_WRITTEN, markers([(300, 130)], [])) == []


def test_numbers_come_in_pairs_and_half_a_pair_is_no_marker():
    form = {
        "marker-0-x": [" 300 "],
        "marker-0-y": ["130"],
        "marker-1-x": ["210", "5", ""],
        "marker-1-y": ["110", "", ""],
    }
    raw = MARKERS.from_form(RIVER, AS_WRITTEN, form)
    assert MARKERS.clean(RIVER, AS_WRITTEN, raw) == markers([(300, 130)], [(210, 110)])
    with pytest.raises(Invalid):
        MARKERS.clean(
            RIVER, AS_WRITTEN, MARKERS.from_form(RIVER, AS_WRITTEN, {**form, "marker-0-x": ["3e2"]})
        )


@pytest.mark.parametrize(
    "wrong",
    [
        markers([(601, 0)], []),
        markers([(0, -1)], []),
        markers([(0, 0), (1, 1)], []),
        markers([], [(n, 0) for n in range(201)]),
        {"markers": [[[1, 2, 3]], []]},
        {"markers": [[[1.0, 2]], []]},
        {"markers": [[[True, 2]], []]},
        {"markers": [[]]},
        {"markers": "1,2"},
        {"markers": [1, 2]},
    ],
)
def test_markers_outside_the_picture_or_more_than_allowed_are_refused(wrong):
    with pytest.raises(Invalid):
        MARKERS.clean(RIVER, AS_WRITTEN, wrong)


def test_few_markers_have_all_their_fields_and_many_get_one_more():
    question = {**RIVER, "markers": [{"text": "Казань", "most": 3}, {"text": "устье", "most": 0}]}
    drawn = MARKERS.controls(question, AS_WRITTEN, markers([(300, 130)], [(1, 2), (3, 4)]))
    assert isinstance(drawn, Markers)
    assert [marker.rows for marker in drawn.markers] == [((300, 130), None, None), ((1, 2), (3, 4), None)]


@pytest.mark.parametrize(
    ("over", "problem"),
    [
        ({"markers": []}, ("too_few_markers", "markers")),
        ({"markers": [{"text": ""}, {"text": "устье", "most": 0}]}, ("marker_empty", "markers.0.text")),
        (
            {"markers": [{"text": "Казань", "most": -1}, {"text": "устье", "most": 0}]},
            ("marker_most_wrong", "markers.0.most"),
        ),
        (
            {"markers": [{"text": "Казань"}, {"text": "устье", "most": 1}]},
            ("marker_too_few", "markers.1.most"),
        ),
        ({"zones": []}, ("too_few_zones", "zones")),
        ({"zones": RIVER["zones"] * 34}, ("too_many_zones", "zones")),
        ({"zones": [{"shape": "star", "points": [[0, 0], [1, 1]], "marker": 1}]}, ("zone_wrong", "zones.0")),
        (
            {"zones": [{"shape": "circle", "points": [[0, 0], [0, 0]], "marker": 1}]},
            ("zone_wrong", "zones.0"),
        ),
        (
            {"zones": [{"shape": "polygon", "points": [[0, 0], [5, 5]], "marker": 1}]},
            ("zone_wrong", "zones.0"),
        ),
        (
            {"zones": [{"shape": "rectangle", "points": [[0, 0], [5]], "marker": 1}]},
            ("zone_wrong", "zones.0"),
        ),
        (
            {"zones": [{"shape": "circle", "points": [[0, 0], [5, 0]], "marker": 3}]},
            ("zone_without_marker", "zones.0.marker"),
        ),
        (
            {"zones": [{"shape": "circle", "points": [[700, 0], [5, 0]], "marker": 1}]},
            ("zone_outside", "zones.0"),
        ),
        ({"show_misplaced": 1}, ("not_yes_or_no", "show_misplaced")),
    ],
)
def test_what_is_wrong_with_markers_and_zones_is_said_where_it_stands(over, problem):
    assert problem in codes(MARKERS, RIVER, **over)
    assert codes(MARKERS, RIVER) == []
