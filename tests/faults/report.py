"""What a run of faults found."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Report:
    """`acknowledged` answers were told to be safe; `lost` says, a sentence each, which of them were not, and
    everything else that was promised and not kept."""

    promise: str
    database: str
    seconds: float = 0.0
    acknowledged: int = 0
    killed: int = 0
    lost: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    def line(self) -> str:
        """One line of the table."""
        more = ", ".join(f"{name} {number}" for name, number in self.counted.items())
        return (
            f"{self.promise}  {self.database:<10}  {self.seconds:6.0f} s  {self.acknowledged:>7} acknowledged"
            f"  {self.killed:>4} killed  {len(self.lost):>4} lost" + (f"  ({more})" if more else "")
        )


def least(report: Report, what: str, number: int, wanted: int) -> None:
    """A run that did too little shows nothing: that, too, is a promise not kept."""
    if number < wanted:
        report.lost.append(f"the run shows nothing: {what} {number}, wanted at least {wanted}")


def shown(reports: Iterable[Report], most: int = 10) -> str:
    """The table, and what was lost."""
    lines = []
    for report in reports:
        lines.append(report.line())
        lines += [f"      {sentence}" for sentence in report.lost[:most]]
        if len(report.lost) > most:
            lines.append(f"      … and {len(report.lost) - most} more")
    return "\n".join(lines)
