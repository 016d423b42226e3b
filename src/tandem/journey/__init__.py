"""Who is in a campaign, in which arm, and what is to happen to them next.

Answers: who is treated and who is held out, and which message each treated person is still owed.
Writes `assignments`, before any send filter, and never changes a row of it.
Must never send, never look at consent to choose an arm, and never read the outcome of a campaign.
"""

from tandem.journey.assigning import Assigned, assign, assigned_people, bucket
from tandem.journey.steps import Facts, Intent, State, Status, intents, step

__all__ = [
    "Assigned",
    "Facts",
    "Intent",
    "State",
    "Status",
    "assign",
    "assigned_people",
    "bucket",
    "intents",
    "step",
]
