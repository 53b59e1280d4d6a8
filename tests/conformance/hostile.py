"""Collected payloads and naughty strings: nothing in them may become anything but text and harmless tags."""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.conformance import Tally, vectors
from tests.courses.test_markup import dangers, everything


def run(folder: Path) -> Iterator[Tally]:
    payloads = [vector["payload"] for vector in vectors(folder / "hostile" / "html_payloads.jsonl")]
    strings = folder / "hostile" / "naughty_strings.json"
    naughty = json.loads(strings.read_text("utf-8")) if strings.exists() else []
    for name, texts in (("hostile HTML", payloads), ("naughty strings", naughty)):
        tally = Tally(name)
        for number, text in enumerate(texts, 1):
            found = [danger for html in everything(text) for danger in dangers(html)]
            tally.compare(f"{number} {text[:60]!r}", [], found)
        yield tally
