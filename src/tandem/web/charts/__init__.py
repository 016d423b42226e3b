"""Pictures of the workspace: charts of plain rows, and drawings of nodes and edges, as SVG made on the server."""

from tandem.web.charts.amounts import bars, funnel
from tandem.web.charts.chart import Chart, warm_up
from tandem.web.charts.drawing import Drawing, graph, layered
from tandem.web.charts.forest import Interval, Untold, intervals
from tandem.web.charts.net import Edge, Node
from tandem.web.charts.parts import Whole, stacked
from tandem.web.charts.picture import Caption, Picture
from tandem.web.charts.sides import Opposed, two_sides
from tandem.web.charts.times import Estimated, days, lift_over_time, trend

__all__ = [
    "Caption",
    "Chart",
    "Drawing",
    "Edge",
    "Estimated",
    "Interval",
    "Node",
    "Opposed",
    "Picture",
    "Untold",
    "Whole",
    "bars",
    "days",
    "funnel",
    "graph",
    "intervals",
    "layered",
    "lift_over_time",
    "stacked",
    "trend",
    "two_sides",
    "warm_up",
]
