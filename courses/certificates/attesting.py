"""What attests a certificate: the organisation's images of its seal and of its head's signature.

They are files the settings name. A certificate keeps the very images it was issued with, under the hash of
their content: another file put in their place later changes nothing that was issued. The drawn seal and
signature are for demonstrations and appear nowhere else. Without an image the place is left for ink: a line
to sign on, and «М. П.».
"""

from functools import lru_cache
from importlib import import_module
from pathlib import Path

from courses.errors import Invalid
from courses.files import FolderStore
from courses.settings import Settings
from courses.texts import N_, Texts

FACSIMILE = "facsimile"
SEAL_PLACE = N_("М. П.")
LARGEST = 5_000_000


def attestation(settings: Settings, words: Texts) -> dict[str, str]:
    """The keys of the images, or what stands where they are missing.

    Invalid when a file that is named cannot be printed: no certificate goes out without its seal.
    """
    found = {"seal": FACSIMILE, "signature": FACSIMILE} if settings.demo else {}
    for what, path in (("seal", settings.seal_image), ("signature", settings.signature_image)):
        if path is not None:
            found[what] = _kept(path, settings.files_folder)
    return found if "seal" in found else found | {"seal_place": words.gettext(SEAL_PLACE)}


def _kept(path: Path, folder: Path) -> str:
    """The key of an image, which is stored the first time it is asked for."""
    try:
        state = path.stat()
        if state.st_size > LARGEST:
            raise Invalid("image_cannot_be_printed", file=path.name)
        content = path.read_bytes()
    except OSError as error:
        raise Invalid("image_cannot_be_printed", file=path.name) from error
    return _stored(content, path.name, folder)


@lru_cache(maxsize=8)
def _stored(content: bytes, name: str, folder: Path) -> str:
    if not import_module("courses.certificates.designs").is_picture(content):
        raise Invalid("image_cannot_be_printed", file=name)
    return FolderStore(folder).put(content)
