"""The promises by name, and one of them in a process of its own."""

import os
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.faults import deadlines, deliveries, devices, handing_in, kills
from tests.faults.report import Report

RUNS: dict[str, Callable[[Path, str, float], Report]] = {
    "R1": kills.run,
    "R2": devices.killed_browsers,
    "R3": deliveries.run,
    "R4": devices.honest_line,
    "R5": handing_in.run,
    "R6": deadlines.server_is_the_clock,
    "R7": deadlines.nobody_there,
}


def run(job: tuple[str, str, float]) -> Report:
    """One promise on one database, in a process of its own; a run that breaks off has kept nothing."""
    name, database, seconds = job
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kafedra-faults-") as folder:
        os.chmod(folder, 0o755)
        try:
            report = RUNS[name](Path(folder), database, seconds)
        except Exception as failure:
            report = Report(name, database, time.monotonic() - began, lost=[f"broke off: {failure!r}"])
            traceback.print_exc()
    print(report.line(), flush=True)
    return report
