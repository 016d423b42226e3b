"""For any two sets of grants: what is granted now and was not widens, and nothing else does."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from tandem.charter.definitions import Charter, Grant, IdentityRules, Policy, Purposes, Role
from tandem.charter.definitions.project import Project
from tandem.charter.grants import wider_counts, wider_grants
from tandem.kernel.values import Destination, Label

ROLES, PURPOSES = ("marketer", "analyst"), ("letters", "counting")
PLACES, LABELS = (Destination.PREVIEW, Destination.FILE), (Label.INTERNAL, Label.PERSONAL)


def some(values: tuple[object, ...]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


grants = st.builds(
    lambda purposes, labels, destinations: Grant(purposes=purposes, labels=labels, destinations=destinations),
    some(PURPOSES),
    some(LABELS),
    some(PLACES),
)
policies = st.builds(
    lambda name, smallest, roles: Policy(
        policy=name,
        smallest_group=smallest,
        roles=tuple(Role(role=role, may=tuple(may)) for role, may in roles.items()),
    ),
    st.sampled_from(("one", "other")),
    st.integers(1, 3),
    st.dictionaries(st.sampled_from(ROLES), st.lists(grants, max_size=3), max_size=2),
)
charters = st.lists(policies, max_size=2, unique_by=lambda one: one.policy).map(
    lambda several: Charter(
        project=Project(name="x"),
        identity=IdentityRules(kinds=()),
        purposes=Purposes(purposes=(), counting="counting", measuring="counting"),
        policies=tuple(several),
    )
)


def granted(charter: Charter) -> set[tuple[object, ...]]:
    """Every combination, written out one by one."""
    return {
        (role.role, *combination)
        for policy in charter.policies
        for role in policy.roles
        for grant in role.may
        for combination in product(grant.purposes, grant.labels, grant.destinations)
    }


def smallest(charter: Charter, role: str) -> int | None:
    return max(
        (p.smallest_group for p in charter.policies if role in [r.role for r in p.roles]), default=None
    )


@given(charters, charters)
def test_just_what_was_not_granted_widens(old: Charter, new: Charter) -> None:
    assert bool(wider_grants(old, new)) == bool(granted(new) - granted(old))


@given(charters, charters)
def test_just_a_smaller_smallest_group_widens(old: Charter, new: Charter) -> None:
    pairs = [(smallest(old, role), smallest(new, role)) for role in ROLES]
    lower = any(was is not None and is_ is not None and is_ < was for was, is_ in pairs)
    assert bool(wider_counts(old, new)) == lower


@given(charters)
def test_the_same_again_widens_nothing(charter: Charter) -> None:
    assert wider_grants(charter, charter) == () == wider_counts(charter, charter)
