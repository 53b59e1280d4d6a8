"""Run every suite against a folder of data; the exit code says whether anything differs without a reason."""

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tests import conformance


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m tests.conformance DATA_FOLDER", file=sys.stderr)
        return 2
    folder, different = Path(arguments[0]), 0
    for module in iter_modules(conformance.__path__):
        if module.name.startswith("_"):
            continue
        for tally in import_module(f"{conformance.__name__}.{module.name}").run(folder):
            different += len(tally.different)
            print("\n".join(tally.lines()))
    print(f"{different} unexplained differences")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
