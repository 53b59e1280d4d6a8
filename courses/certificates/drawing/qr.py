"""A QR code as one vector path: sharp at any size, and a few hundred bytes."""

import math
from typing import Any

import zxingcpp


def qr_operators(text: str, *, size: float) -> bytes:
    """Fill operators for a `size` × `size` points square at the origin: level M, runs of black modules.

    The quiet zone is the caller's: leave four modules of light paper around.
    """
    count, pixels = _matrix(text)
    runs = []
    for row in range(count):
        line = pixels[row * count : (row + 1) * count]
        start = line.find(b"\0")
        while start >= 0:
            end = line.find(b"\xff", start)
            end = count if end < 0 else end
            runs.append(f"{start} {count - 1 - row} {end - start} 1 re")
            start = line.find(b"\0", end)
    module = size / count
    return f"0 g {module:.4f} 0 0 {module:.4f} 0 0 cm\n{' '.join(runs)} f".encode()


def _matrix(text: str) -> tuple[int, bytes]:
    """Modules in a row, and the modules row by row from the top, black as 0."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)
    pixels = memoryview(image).tobytes()
    return math.isqrt(len(pixels)), pixels
