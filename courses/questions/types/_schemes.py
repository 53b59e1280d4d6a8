"""The nine ways to mark an order (quiz semantics 3.10). `ranks` are the right places, from 0, as answered."""

from collections.abc import Callable, Sequence
from itertools import pairwise

Ranks = Sequence[int]


def all_or_nothing(ranks: Ranks) -> float:
    """1 when everything is in its place, otherwise 0."""
    return float(list(ranks) == sorted(ranks))


def absolute_position(ranks: Ranks) -> float:
    """The share of items that stand exactly in their place."""
    return sum(rank == place for place, rank in enumerate(ranks)) / len(ranks)


def relative_to_correct(ranks: Ranks) -> float:
    """An item loses a point for every place it stands away from its own."""
    last = len(ranks) - 1
    near = sum(max(0, last - abs(place - rank)) for place, rank in enumerate(ranks))
    return near / (len(ranks) * last)


def relative_next_exclude_last(ranks: Ranks) -> float:
    """The share of items followed by the right one; the last item has no follower."""
    return sum(after == rank + 1 for rank, after in _neighbours(ranks)) / (len(ranks) - 1)


def relative_next_include_last(ranks: Ranks) -> float:
    """The same, and the last item counts when nothing should follow it."""
    return (sum(after == rank + 1 for rank, after in _neighbours(ranks)) + _ends_right(ranks)) / len(ranks)


def relative_one_previous_and_next(ranks: Ranks) -> float:
    """Every right neighbour counts for both items; the ends count as neighbours."""
    inner = 2 * sum(after == rank + 1 for rank, after in _neighbours(ranks))
    return (inner + (ranks[0] == 0) + _ends_right(ranks)) / (2 * len(ranks))


def relative_all_previous_and_next(ranks: Ranks) -> float:
    """Every pair in the right order counts for both of its items."""
    size = len(ranks)
    pairs = sum(ranks[i] < ranks[j] for i in range(size) for j in range(i + 1, size))
    return 2 * pairs / (size * (size - 1))


def longest_ordered_subset(ranks: Ranks) -> float:
    """The longest run of items that stand in the right order among themselves, however far apart."""
    best: list[int] = []
    for place, rank in enumerate(ranks):
        best.append(1 + max((best[i] for i in range(place) if ranks[i] < rank), default=0))
    return _long(max(best)) / len(ranks)


def longest_contiguous_subset(ranks: Ranks) -> float:
    """The longest run of neighbours in the right order that follow each other, perhaps not at once."""
    place = {rank: index for index, rank in enumerate(ranks)}
    longest = run = 1
    for rank in range(1, len(ranks)):
        run = run + 1 if place[rank] > place[rank - 1] else 1
        longest = max(longest, run)
    return _long(longest) / len(ranks)


def _neighbours(ranks: Ranks) -> list[tuple[int, int]]:
    return list(pairwise(ranks))


def _ends_right(ranks: Ranks) -> bool:
    return ranks[-1] == len(ranks) - 1


def _long(length: int) -> int:
    """A run of one item is no run."""
    return length if length > 1 else 0


SCHEMES: dict[str, Callable[[Ranks], float]] = {
    scheme.__name__: scheme
    for scheme in (
        all_or_nothing,
        absolute_position,
        relative_to_correct,
        relative_next_exclude_last,
        relative_next_include_last,
        relative_one_previous_and_next,
        relative_all_previous_and_next,
        longest_ordered_subset,
        longest_contiguous_subset,
    )
}
