"""What is known of the published figures beside their numbers: which figure they are, and what to mind."""

Key = tuple[str, str]

FIGURES: dict[Key, str] = {
    ("2012", "NEED"): "Figure 1",
    ("2012", "FRUSTRATION"): "Figure 2",
    ("2012", "CSUITE_IMPORTANCE"): "Figure 3",
    ("2012", "CSUITE_COLLAB"): "Figure 4",
    ("2012", "MKTIT_PRIORITY"): "Figure 5",
    ("2012", "MKT_PRIORITIES"): "Figure 6",
    ("2012", "IT_PRIORITIES"): "Figure 7",
    ("2012", "OBSTACLES"): "Figure 8",
}
"""(wave, question) -> the figure of the report that shows it."""

SHORT: dict[str, str] = {
    "NEED": "Alignment",
    "CSUITE_IMPROVED": "Improved",
    "TECH_PURPOSE": "Purpose of technology",
    "MKTIT_PRIORITY": "Marketing among IT priorities",
    "MKT_PRIORITIES": "Marketing priority",
    "IT_PRIORITIES": "IT priority",
    "IMPL_CHALLENGE": "Difficulties with solutions",
    "BUDGET_SIZE": "Budget",
    "DIGITAL_IMPORTANCE": "Digital",
    "DATA_INTEGRATION": "Customer data",
}
"""Question -> what it is about in a word or two, where its items alone do not say so."""

SCALES: frozenset[Key] = frozenset({("2012", "MKTIT_PRIORITY")})
"""Questions of which all five points are published."""

WHOLE_LISTS: frozenset[Key] = frozenset({("2012", "OBSTACLES")})
"""Questions of which every item is published for both groups, so that the lists can be held against each other."""

ALL_ASKED: dict[Key, tuple[int, int]] = {("2012", "OBSTACLES"): (405, 252)}
"""Questions without a published base, and the people of the study: CMOs, CIOs."""

NOTES: dict[Key, tuple[str, ...]] = {
    ("2012", "NEED"): (
        "The printed row of both together is the mean weighted by people, not half and half: there are more CMOs.",
    ),
    ("2012", "MKTIT_PRIORITY"): (
        "The report says of the CMOs that 64 % see marketing at the bottom; that counts the midpoint (41 %). "
        "Without it 23 % do.",
        "It is not clear whether the CMOs placed marketing on the list of the CIOs or on their own: the 2012 "
        "text reads one way, the wording of 2014 the other. A pulse asks both and keeps them apart.",
        "The row of the CIOs adds up to 101 by rounding.",
    ),
    ("2012", "OBSTACLES"): (
        "It is not published whether all were asked, or only those who met difficulties (36 % of each group).",
    ),
    ("2012", "CSUITE_IMPORTANCE"): (
        "57 % of the CMOs is also what a press release prints for the need for alignment; it may have mixed the two.",
    ),
    ("2014", "FRUSTRATION"): (
        "A trade article prints 16 % and 8 % for the change since 2012: those are points of difference.",
    ),
    ("2014", "MKTIT_PRIORITY"): (
        "A trade article prints 16 % and 8 % for the change since 2012: those are points of difference.",
    ),
    ("2010-cmo-council", "PREPARED"): (
        "Not comparable with 2012: here `very prepared` is counted, there `prepared`.",
    ),
}
"""What to mind beside the flags of single figures."""
