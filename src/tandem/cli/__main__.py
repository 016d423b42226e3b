"""`python -m tandem.cli`: the command line, where the program `tandem` may not be on the path."""

from tandem.cli import main

main()
