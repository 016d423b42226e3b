"""Making values alike, one at a time: what is written differently and means the same becomes the same text.

Pure functions. The engine does the same in SQL for plain ASCII (see `keys`), which is nearly everything but
phone numbers; a test holds both against each other.
"""

import re
import unicodedata

import phonenumbers

from tandem.charter.definitions.identity import KindRule, Normalise

EMAIL = (
    r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$"
)
"""Address in lower-case ASCII. Looser in dots than RFC 5322, as some providers were; no quotes."""

_DOMAIN = re.compile(EMAIL.partition("@")[2].removesuffix("$"))
_ADDRESS = re.compile(EMAIL)
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}")


def normalise(text: str, rule: KindRule) -> str | None:
    """The value as it is compared, or None if it cannot be one of its kind."""
    match rule.normalise:
        case Normalise.EMAIL:
            return email(text)
        case Normalise.PHONE:
            return phone(text, rule.region)
        case Normalise.PLAIN:
            return plain(text)


def plain(text: str) -> str | None:
    """Trimmed and in Unicode NFC, case kept. None for text with control characters inside."""
    value = tidy(text)
    return None if any(unicodedata.category(mark) == "Cc" for mark in value) else value


def tidy(text: str) -> str:
    """Trimmed and in Unicode NFC, whatever it is; what is kept of a value that cannot be read."""
    return unicodedata.normalize("NFC", text.strip())


def email(text: str) -> str | None:
    """Trimmed, NFKC, lower case, domain as IDNA ASCII. Dots and +tags stay: they may be other people's."""
    value = unicodedata.normalize("NFKC", text).strip().lower()
    if value.isascii():
        return value if _ADDRESS.fullmatch(value) else None
    local, _, domain = value.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        return None
    return f"{local}@{ascii_domain}"


def phone(text: str, region: str | None) -> str | None:
    """E.164, extension dropped. None if no country is known or the number cannot be one (length, country).

    Numbers are held to being possible, not to being assigned: number plans change faster than libraries, and
    ranges reserved for fiction and tests would be lost.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
