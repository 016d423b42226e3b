"""From what somebody types to identifiers: the key of a whole value, and how values of a kind would begin. Pure."""

import re
import unicodedata

import phonenumbers

from tandem.charter.definitions.identity import IdentityRules, KindRule, Normalise
from tandem.identity.blocklist import LONGEST
from tandem.identity.normalise import normalise, tidy
from tandem.kernel import digest60

SHORTEST = 3
"""Characters that a beginning has at least: shorter ones lead to everybody."""

_BETWEEN_DIGITS = re.compile(r"[\s().\-/]+")
_DIGITS = re.compile(r"\+?[0-9]+")


def keys_of(rules: IdentityRules, text: str) -> dict[str, int]:
    """Kind → key that an identifier with this whole value has."""
    return {kind: digest60(kind, value) for kind, value in values_of(rules, text).items()}


def values_of(rules: IdentityRules, text: str) -> dict[str, str]:
    """Kind → the value as an identifier of that kind is kept: normalised if it can be one, and cut."""
    return {rule.kind: (normalise(text, rule) or tidy(text))[:LONGEST] for rule in rules.kinds}


def beginnings(rules: IdentityRules, text: str) -> dict[str, str]:
    """Kind → how its normalised values begin if what was typed is their beginning; kinds that cannot are left out.

    Empty for text of fewer than three characters.
    """
    if len(tidy(text)) < SHORTEST:
        return {}
    begun = {rule.kind: _beginning(text, rule) for rule in rules.kinds}
    return {kind: value for kind, value in begun.items() if value is not None}


def _beginning(text: str, rule: KindRule) -> str | None:
    match rule.normalise:
        case Normalise.EMAIL:
            return unicodedata.normalize("NFKC", text).strip().lower()
        case Normalise.PHONE:
            return _phone(text, rule.region)
        case Normalise.PLAIN:
            return tidy(text)


def _phone(text: str, region: str | None) -> str | None:
    """E.164 as far as it was typed: '07700 90' in GB → '+4477009', '0044 77' → '+4477'. None if it is no number."""
    digits = _BETWEEN_DIGITS.sub("", text)
    if not _DIGITS.fullmatch(digits):
        return None
    if digits.startswith("+"):
        return digits
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    about = phonenumbers.PhoneMetadata.metadata_for_region(region or "", None)
    if about is None:
        return None
    return f"+{about.country_code}{digits.removeprefix(about.national_prefix or '')}"


def end_of(beginning: str) -> str:
    """The first text, in the order of code points, behind all that begin so: 'ada@' → 'adaA'."""
    last = ord(beginning[-1]) + 1
    # Surrogates are no characters of their own; behind the very last character nothing follows.
    last = 0xE000 if 0xD800 <= last <= 0xDFFF else last
    return end_of(beginning[:-1]) if last > 0x10FFFF else beginning[:-1] + chr(last)
