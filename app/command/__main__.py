"""`python -m app.command` is `kafedra`."""

from app.command import main

main(prog_name="kafedra")
