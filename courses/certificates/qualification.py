"""Words that belong to documents of qualification: a certificate of participation must not be taken for one.

An удостоверение or a диплом о переподготовке needs a licence, an attestation and a row in the state register;
a certificate of participation has none of these. So its own title and wording may not name such a document or
say that its holder's qualification was raised, retrained or conferred. What is refused, in every case and
number, with words in between, in capitals or spaced out, with е for ё, Latin look-alikes, invisible
characters and across line breaks:

- «удостоверение» as a thing («настоящим удостоверяется» is a verb and stays allowed);
- «диплом», unless it is the diploma of a contest («диплом победителя», «диплом лауреата»), which is given for
  events; «дипломант» and «дипломный» are other words;
- «переподготовка»; «присвоена квалификация»; «документ о квалификации» unless denied («не является
  документом о квалификации»); «установленного образца» and «государственного образца»;
- «повышение квалификации», also as a name: «программа повышения квалификации», «курсы повышения
  профессиональной квалификации». The register has programmes of that very kind, and a certificate that names
  one reads like the document given for it. «Повышение интереса», «повышение качества оценки квалификации» are
  about something else;
- «повысила квалификацию», «повысив квалификацию», «квалификация повышена»: said of the holder, it is what an
  удостоверение attests. «Как повысить квалификацию молодого педагога» tells what a course is about, and is
  allowed.

The course's title is printed as a quotation and may speak of anything («Внутришкольная система повышения
квалификации» is a fair subject), but it may not open with the name of such a document: in large letters in
the middle of the sheet it would be that document's heading.
"""

import re
import unicodedata
from collections.abc import Iterable

LOOK_ALIKES = str.maketrans(
    "ABCEHKMOPTXYabcekmoptxyiuΑΒΕΗΚΜΟΡΤΧαεκορτχіїєѕ03",
    "АВСЕНКМОРТХУавсекмортхуииАВЕНКМОРТХаекортхииесоз",
)
HYPHENATED = re.compile(r"(?<=\w)[-‐‑]\s*[\n\r\u2028\u2029]\s*(?=\w)")
SPACED_OUT = re.compile(r"(?<!\w)\w(?: \w){3,}(?!\w)")

GAP = r"[^\w.;:!?]+"  # may hold hyphens, a word only single ones inside: so there is one way to part a text
WORD = r"\w+(?:-\w+)*"
ADJECTIVE = rf"(?:{WORD}(?:ой|ей|их|ых|его|ого)|их|ее|уровня|степени|{WORD}{GAP}и)"
RAISING = rf"повышени\w*{GAP}(?:{ADJECTIVE}{GAP}){{0,4}}квалификаци"
RAISED = r"повыс(?:ил|ив\b|ивш)\w*"
OWN = rf"(?:{WORD}{GAP}){{0,3}}"
HOLDER = (
    rf"{RAISED}(?:{GAP}а\b)?{GAP}{OWN}квалификаци|квалификаци\w*{GAP}{OWN}{RAISED}"
    rf"|квалификаци[яю]{GAP}{OWN}повышена\b"
)
GLUED = r"повышени\w{0,2}квалификаци|документ\w{0,2}оквалификаци"  # letters spaced out over both words
CONFERRED = (
    rf"присв[ао]\w*{GAP}(?:{WORD}{GAP}){{0,2}}квалификаци|квалификаци\w*{GAP}(?:{WORD}{GAP})?присв[ао]"
)
ATTESTING = rf"документ\w*{GAP}(?:{WORD}{GAP}){{0,2}}о{GAP}(?:{WORD}{GAP})?квалификаци"
WINNER = r"(?:победител|призер|лауреат|финалист)"
DIPLOMA = rf"\bдиплом(?:а|у|ом|е|ы|ов|ам|ами|ах)?\b(?!{GAP}(?:{WORD}{GAP}){{0,2}}{WINNER})"

FORBIDDEN = re.compile(
    rf"(?:удостоверени|переподготов|{DIPLOMA}|{RAISING}|{HOLDER}|{GLUED}|{CONFERRED}"
    rf"|(?<!является ){ATTESTING}|(?:установленн|государственн)\w*{GAP}образц)\w*"
)
FORBIDDEN_IN_ENGLISH = re.compile(
    r"\bdiploma\b|professional\s+retraining|certificate\s+of\s+(?:advanced|further)\s+(?:training|qualification)"
    r"|(?:raised|upgraded|improved)\s+(?:\w+\s+){0,2}qualifications?\b|qualification\s+(?:upgrad|improvement)"
)
DOCUMENT_AS_TITLE = re.compile(
    rf"\W*(?:удостоверени\w*|диплом\w*|свидетельств\w*|документ\w*){GAP}о{GAP}(?:{WORD}{GAP}){{0,3}}"
    r"(?:квалификаци|переподготов)\w*"
)


def forbidden_words(texts: Iterable[str], *, title: str = "") -> str | None:
    """The first words of a document of qualification in a certificate's own texts, or that open the title."""
    for text in texts:
        if found := FORBIDDEN.search(folded(text)) or FORBIDDEN_IN_ENGLISH.search(_plain(text)):
            return found.group().strip()
    opening = DOCUMENT_AS_TITLE.match(folded(title))
    return opening.group().strip() if opening else None


def folded(text: str) -> str:
    """The text as it looks to a reader in a hurry: small Cyrillic letters, ё as е, single spaces."""
    return _plain(unicodedata.normalize("NFKC", text).translate(LOOK_ALIKES))


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text)
    shown = "".join(c for c in composed if unicodedata.category(c) not in {"Cf", "Mn"})
    spaced = " ".join(HYPHENATED.sub("", shown).casefold().replace("ё", "е").split())
    return SPACED_OUT.sub(lambda found: found.group().replace(" ", ""), spaced)
