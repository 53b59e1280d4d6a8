"""What may stand in a manifest, written once: the same shapes check what is read and order what is
written."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Protocol

from yaml.nodes import Node, ScalarNode

from courses.errors import Problem
from courses.packages.yaml_lines import Placed, Source, is_empty

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
YES = {"true": True, "false": False, "yes": True, "no": False}


class _Missing:
    """There is no usable value here; the reason has been noted."""


MISSING: Any = _Missing()


class Shape(Protocol):
    """One sort of value."""

    def read(self, source: Source, node: Node) -> Any:
        """The value of a node in its normal form, or MISSING with a problem noted."""

    def ordered(self, value: Any) -> Any:
        """The value as it is written: fields in the order of the shape, empty ones left out."""


class _Scalar:
    def ordered(self, value: Any) -> Any:
        return str(value) if isinstance(value, str) else value

    def text(self, source: Source, node: Node) -> str | None:
        """The characters of a scalar, or None and a problem."""
        if not isinstance(node, ScalarNode):
            source.complain("value_not_text", node)
            return None
        if is_empty(node) or not node.value.strip():
            source.complain("value_empty", node)
            return None
        if unprintable(node.value):
            source.complain("text_unprintable", node)
            return None
        return str(node.value)


@dataclass(frozen=True)
class Line(_Scalar):
    """Words on one line; runs of white space count as one space."""

    longest: int

    def read(self, source: Source, node: Node) -> Any:
        text = self.text(source, node)
        if text is None:
            return MISSING
        line = " ".join(text.split())
        if len(line) > self.longest:
            source.complain("value_too_long", node, limit=self.longest, number=len(line))
            return MISSING
        return source.placed(node, line)


@dataclass(frozen=True)
class Key(_Scalar):
    """A short name for an address: Latin letters in lower case, digits, hyphens."""

    shortest: int = 1
    longest: int = 60
    taken: frozenset[str] = frozenset()

    def read(self, source: Source, node: Node) -> Any:
        text = self.text(source, node)
        if text is None:
            return MISSING
        if text in self.taken:
            source.complain("key_taken", node, value=text)
            return MISSING
        if not KEY.fullmatch(text) or not self.shortest <= len(text) <= self.longest:
            source.complain("key_wrong", node, value=text[:60], least=self.shortest, most=self.longest)
            return MISSING
        return source.placed(node, text)


@dataclass(frozen=True)
class FilePath(_Scalar):
    """The path of a file of the package, from its root."""

    ending: str

    def read(self, source: Source, node: Node) -> Any:
        text = self.text(source, node)
        if text is None:
            return MISSING
        if not PATH.fullmatch(text) or len(text) > 200 or not text.endswith(self.ending):
            source.complain("path_wrong", node, value=text[:80], ending=self.ending)
            return MISSING
        return source.placed(node, text)


@dataclass(frozen=True)
class Whole(_Scalar):
    """A whole number between two limits."""

    least: int
    most: int

    def read(self, source: Source, node: Node) -> Any:
        text = self.text(source, node)
        if text is None:
            return MISSING
        if not re.fullmatch(r"[0-9]{1,7}", text) or not self.least <= int(text) <= self.most:
            source.complain("whole_wrong", node, value=text[:20], least=self.least, most=self.most)
            return MISSING
        return int(text)


@dataclass(frozen=True)
class Yes(_Scalar):
    """True or false."""

    def read(self, source: Source, node: Node) -> Any:
        text = self.text(source, node)
        if text is None:
            return MISSING
        if text.lower() not in YES:
            source.complain("yes_or_no", node, value=text[:20])
            return MISSING
        return YES[text.lower()]


@dataclass(frozen=True)
class OneOf(_Scalar):
    """One word of a list."""

    words: tuple[str, ...]

    def read(self, source: Source, node: Node) -> Any:
        text = self.text(source, node)
        if text is None:
            return MISSING
        if text not in self.words:
            source.complain("word_unknown", node, value=text[:60], known=", ".join(self.words))
            return MISSING
        return text


@dataclass(frozen=True)
class Each:
    """A list, every item of one shape."""

    item: Shape
    most: int = 100

    def read(self, source: Source, node: Node) -> Any:
        if is_empty(node):
            source.complain("value_empty", node)
            return MISSING
        nodes = source.items(node)
        if len(nodes) > self.most:
            source.complain("list_too_long", node, most=self.most, number=len(nodes))
            return MISSING
        values = [self.item.read(source, item) for item in nodes]
        return [value for value in values if value is not MISSING]

    def ordered(self, value: Any) -> Any:
        return [self.item.ordered(item) for item in value]


@dataclass(frozen=True)
class Record:
    """Named fields in order; `needed` names those that may not be left out."""

    fields: Mapping[str, Shape]
    needed: frozenset[str]

    def read(self, source: Source, node: Node) -> Any:
        if is_empty(node):
            source.complain("value_empty", node)
            return MISSING
        values = {}
        named = set()
        for name, value in source.pairs(node):
            shape = self.fields.get(name)
            if shape is None:
                self._unknown(source, name)
                continue
            named.add(str(name))
            found = shape.read(source, value)
            if found is not MISSING:
                values[str(name)] = found
        for missing in (name for name in self.fields if name in self.needed and name not in named):
            source.complain("field_missing", node, name=missing)
        return values

    def _unknown(self, source: Source, name: Placed) -> None:
        """A field that may be a known one misspelt: it is left out, and said so."""
        near = get_close_matches(name[:60], self.fields, 1)
        details = (
            {"name": name[:60], "near": near[0]}
            if near
            else {"name": name[:60], "known": ", ".join(self.fields)}
        )
        code = "field_misspelt" if near else "field_unknown"
        source.problems.append(Problem(code, source.where, name.line, name.column, "warning", details))

    def ordered(self, value: Any) -> Any:
        given = {name: value.get(name) for name in self.fields}
        return {
            name: self.fields[name].ordered(item)
            for name, item in given.items()
            if item is not None and (name in self.needed or item not in ("", [], {}))
        }


def unprintable(text: str) -> bool:
    """Whether a text has characters that no page, paper or database should meet."""
    return any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text)
