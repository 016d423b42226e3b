"""The command line: from words to a use case, from its answer to text or --json.

Answers: what did you ask for, and how did it end (exit codes 0 fine, 1 problems, 2 misuse, 3 our fault).
Writes no table. Must never decide, compute or query: it translates.
"""

from tandem.cli.start import main

__all__ = ["main"]
