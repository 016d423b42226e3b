"""The pages: from an address to a use case, from its answer to a page or its JSON twin.

Answers: what may you see and do here, and how does it look. Writes no table.
Must never decide, compute or query: it translates. What a role may do is in `access`, what it may see is policy's.
"""

from tandem.web.app import create_app

__all__ = ["create_app"]
