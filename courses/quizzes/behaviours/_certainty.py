"""Certainty-based marking: what a fraction is worth to those who said how sure they are."""

from dataclasses import replace

from courses.quizzes.behaviours._base import Standing

LEAST = 1  # taken for those who did not say
RIGHT = {1: 1.0, 2: 2.0, 3: 3.0}
WRONG = {1: 0.0, 2: -2.0, 3: -6.0}
NOTHING = 5e-8
LIMITS = (min(WRONG.values()), max(RIGHT.values()))


def weighed(stands: Standing) -> Standing:
    """The standing with its fraction as the certainty makes it."""
    if stands.fraction is None:
        return stands
    certainty = stands.certainty or LEAST
    worth = WRONG[certainty] if stands.fraction <= NOTHING else RIGHT[certainty] * stands.fraction
    return replace(stands, fraction=worth)
