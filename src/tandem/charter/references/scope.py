"""What the checks between files look at."""

from dataclasses import dataclass

from tandem.charter.catalog import CatalogView
from tandem.charter.definitions.charter import Charter


@dataclass(frozen=True)
class Scope:
    """The charter, what its contracts give, and the parts of it that could not be read whole."""

    charter: Charter
    view: CatalogView
    broken: frozenset[str]

    def whole(self, *parts: str) -> bool:
        """Were all files of these parts read? If not, an unknown name there may be no mistake."""
        return not self.broken & set(parts)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Declared identifier kinds, strongest first."""
        return tuple(rule.kind for rule in self.charter.identity.kinds)

    @property
    def purposes(self) -> tuple[str, ...]:
        """Declared purposes."""
        return tuple(one.purpose for one in self.charter.purposes.purposes)
