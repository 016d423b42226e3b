"""Which published figures belong together although they are printed under two names."""

from dataclasses import dataclass

from tandem.align.published import Group, Published, Statistic


@dataclass(frozen=True)
class Mirror:
    """One question put to both functions about each other: two printed items, one comparison."""

    wave: str
    question_id: str
    statistic: Statistic
    title: str
    cmo_item: str
    cio_item: str

    def holds(self, figure: Published) -> bool:
        """Whether the figure is one side of this comparison."""
        item = {Group.CMO: self.cmo_item, Group.CIO: self.cio_item}.get(figure.group)
        place = (figure.wave, figure.question_id, figure.statistic, figure.item)
        return place == (self.wave, self.question_id, self.statistic, item)


MIRRORS = (
    Mirror(
        "2012",
        "CSUITE_IMPORTANCE",
        Statistic.PERCENT,
        "Relationship with the other function is important",
        cmo_item="CIO/IT relationship is important",
        cio_item="CMO/marketing relationship is important",
    ),
    Mirror(
        "2012",
        "CSUITE_IMPORTANCE",
        Statistic.RANK,
        "The other function among all C-suite functions",
        cmo_item="CIO/IT",
        cio_item="CMO/marketing",
    ),
    Mirror(
        "2012",
        "CSUITE_IMPROVED",
        Statistic.RANK,
        "The other function among C-suite functions by improvement",
        cmo_item="IT organisation among C-suite functions by improvement",
        cio_item="Marketing among C-suite functions by improvement",
    ),
    Mirror(
        "2010-cmo-council",
        "DIGITAL_LEAD",
        Statistic.PERCENT,
        "IT shapes the digital agenda",
        cmo_item="Marketers: it is shaped by IT",
        cio_item="IT executives: we champion, spearhead or shape it",
    ),
)

CONTESTED = {
    ("2012", "NEED", "Alignment is important"): "Yes, needed",
    (
        "2012",
        "FRUSTRATION",
        "IT returns fall short of the requirements given",
    ): "IT deliverables fall short of expectations",
    (
        "2014",
        "FRUSTRATION",
        "IT does not understand need to address market conditions quickly",
    ): "IT does not see the urgency of adding new data sources to campaigns",
}
"""A conflicting figure printed under another item (wave, question, its item) -> the item that it contests."""
