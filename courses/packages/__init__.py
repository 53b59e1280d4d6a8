"""Course packages: a folder of text that is a whole course, read with every problem at its line, and
written back.

`read` never raises and never changes anything; `import_package` makes a draft version, whole or not at all;
`export` gives the canonical files. See docs/course-package.md.
"""

from courses.packages.containers import MOST_BYTES
from courses.packages.figures import picture_type
from courses.packages.package import Package
from courses.packages.reading import read
from courses.packages.sentences import OWN, place, sentence
from courses.packages.service import export, import_package, quiz_drafts
from courses.packages.writing import as_zip, files_of_package

__all__ = [
    "MOST_BYTES",
    "OWN",
    "Package",
    "as_zip",
    "export",
    "files_of_package",
    "import_package",
    "picture_type",
    "place",
    "quiz_drafts",
    "read",
    "sentence",
]
