"""Which past nights are shipped, and how their files are made from a folder of the Library's CSV files."""

from pathlib import Path

from server.nights.archive import PastNight, past_night
from server.nights.ballots import CONTEST_COLUMNS, seat
from server.nights.format import parsed
from server.nights.importer import ImportRefused, import_night
from server.nights.tables import Problem, table
