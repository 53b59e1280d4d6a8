"""Small memories of one process, for values that are dear to make and cheap to keep."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import ClassVar, Generic, TypeVar
from weakref import WeakSet

Value = TypeVar("Value")


class Memory(Generic[Value]):
    """The `size` values used last. Threads may share it."""

    _all: ClassVar[WeakSet["Memory[object]"]] = WeakSet()

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()
        Memory._all.add(self)  # type: ignore[arg-type]

    def get(self, key: Hashable) -> Value | None:
        """The value kept under `key`, or None."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def keep(self, key: Hashable, value: Value) -> None:
        """Keep a value; the one that was used longest ago makes room."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._size:
                self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()


def forget() -> None:
    """Empty every memory of this process:

    for tests, where a new database gives out the same numbers again.
    """
    for memory in Memory._all:
        memory.clear()
