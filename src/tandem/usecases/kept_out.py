"""By what this workspace knows people who were erased when their rows come in again."""

from tandem.collect import KeptOut
from tandem.policy.erased import ErasureKey, anybody, erasure_key
from tandem.usecases.secrets import derived
from tandem.usecases.workspace import Workspace

USE = "erased"


def hash_key(work: Workspace) -> ErasureKey:
    """The key of the hashes of erased people's identifiers."""
    return erasure_key(derived(work.root, USE))


def kept_out(work: Workspace) -> KeptOut | None:
    """What collect needs to leave out erased people's rows; None where nobody was ever erased."""
    return KeptOut(hash_key(work), work.charter.identity) if anybody(work.engine) else None
