"""`python -m pagegen` is `pagegen`."""

from pagegen.cli import main

main(prog_name="pagegen")
