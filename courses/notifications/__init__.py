"""Letters: who is told what, once."""

from courses.notifications.folder import FolderLetter, keep_in_folder, read_folder
from courses.notifications.models import Letter

__all__ = ["FolderLetter", "Letter", "keep_in_folder", "read_folder"]
