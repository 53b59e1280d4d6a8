"""From a name to a paper and back: what is drawn can be drawn again, whatever the name."""

import hashlib
import re
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from sqlalchemy import select

from courses import certificates
from courses.catalogue import Outline
from courses.certificates import Certificate, rules
from courses.certificates.printing import AnotherPaper
from courses.certificates.snapshot import Words, printing_problem, snapshot_of
from courses.clock import utcnow
from courses.errors import Conflict, NotFound
from courses.files import FolderStore
from courses.outbox import OutboxMessage
from courses.people import clean_name
from courses.settings import Settings

CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯәіңғүұқөһӘІҢҒҮҰҚӨҺ"
NAMES = st.one_of(
    st.text(CYRILLIC + " -'’.()", min_size=1, max_size=100),
    st.text(min_size=1, max_size=60),
    st.sampled_from(
        (
            "Салтыкова-Щедрина",
            "д'Артаньян",
            "Мамедов Рауф Гейдар оглы",
            "Ли Ю",
            "Zoë Strauß",
            "ﬁ №",
            "𝔉",
        )
    ),
)
OUTLINE = Outline(
    course_version_id=1,
    course_id=1,
    course_key="course",
    number=1,
    kind_name="course",
    language="ru",
    title="Сетевое взаимодействие педагога",
    summary="",
    subject="pedagogy",
    hours=36,
    about_html="",
    description={},
    published=True,
    modules=(),
)


def words_of_pdf(pdf: bytes) -> str:
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


@pytest.fixture(scope="module")
def files_of_all(tmp_path_factory):
    """One store for many names."""
    return FolderStore(tmp_path_factory.mktemp("files"))


@rounds(max_examples=150)
@given(name=NAMES)
def test_any_name_is_printed_whole_or_refused_with_the_letters(files_of_all, name):
    full_name = clean_name(name)
    problem = printing_problem(full_name, OUTLINE)
    if problem is not None:
        assert problem.code in ("no_name", "name_cannot_be_printed")
        return
    said = Words(full_name, full_name, OUTLINE, None, None, "Europe/Moscow")
    choices = Settings.from_env({})
    snapshot = snapshot_of(said, number="2026-СТ-00001", code="A" * 16, settings=choices, now=utcnow())
    once = certificates.render(snapshot, files_of_all)
    again = certificates.render(dict(reversed(snapshot.items())), files_of_all)
    assert once == again
    assert once.startswith(b"%PDF-")


def test_the_letters_taken_for_granted_are_in_every_font():
    from courses.certificates.designs import missing_glyphs

    assert missing_glyphs("".join(rules.SURELY_PRINTABLE)) == set()


def test_the_paper_says_what_the_register_says(issue, earned, print_it, files, database):
    made = issue(earned(family_name="Салтыкова-Щедрина", given_name="Любовь", patronymic="Фёдоровна"))
    pdf = files.get(print_it(made.id))
    text = words_of_pdf(pdf)
    for said in (
        made.number,
        made.code,
        "Сертификат участника",
        "Любовь",
        "за участие в дистанционном курсе",
    ):
        assert said in text
    assert re.search(r"Не\s+является\s+документом\s+о\s+квалификации", text)


def test_a_printed_certificate_is_told_once_and_owes_nothing(issue, earned, print_it, database):
    made = issue(earned())
    with database.reading() as session:
        assert certificates.owed(session, before=utcnow()) == [made.id]
    key = print_it(made.id)
    with database.unit_of_work() as session:
        certificates.attach_pdf(session, made.id, key, now=utcnow())
    with database.reading() as session:
        assert certificates.unprinted(session, made.id) is None
        assert certificates.owed(session, before=utcnow()) == []
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.name == "CertificateIssued")).all()
        assert [fact.payload for fact in told] == [{"certificate_id": made.id}]
        assert session.get(Certificate, made.id).printed_at is not None


def test_another_paper_for_the_same_certificate_is_refused(issue, earned, print_it, database):
    made = issue(earned())
    print_it(made.id)
    with pytest.raises(Conflict, match="another_paper"), database.unit_of_work() as session:
        certificates.attach_pdf(session, made.id, "0" * 64, now=utcnow())


def test_a_certificate_revoked_before_printing_is_neither_drawn_nor_told(issue, earned, chief, database):
    made = issue(earned())
    with database.unit_of_work() as session:
        certificates.revoke(session, made.id, reason="Выдан по ошибке", by=chief, now=utcnow())
    with database.reading() as session:
        assert certificates.unprinted(session, made.id) is None
        assert certificates.owed(session, before=utcnow()) == []
    with database.unit_of_work() as session:
        certificates.attach_pdf(session, made.id, "0" * 64, now=utcnow())
    with database.reading() as session:
        assert not session.scalars(
            select(OutboxMessage).where(OutboxMessage.name == "CertificateIssued")
        ).all()


@pytest.mark.parametrize("harm", ["lost", "spoilt"])
def test_a_file_that_is_gone_is_drawn_again_to_the_byte(issue, earned, print_it, files, database, harm):
    made = issue(earned())
    key = print_it(made.id)
    stored = files.folder / key[:2] / key
    if harm == "lost":
        stored.unlink()
    else:
        stored.write_bytes(stored.read_bytes()[:-20])
    with database.reading() as session:
        snapshot = session.get(Certificate, made.id).snapshot
    paper = certificates.paper(snapshot, key, files)
    assert hashlib.sha256(paper).hexdigest() == key
    assert stored.read_bytes() == paper


def test_a_paper_that_cannot_be_made_again_is_a_defect_and_says_so(issue, earned, files):
    made = issue(earned())
    with pytest.raises(AnotherPaper):
        certificates.paper(made.snapshot, "0" * 64, files)


def test_nothing_is_owed_for_what_is_not_there(database):
    with database.reading() as session, pytest.raises(NotFound):
        certificates.unprinted(session, 999)


def test_a_show_installation_draws_a_seal_and_a_real_one_leaves_room_for_ink(settings, issue, earned):
    assert issue(earned()).snapshot["organisation"]["seal"] == "facsimile"
    said = Words("Иванова Мария", "Иванова М.", OUTLINE, None, None, "Europe/Moscow")
    real = replace(settings, demo=False)
    snapshot = snapshot_of(said, number="2026-СТ-00001", code="A", settings=real, now=utcnow())
    assert not {"seal", "signature"} & snapshot["organisation"].keys()
