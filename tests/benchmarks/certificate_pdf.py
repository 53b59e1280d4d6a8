"""How fast certificates are drawn: `python tests/benchmarks/certificate_pdf.py`.

Times drift between machines, so the product's drawing is compared within one run with the same design
written in plain ReportLab: fonts parsed for each file, ornaments drawn for each file, the QR as an image.
The budget is a ratio of 15 and 3 ms; a first certificate in a fresh process takes less than a second.
"""

import io
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import zxingcpp
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from courses.certificates.designs import FACSIMILE, classic
from courses.certificates.drawing.emblems import draw_emblem
from courses.certificates.drawing.fonts import FILES
from courses.certificates.drawing.ornament import draw_ground, draw_rule
from courses.certificates.drawing.seal import draw_seal, draw_signature
from courses.certificates.drawing.sheet import Box

ROUNDS, FAST_RUNS, PLAIN_RUNS = 5, 40, 3
BUDGET_RATIO, BUDGET_MS, BUDGET_FIRST_S = 15.0, 3.0, 1.0


def snapshot(number: int) -> dict[str, Any]:
    """A certificate of usual length; the number makes each one different."""
    code = f"7KQ4-{number:04d}-9RTD"
    return {
        "language": "ru",
        "kind": "course",
        "organisation": {
            "name": "АНО ДПО «Институт дистанционных технологий»",
            "city": "Новосибирск",
            "head_position": "Директор",
            "head_name": "А. В. Крылова",
            "signature": FACSIMILE,
            "seal": FACSIMILE,
        },
        "document_title": "Сертификат участника",
        "given_to_label": "Настоящий сертификат подтверждает, что",
        "recipient": "Щербакова Наталья Фёдоровна",
        "text": "успешно завершила обучение на дистанционном курсе",
        "course_title": "Проектирование интерактивных уроков в условиях дистанционного обучения",
        "volume": "в объёме 36 часов",
        "period": "с 1 по 30 ноября 2026 года",
        "issued": "23 ноября 2026 года",
        "number": f"2026-СТ-{number:05d}",
        "note": "Не является документом о квалификации",
        "verify_url": f"https://kafedra.example.org/v/{code}",
        "verify_label": "Проверить подлинность сертификата:",
        "code": code,
    }


def draw_plain(printed: Mapping[str, Any]) -> bytes:
    """The same certificate, without tags and kerning, as ReportLab's manual teaches."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(classic.WIDTH, classic.HEIGHT), invariant=1)
    canvas.setTitle(f"{printed['document_title']} № {printed['number']}")
    for name, path in FILES.items():
        pdfmetrics.registerFont(TTFont(name, path))
    _inside(canvas, Box(0, 0, 0, 0), lambda c: draw_ground(c, classic.WIDTH, classic.HEIGHT))
    _inside(canvas, classic.MEDALLION, lambda c: draw_emblem(c, printed["kind"]))
    for part in classic.layout(printed):
        canvas.setFillColorRGB(*part.colour)
        for line in part.lines:
            canvas.setFont(line.face.name, line.size)
            canvas.drawString(line.x, line.y, line.text)
    _inside(canvas, classic.SIGNATURE_RULE, lambda c: draw_rule(c, 150, 8))
    _inside(canvas, classic.SEAL, lambda c: draw_seal(c, printed["organisation"]["name"]))
    _inside(canvas, classic.SIGNATURE, draw_signature)
    canvas.drawImage(_qr_image(printed["verify_url"]), classic.QR.left, classic.QR.bottom, 68, 68)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def measure() -> tuple[float, float]:
    """Milliseconds of processor time per certificate: ours, and plain; medians of rounds that alternate."""
    classic.draw(snapshot(0))
    fast, plain = [], []
    for _ in range(ROUNDS):
        fast.append(_milliseconds(classic.draw, FAST_RUNS))
        plain.append(_milliseconds(draw_plain, PLAIN_RUNS))
    return median(fast), median(plain)


def first_in_fresh_process() -> float:
    """Seconds from the import of the designs to the first file, in a process of its own."""
    program = (
        "import sys, time; start = time.perf_counter(); sys.path[:0] = sys.argv[1:]\n"
        "import runpy; module = runpy.run_path(sys.argv[2])\n"
        "module['classic'].draw(module['snapshot'](1)); print(time.perf_counter() - start)"
    )
    here = Path(__file__).resolve()
    command = [sys.executable, "-c", program, str(here.parents[2]), str(here)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _inside(canvas: Canvas, box: Box, draw: Callable[[Any], None]) -> None:
    canvas.saveState()
    canvas.translate(box.left, box.bottom)
    draw(canvas)
    canvas.restoreState()


def _qr_image(address: str) -> ImageReader:
    barcode = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = zxingcpp.write_barcode_to_image(barcode, scale=8, add_quiet_zones=False)
    view = memoryview(image)
    return ImageReader(Image.frombytes("L", view.shape[::-1], view.tobytes()).convert("RGB"))


def _milliseconds(draw: Callable[[Mapping[str, Any]], bytes], runs: int) -> float:
    started = time.process_time()
    for number in range(runs):
        draw(snapshot(number))
    return (time.process_time() - started) / runs * 1000


def main() -> int:
    """Print the table; the exit code says whether the ratio, the one figure that holds anywhere, is kept."""
    ours, plain = measure()
    first, size = first_in_fresh_process(), len(classic.draw(snapshot(1)))
    print(f"ours   {ours:8.2f} ms   budget {BUDGET_MS:.0f} ms   {size / 1024:.0f} KiB")
    print(f"plain  {plain:8.2f} ms   ratio {plain / ours:.1f}   budget {BUDGET_RATIO:.0f}")
    print(f"first  {first * 1000:8.0f} ms   budget {BUDGET_FIRST_S * 1000:.0f} ms")
    return 0 if plain / ours >= BUDGET_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
