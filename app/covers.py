"""Covers: a cloth-bound board for every course, drawn from its kind and its title, the same each time.

Each kind has an ornament of its own: pages fanning out (course), a round table with its guests (seminar), the
rays of a star (master class), inlaid wood (workshop). The title only chooses among compositions, so a shelf
is varied and calm. An address needs nothing but kind and seed: `draw(kind, seed_of(title))` draws the same.
"""

import hashlib
import random
from collections.abc import Callable
from functools import lru_cache
from math import cos, pi, sin

WIDTH, HEIGHT, SPINE = 480, 300, 26
PAPER = "#f3e9d6"
# Three cloths for each kind, and the thread that goes with it.
CLOTHS: dict[str, tuple[tuple[str, str, str], str]] = {
    "course": (("#1d5566", "#17495a", "#245f6b"), "#7fb3b8"),
    "seminar": (("#5a3f6b", "#4f3a66", "#66476f"), "#b79cc4"),
    "master_class": (("#80561c", "#75481d", "#7d5f2a"), "#d9b26c"),
    "workshop": (("#33477f", "#2c3f6f", "#3f4f85"), "#9aa9da"),
}


def cover(kind: str, title: str, width: int = WIDTH) -> str:
    """The cover of a course as an SVG document for <img>."""
    return draw(kind, seed_of(title), width)


def seed_of(title: str) -> str:
    """Eight characters that stand for the title in a cover's address."""
    return hashlib.sha256(" ".join(title.casefold().split()).encode()).hexdigest()[:8]


@lru_cache(maxsize=1024)
def draw(kind: str, seed: str, width: int = WIDTH) -> str:
    """The cover for a seed; an unknown kind looks like a course."""
    kind = kind if kind in CLOTHS else "course"
    dice = random.Random(f"{kind}{seed}")  # noqa: S311 (an ornament, not a secret)
    cloths, thread = CLOTHS[kind]
    cloth = dice.choice(cloths)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{width}"'
        f' height="{round(width * HEIGHT / WIDTH)}" fill="none" stroke="{PAPER}">'
        f'<path d="M0 0h{WIDTH}v{HEIGHT}H0z" fill="{cloth}" stroke="none"/>'
        f"{ORNAMENTS[kind](dice, thread)}"
        f'<path d="M0 0h{SPINE}v{HEIGHT}H0z" fill="#0b121c" fill-opacity=".28" stroke="none"/>'
        f'<path d="M{SPINE + 5}.5 0v{HEIGHT}" stroke-opacity=".35"/></svg>'
    )


def _course(dice: random.Random, thread: str) -> str:
    """Leaves of a book fanning out, tile by tile, mirrored about the middle."""
    size, rows = 75, 4
    arcs = "".join(f"M0 {r}A{r} {r} 0 0 0 {r} 0" for r in (13, 28, 43, 58, 73))
    left = [[dice.randrange(4) for _ in range(3)] for _ in range(rows)]
    if dice.random() < 0.6:  # a quieter board: the lower half answers the upper one
        left[2:] = [[(3 - turn) % 4 for turn in row] for row in (left[1], left[0])]
    tiles = []
    for row, turns in enumerate(left):
        for column, turn in enumerate(turns):
            x, y = 30 + column * size + size / 2, row * size + size / 2
            tiles.append((x, y, turn, False))
            tiles.append((60 + 6 * size - x, y, turn, True))
    defs = (
        f'<defs><g id="a" stroke-width="2.5"><path d="M0 0H75L0 75z" fill="{thread}" fill-opacity=".16" '
        f'stroke="none"/><path d="{arcs}"/></g></defs>'
    )
    uses = "".join(
        f'<use href="#a" transform="translate({_n(x)} {_n(y)}){"scale(-1 1)" if flip else ""}'
        f'{f"rotate({turn * 90})" if turn else ""}translate(-37.5 -37.5)"/>'
        for x, y, turn, flip in tiles
    )
    return f'{defs}<g stroke-opacity=".8">{uses}</g>'


