"""A night of councils from the files of a Local Elections Handbook: for ``import --contests wards.csv``."""

import argparse

from server.commands.named import past_named
from server.nights.baselines import of_night
from server.nights.councils import importer, rolls
from server.nights.kept import Kept
from server.nights.sources.importer import Imported, ImportRefused
from server.nights.sources.problems import Problem


def of_councils(options: argparse.Namespace, kept: Kept) -> Imported:
    """The night that the options describe; ImportRefused with everything wrong."""
    problems: list[Problem] = []
    known = rolls.listed(options.councils, problems) if options.councils else {}
    if problems:
        raise ImportRefused(problems)
    baseline = of_night(past_named(options.baseline, kept)) if options.baseline else None
    return importer.imported(
        options.contests,
        options.candidates,
        id=options.id,
        title=options.title,
        baseline=baseline,
        known=known,
        control_baseline="May 2023" if known else "",
    )
