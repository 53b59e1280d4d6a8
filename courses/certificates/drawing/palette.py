"""The colours of certificates, as parts of red, green and blue. Text colours keep 7:1 against the paper."""

PAPER = (0.992, 0.984, 0.965)
PALE = (0.925, 0.935, 0.915)
INK = (0.110, 0.153, 0.169)
GREY = (0.290, 0.330, 0.340)
TEAL = (0.043, 0.278, 0.294)
LIGHT_TEAL = (0.302, 0.510, 0.510)
OCHRE = (0.690, 0.486, 0.176)
LIGHT_OCHRE = (0.800, 0.660, 0.420)
SEAL_BLUE = (0.165, 0.255, 0.545)
PEN_BLUE = (0.090, 0.140, 0.400)
