"""`make faults`, or `python -m tests.faults R1 --seconds 600 --database postgresql`."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from courses.texts import compile_catalogues
from tests.conftest import BACKENDS
from tests.faults.report import shown
from tests.faults.runs import RUNS, run

AT_ONCE = 3
SECONDS = 60.0


def main() -> None:
    """Run the promises that are named, or all, on both databases; 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("promises", nargs="*", metavar="R1", help="all, if none is named")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each goes on (60)")
    parser.add_argument("--database", choices=BACKENDS, help="on this one only")
    words = parser.parse_args()
    unknown = sorted(set(words.promises) - RUNS.keys())
    if unknown:
        parser.error(f"no such promise: {', '.join(unknown)}; there are {', '.join(RUNS)}")
    databases = [words.database] if words.database else list(BACKENDS)
    jobs = [(name, one, words.seconds) for name in words.promises or RUNS for one in databases]
    compile_catalogues()
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        reports = list(pool.map(run, jobs))
    print(shown(reports))
    lost = sum(len(report.lost) for report in reports)
    print("Nothing acknowledged was lost." if not lost else f"Promises not kept: {lost}.")
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
