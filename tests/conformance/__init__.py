"""Real files from elsewhere, judged against what others say they mean.

`python -m tests.conformance FOLDER` runs every suite of this folder. A suite is a file with `run(folder)`;
the data stay where they are and are never part of the project.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Tally:
    """What one suite found: equal, different for a written reason, different for none, not ours yet."""

    name: str
    equal: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    not_built: Counter[str] = field(default_factory=Counter)
    different: list[str] = field(default_factory=list)

    def compare(self, what: str, expected: Any, got: Any) -> None:
        if expected == got:
            self.equal += 1
        else:
            self.different.append(f"{what}: expected {expected!r}, got {got!r}")

    def lines(self) -> Iterator[str]:
        missing = sum(self.not_built.values())
        yield (
            f"{self.name}: {self.equal} equal, {sum(self.explained.values())} explained,"
            f" {len(self.different)} different, {missing} not built yet"
        )
        yield from (f"    because {reason}: {number}" for reason, number in sorted(self.explained.items()))
        yield from (f"    not built: {kind}: {number}" for kind, number in sorted(self.not_built.items()))
        yield from (f"    DIFFERENT {line}" for line in self.different)


def vectors(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSONL file; none when the file is not there."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