def _seminar(dice: random.Random, thread: str) -> str:
    """Round tables seen from above, a ring of guests around each."""
    x, y = dice.choice(((253, 150), (180, 150), (330, 150), (200, 185), (310, 115)))
    guests = dice.choice((8, 10, 12, 16))
    parts = [f'<circle cx="{x}" cy="{y}" r="34" fill="{PAPER}" stroke="none"/>']
    for ring, radius in enumerate((58, 86, 118, 156, 200, 250, 306)):
        number = guests + ring * dice.choice((2, 4))
        look = f'stroke-width="{2 + ring % 2}"'
        if ring % 2 == dice.randrange(2):
            look = (
                f'pathLength="{number}" stroke-width="{13 + ring}" stroke-linecap="round" '
                f'stroke-dasharray="0 1" transform="rotate({dice.randrange(0, 90)} {x} {y})"'
            )
        colour, strength = (PAPER if ring < 3 else thread), _n(0.95 - ring * 0.1)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" stroke="{colour}" stroke-opacity="{strength}" {look}/>'
        )
    angle = dice.randrange(guests) * 2 * pi / guests
    speaker = f'cx="{_n(x + 34 * cos(angle))}" cy="{_n(y + 34 * sin(angle))}"'
    return "".join(parts) + f'<circle {speaker} r="9" fill="{thread}" stroke="none"/>'


def _master_class(dice: random.Random, thread: str) -> str:
    """A star whose rays have a light and a dark side, and rings that carry its glow outward."""
    x, y = dice.choice(((253, 150), (253, 150), (190, 150), (316, 150), (253, 285), (110, 260)))
    rays = dice.choice((8, 12, 16))
    long, short, wide = dice.choice(((118, 60, 0.9), (132, 74, 0.8), (104, 84, 1.0)))
    half = pi / rays * wide
    across, up = _n(short * 0.62 * sin(half)), _n(-short * 0.62 * cos(half))
    turn = dice.choice((0, 180 / rays))
    ray = (
        f'<defs><g id="r"><path d="M0 0L-{across} {up}L0 -{long}z" fill="{PAPER}"/>'
        f'<path d="M0 0L{across} {up}L0 -{long}z" fill="{thread}"/></g></defs>'
    )
    glow = "".join(
        f'<circle r="{r}" pathLength="{rays * 4}" stroke-opacity="{_n(max(0.25, 0.95 - r / 420))}"/>'
        for r in range(long + 22, 420, dice.choice((26, 32, 38)))
    )
    star = "".join(f'<use href="#r" transform="rotate({_n(360 / rays * n)})"/>' for n in range(rays))
    return (
        f'{ray}<g transform="translate({x} {y})rotate({_n(turn)})"><g stroke="{thread}" stroke-width="2.5" '
        f'stroke-dasharray=".62 .38" stroke-dashoffset=".31">{glow}</g><g stroke="none">{star}</g></g>'
    )


def _workshop(dice: random.Random, thread: str) -> str:
    """Inlaid wood: bands that go over and under one another, one lattice repeated."""
    step = dice.choice((50, 60, 75))
    band = round(step * dice.choice((0.42, 0.56, 0.66)))
    heart, over, shift = dice.random() < 0.5, dice.randrange(2), dice.choice((0, step // 2))
    length, size = 2 * step - band - 6, 2 * step
    spots = [(x, y) for x in (0, step, size) for y in (0, step, size)]
    turns = ("", "rotate(90)")
    pieces = "".join(
        f'<use href="#w" transform="translate({x} {y}){turns[((x + y) // step + over) % 2]}"/>'
        for x, y in spots
    )
    return (
        f'<defs><g id="w" stroke-width="2">{_strip(length, band, heart, thread)}</g>'
        f'<pattern id="p" x="{SPINE + shift}" y="{shift}" width="{size}" height="{size}" '
        f'patternUnits="userSpaceOnUse">{pieces}</pattern></defs>'
        f'<path d="M{SPINE} 0h{WIDTH}v{HEIGHT}H{SPINE}z" fill="url(#p)" stroke="none"/>'
    )


def _strip(length: int, band: int, heart: bool, thread: str) -> str:
    """One piece of a band: its body, its two edges and, for some, a line along the middle."""
    left, top = f"{-length / 2:g}", f"{-band / 2:g}"
    middle = f"M{left} 0h{length}" if heart else ""
    return (
        f'<path d="M{left} {top}h{length}v{band}h-{length}z" fill="{thread}" fill-opacity=".2" '
        f'stroke="none"/>'
        f'<path d="M{left} {top}h{length}M{left} {band / 2:g}h{length}{middle}" stroke-opacity=".85"/>'
    )


def _n(value: float) -> str:
    """A number with no more digits than a drawing needs."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


ORNAMENTS: dict[str, Callable[[random.Random, str], str]] = {
    "course": _course,
    "seminar": _seminar,
    "master_class": _master_class,
    "workshop": _workshop,
}
