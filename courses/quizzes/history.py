"""The steps of an attempt read back: what was done with each question, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, select

from courses.quizzes.behaviours import Deed, Done, Standing, replay
from courses.quizzes.models import Step, StepKind
from courses.quizzes.papers import PaperSlot

DEEDS = {StepKind.CHECKED: Done(Deed.CHECK), StepKind.TRIED_AGAIN: Done(Deed.TRY_AGAIN)}
FINISH = Done(Deed.FINISH)

HISTORY = (
    select(Step.slot_id, Step.sequence, Step.kind, Step.at, Step.data, Step.current)
    .where(Step.attempt_id == bindparam("attempt_id"))
    .order_by(Step.slot_id, Step.sequence)
)
HISTORY_OF = HISTORY.where(Step.slot_id.in_(bindparam("slot_ids", expanding=True)))


@dataclass(slots=True)
class SlotHistory:
    """One question of one attempt; `answered_by` is the step whose response counts, `marks` what people gave
    after the end."""

    variant: dict[str, Any] = field(default_factory=dict)
    deeds: list[Done] = field(default_factory=list)
    marks: list[Done] = field(default_factory=list)
    answered_by: int = 0
    last: int = 0

    def stands(self, slot: PaperSlot, *, finished: bool = False) -> Standing:
        """Where the question stands, or would stand if the attempt ended here."""
        deeds = self.deeds if slot.behaviour.can_check else self.deeds[-1:]
        ended = [FINISH, *self.marks] if finished else []
        return replay(slot.behaviour, slot.asked(self.variant), [*deeds, *ended])


def by_slot(steps: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, SlotHistory]:
    """The history of every slot; answers that were overtaken or came too late are not part of it."""
    slots: dict[int, SlotHistory] = {}
    for step in steps:
        slot = slots.setdefault(step.slot_id, SlotHistory())
        slot.last = max(slot.last, step.sequence)
        if step.kind == StepKind.STARTED:
            slot.variant = step.data["variant"]
        elif step.kind == StepKind.SAVED and step.current:
            slot.deeds.append(Done(Deed.SAVE, step.data["response"], step.data.get("certainty")))
            slot.answered_by = step.sequence
        elif step.kind == StepKind.MARKED:
            slot.marks.append(Done(Deed.MARK, fraction=step.data["fraction"]))
        elif step.kind in DEEDS:
            slot.deeds.append(DEEDS[step.kind])
    return slots
