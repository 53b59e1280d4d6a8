"""Covers: the same for the same course, small, and harmless inside an <img>."""

import re
from xml.etree import ElementTree

import pytest

from app.covers import CLOTHS, cover, draw, seed_of

TITLES = [f"Программа номер {n}" for n in range(60)] + ["", "Ё", "Очень длинное название " * 20]


@pytest.mark.parametrize("kind", CLOTHS)
def test_a_cover_is_small_well_formed_and_without_words(kind):
    for title in TITLES:
        drawing = cover(kind, title)
        assert len(drawing.encode()) <= 3_000, title
        tree = ElementTree.fromstring(drawing)
        assert {element.tag.split("}")[1] for element in tree.iter()} <= {
            "svg", "defs", "g", "path", "circle", "use", "pattern",
        }  # fmt: skip
        assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("kind", CLOTHS)
def test_titles_get_different_covers_and_each_its_own_again(kind):
    assert len({cover(kind, title) for title in TITLES}) >= 25
    assert cover(kind, "Медиация в школе") == draw(kind, seed_of("медиация  в школе "))


def test_an_unknown_kind_looks_like_a_course():
    assert cover("conference", "Математика") == cover("course", "Математика")


def test_the_width_keeps_the_proportion():
    assert re.search(r'width="240" height="150"', cover("seminar", "Урок", width=240))
