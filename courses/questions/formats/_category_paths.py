"""The path of a category as the reference writes it in its files (quiz semantics 4.1, 4.3)."""

import re
from collections.abc import Sequence

_ROOT = re.compile(r"\$(?:course|system|module|cat\w*)\$", re.IGNORECASE)
_SINGLE_SLASH = re.compile(r"(?<!/)/(?!/)")
MOST = 400  # characters; what is longer would not fit into the bank


def names_of(path: str) -> tuple[str, ...]:
    """The names without the reference's own beginning; `//` is a slash in a name."""
    names = [" ".join(name.replace("//", "/").split()) for name in _SINGLE_SLASH.split(path)]
    if names and _ROOT.fullmatch(names[0]):
        names.pop(0)
    if names and names[0] == "top":
        names.pop(0)
    return tuple(name for name in names if name)


def path_of(names: Sequence[str]) -> str:
    """The whole path; a slash at the edge of a name is kept apart from those between names by a space."""
    doubled = [" ".join(name.split()).replace("/", "//") for name in names]
    spaced = [f"{' ' * name.startswith('/')}{name}{' ' * name.endswith('/')}" for name in doubled]
    return "/".join(["$course$", "top", *spaced]).strip()
