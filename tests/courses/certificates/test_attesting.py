"""Seal and signature: the organisation's own images, else places for ink; drawn ones for show."""

import io
import subprocess
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image

from courses import certificates
from courses.certificates import Certificate
from courses.certificates.attesting import LARGEST, attestation
from courses.certificates.designs import DESIGNS
from courses.errors import Invalid
from courses.files import key_of
from courses.texts import texts


@pytest.fixture
def real(settings):
    """An installation that is not for show and has no images."""
    return replace(settings, demo=False)


@pytest.fixture
def image(tmp_path):
    """`image("seal.png")`: the path of an image file."""

    def make(name, form="PNG", colour=(30, 40, 140)):
        path = tmp_path / name
        Image.new("RGB", (120, 120), colour).save(path, form)
        return path

    return make


def figures(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [str(child.Alt) for child in opened.Root.StructTreeRoot.K.K if child.S == "/Figure"]


def words_of(pdf):
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def test_drawn_ones_appear_only_where_everything_is_for_show(settings, real):
    words = texts("ru")
    assert attestation(settings, words) == {"seal": "facsimile", "signature": "facsimile"}
    assert attestation(real, words) == {"seal_place": "М. П."}


def test_without_images_there_is_a_line_to_sign_on_and_a_place_for_the_seal(issue, earned, real, files):
    made = issue(earned(), settings=real)
    pdf = certificates.render(made.snapshot, files)
    assert "М. П." in words_of(pdf)
    assert real.head_name in words_of(pdf)
    assert not any("Печать" in one or "Подпись" in one for one in figures(pdf))
    line = next(part for part in DESIGNS["classic"].layout(made.snapshot) if part.name == "seal_place")
    others = [
        other.box()
        for part in DESIGNS["classic"].layout(made.snapshot)
        if part.name != "seal_place"
        for other in part.lines
    ]
    place = line.lines[0].box()
    assert not any(
        place.left < box.right
        and box.left < place.right
        and place.bottom < box.top
        and box.bottom < place.top
        for box in others
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_organisation_s_own_images_are_printed_and_kept(issue, earned, real, image, files, form):
    seal, pen = image("seal", form), image("pen", form, (10, 20, 90))
    chosen = replace(real, seal_image=seal, signature_image=pen)
    made = issue(earned(), settings=chosen)
    organisation = made.snapshot["organisation"]
    assert (organisation["seal"], organisation["signature"]) == (
        key_of(seal.read_bytes()),
        key_of(pen.read_bytes()),
    )
    pdf = certificates.render(made.snapshot, files)
    assert {"Печать организации", "Подпись руководителя"} <= set(figures(pdf))
    assert "М. П." not in words_of(pdf)


def test_own_images_go_before_drawn_ones_in_a_demo_too(settings, image):
    chosen = replace(settings, seal_image=image("seal.png"))
    assert attestation(chosen, texts("ru")) == {
        "seal": key_of((chosen.seal_image).read_bytes()),
        "signature": "facsimile",
    }


def test_another_image_later_changes_nothing_that_was_issued(
    issue, earned, real, image, files, print_it, database
):
    chosen = replace(real, seal_image=image("seal.png"))
    made = issue(earned(), settings=chosen)
    before = files.get(print_it(made.id))
    image("seal.png", colour=(200, 0, 0))
    assert (
        issue(earned(), settings=chosen).snapshot["organisation"]["seal"]
        != (made.snapshot["organisation"]["seal"])
    )
    with database.reading() as session:
        row = session.get(Certificate, made.id)
        assert certificates.render(row.snapshot, files) == before
        (files.folder / row.file_key[:2] / row.file_key).unlink()
        assert certificates.paper(row.snapshot, row.file_key, files) == before


@pytest.mark.parametrize("what", ["seal_image", "signature_image"])
@pytest.mark.parametrize("wrong", ["missing", "a text", "half an image", "too large", "a folder"])
def test_nothing_is_issued_with_an_image_that_cannot_be_printed(
    issue, earned, real, image, tmp_path, what, wrong
):
    path = image("attest.png")
    if wrong == "missing":
        path.unlink()
    elif wrong == "a text":
        path.write_text("печать")
    elif wrong == "half an image":
        path.write_bytes(path.read_bytes()[:60])
    elif wrong == "too large":
        path.write_bytes(path.read_bytes() + b"\0" * LARGEST)
    else:
        path = tmp_path
    enrolment_id = earned()
    with pytest.raises(Invalid) as refused:
        issue(enrolment_id, settings=replace(real, **{what: path}))
    assert (refused.value.code, refused.value.details) == ("image_cannot_be_printed", {"file": path.name})
    assert issue(enrolment_id, settings=real).series_number == 1
