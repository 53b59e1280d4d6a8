"""Drawing certificates: the machinery every design stands on.

`composition` sets paragraphs, `sheet` turns them into a tagged page, `pictures` records ReportLab drawings
once per process. Designs live beside this package, one file each; all here is pure and reads no clock.
"""
