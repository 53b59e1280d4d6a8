"""YAML that knows the line of every value, and none of YAML's surprises.

There are no anchors, aliases or tags (so nothing can be blown up or built), no deep nesting, and a scalar
is just what the author wrote: a title of `1984` or `yes` is a text, because the field says so and not YAML.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from courses.errors import Problem

DEEPEST = 12
HINTS = (
    ("mapping values are not allowed here", "yaml_colon"),
    ("that cannot start any token", "yaml_sign"),
    ("expected <block end>", "yaml_indent"),
    ("could not find expected ':'", "yaml_no_colon"),
    ("while scanning a quoted scalar", "yaml_quote"),
    ("found unexpected end of stream", "yaml_quote"),
    ("expected a single document", "yaml_documents"),
    ("found unknown escape", "yaml_escape"),
)


class Placed(str):
    """A text that remembers where in its file it stands."""

    line: int
    column: int

    def __new__(cls, text: str, line: int = 0, column: int = 0) -> "Placed":
        placed = super().__new__(cls, text)
        placed.line, placed.column = line, column
        return placed


class _Refused(yaml.MarkedYAMLError):
    """Something we do not accept, with our own code in place of the words."""


class _Loader(yaml.SafeLoader):
    depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _Refused(problem="yaml_anchor", problem_mark=event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise _Refused(problem="yaml_tag", problem_mark=event.start_mark)
        if self.depth >= DEEPEST:
            raise _Refused(problem="yaml_deep", problem_mark=event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


@dataclass
class Source:
    """One YAML text being read: its file, the line it begins at, and what was found wrong so far."""

    where: str
    first_line: int = 1
    problems: list[Problem] = field(default_factory=list)

    def complain(self, code: str, node: Node | None, severity: str = "error", **details: Any) -> None:
        """Note a finding at the place of a node."""
        line, column = self.place(node) if node is not None else (self.first_line, 1)
        self.problems.append(Problem(code, self.where, line, column, severity, details))

    def place(self, node: Node) -> tuple[int, int]:
        """Line and column of a node, from 1."""
        return node.start_mark.line + self.first_line, node.start_mark.column + 1

    def placed(self, node: Node, text: str) -> Placed:
        """The text with the place of its node."""
        return Placed(text, *self.place(node))

    def compose(self, text: str) -> Node | None:
        """The tree of a text, or None and a problem that says where it cannot be read."""
        try:
            node: Node | None = _Loader(text).get_single_node()
        except ReaderError as error:
            line = text.count("\n", 0, error.position) + self.first_line
            self.problems.append(Problem("text_unprintable", self.where, line))
            return None
        except yaml.MarkedYAMLError as error:
            self._cannot_read(error)
            return None
        except (ValueError, OverflowError):  # an escape or a version number that no character or machine has
            self.complain("yaml_wrong", None)
            return None
        if node is None:
            self.complain("yaml_empty", None)
        return node

    def pairs(self, node: Node) -> Iterator[tuple[Placed, Node]]:
        """The fields of a mapping; a field named twice, or by something that is no word, is a problem."""
        if not isinstance(node, MappingNode):
            self.complain("not_a_record", node)
            return
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or not key.value.isprintable():
                self.complain("field_name_wrong", key)
            elif key.value in seen:
                self.complain("field_twice", key, name=key.value[:60])
            else:
                seen.add(key.value)
                yield self.placed(key, key.value), value

    def items(self, node: Node) -> list[Node]:
        """The items of a list."""
        if not isinstance(node, SequenceNode):
            self.complain("not_a_list", node)
            return []
        return list(node.value)

    def _cannot_read(self, error: yaml.MarkedYAMLError) -> None:
        if isinstance(error, _Refused):
            code = str(error.problem)
        else:
            said = f"{error.context} {error.problem}"
            code = next((code for words, code in HINTS if words in said), "yaml_wrong")
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + self.first_line, mark.column + 1) if mark else (self.first_line, 1)
        self.problems.append(Problem(code, self.where, line, column))


def is_empty(node: Node) -> bool:
    """Whether a field was named and nothing was put there."""
    return isinstance(node, ScalarNode) and not node.value.strip() and node.style is None
