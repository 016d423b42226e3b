"""A small survey with every type of question, a filter, a screen and a quota; and a run of it in a shop."""

import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from pathlib import Path

from cli.shop import APPLIED, Shop

ADDRESS = "https://my.harbourpine.example"
SURVEY = """\
instrument: closeness
title: How close we work
intro: A few questions on how marketing and IT work together.
minutes: 3
smallest_group: 3
group_question: S_FUNCTION
blocks:
  you: About you
  work: How we work
  ideas: Ideas
questions:
  - question: S_FUNCTION
    type: single
    text: Which function do you belong to?
    block: you
    options:
      - {code: 1, label: Marketing, group: marketing}
      - {code: 2, label: IT, group: it}
      - {code: 3, label: Another, screen_out: true}
  - question: S_TITLE
    type: single
    text: Which level is your role?
    block: you
    required: true
    options:
      - {code: 1, label: Director or above}
      - {code: 2, label: Another, screen_out: true}
  - question: NEED
    type: single
    text: Does {own} need to work with {other}?
    block: work
    required: true
    options:
      - {code: 1, label: Yes}
      - {code: 2, label: No}
  - question: DRIVERS
    type: multiple
    text: What makes it needed?
    block: work
    at_most: 3
    when:
      - {question: NEED, is: [1]}
    options:
      - {code: 1, label: Customers}
      - {code: 2, label: Data}
      - {code: 3, label: Cost}
      - {code: 4, label: Law}
      - {code: 9, label: None of these, exclusive: true}
  - question: DRIVERS_RANK
    type: rank
    text: Which of those come first?
    block: work
    chosen_in: DRIVERS
    top: 2
    when:
      - {question: NEED, is: [1]}
    options:
      - {code: 1, label: Customers}
      - {code: 2, label: Data}
      - {code: 3, label: Cost}
      - {code: 4, label: Law}
  - question: TRUST
    type: matrix
    text: How far do you agree on {other}?
    block: work
    required: true
    random: true
    scale: {low: Not at all, middle: In part, high: Fully}
    rows:
      - {row: PROMISES, label: They keep promises.}
      - {row: OPEN, label: They share their plans.}
  - question: SHARE
    type: numeric
    text: Which share of your budget goes into technology?
    block: ideas
    at_least: 0
    at_most: 100
    unit: "%"
  - question: IDEAS
    type: open
    text: What one change would help?
    block: ideas
quotas:
  - {group: it, at_most: 40}
"""


def with_survey(shop: Shop, port: int = 2525, survey: str = SURVEY) -> Shop:
    """The shop with that survey in force, its letters going to a mail server at the port."""
    shop.write("pulse/closeness.yml", survey)
    text = shop.path("tandem.toml").read_text().replace("port = 2525", f"port = {port}")
    shop.write("tandem.toml", text + f'\n[workspace]\naddress = "{ADDRESS}"\n')
    ended = shop.tandem("apply", "--yes", "--now", APPLIED)
    assert ended.code == 0, ended.err
    return shop


def links(folder: Path) -> dict[str, str]:
    """Address → the path of the link in the last letter to it, of those that a sink has taken."""
    found = {}
    for file in sorted(folder.rglob("*.eml")):
        letter = message_from_bytes(file.read_bytes(), policy=policy.default)
        link = re.search(rf"{re.escape(ADDRESS)}(/pulse/\S+)", letter.get_content())
        if link:
            found[str(letter["to"])] = link.group(1)
    return found


def people(marketing: int, it: int) -> Sequence[tuple[str, str]]:
    """So many of each side."""
    return [(f"m{k}@people.example", "marketing") for k in range(marketing)] + [
        (f"i{k}@people.example", "it") for k in range(it)
    ]
