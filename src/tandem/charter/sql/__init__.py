"""SQL that people write into a charter, for an audience or a trait.

Answers: may this statement stand in a charter, and which columns does it read, wherever it names them.
Writes no table. Must never run a statement, build one by formatting text, or let through what it does not know:
everything that may stand in one is listed in `allowed`.
"""

from tandem.charter.sql.checking import Trouble
from tandem.charter.sql.offered import Tables, offered
from tandem.charter.sql.statement import NOW, Statement, problems_of, read

__all__ = ["NOW", "Statement", "Tables", "Trouble", "offered", "problems_of", "read"]
