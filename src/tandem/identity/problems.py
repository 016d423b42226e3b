"""Problems of the identity room."""

from tandem.kernel.problems import code

UNKNOWN_KIND = code(
    "IDN-001",
    "an identifier has a kind that identity.yml does not declare",
    who="IT",
    fix="Declare the kind in identity.yml, in its place from strong to weak, then run `tandem check`.",
)
UNKNOWN_PERSON = code(
    "IDN-002",
    "there was never a person of that id",
    who="author",
    fix="Find the person by a value instead: an e-mail address, a phone number, a customer number.",
)
