"""What stands in a .sav file, as JSON on standard output. A process of its own, started by `spss`.

The C library that reads such files ends its process on some broken ones; here nobody else ends with it. What it hands
back is plain JSON, so that a file that got hold of this process still says nothing but text and numbers.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pyreadstat


def told(path: str) -> dict[str, Any]:
    """Title, fields and sets of a file, or `error` with a sentence."""
    try:
        columns, about = pyreadstat.read_sav(
            path, output_format="dict", user_missing=True, disable_datetime_conversion=True
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OSError, ValueError, MemoryError) as error:
        return {"error": str(error).strip() or "its end is missing"}
    return {
        "title": about.file_label or "",
        "fields": [_field(name, cells, about) for name, cells in columns.items() if name],
        "sets": [
            {
                "name": name,
                "label": how["label"] or "",
                "counted": None if not how["is_dichotomy"] else str(how["counted_value"]),
                "members": how["variable_list"],
            }
            for name, how in about.mr_sets.items()
        ],
    }


def _field(name: str, cells: Sequence[object], about: Any) -> dict[str, Any]:
    labels: Mapping[object, str] = about.variable_value_labels.get(name) or {}
    ranges = about.missing_ranges.get(name) or []
    return {
        "name": name,
        "label": about.column_names_to_labels.get(name) or "",
        "labels": [[value, str(label)] for value, label in labels.items()],
        "missing": [[one["lo"], one["hi"]] if isinstance(one, dict) else [one, one] for one in ranges],
        "format": about.original_variable_types.get(name) or "",
        "measure": about.variable_measure.get(name) or "",
        "cells": list(cells),
    }


def main() -> None:
    """Print what stands in the file that is named."""
    json.dump(told(sys.argv[1]), sys.stdout)


if __name__ == "__main__":
    main()
