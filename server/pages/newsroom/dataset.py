"""A night's tables as schema.org's Dataset in JSON-LD, for Google Dataset Search and whoever else reads that. Nothing
else of a page is told in schema.org: no search engine shows an election's result from it."""

import msgspec
from markupsafe import Markup

from server.html.shown import Shown

_FILES = {
    "tables/contests.csv": "text/csv",
    "tables/candidates.csv": "text/csv",
    "tables/parties.csv": "text/csv",
    "tables.jsonl": "application/x-ndjson",
    "tables.sqlite": "application/vnd.sqlite3",
}


def dataset(shown: Shown) -> Markup:
    """The description as a script's text; "" for a rehearsal, a replay or a moment, which are no result to be found."""
    night, language = shown.night.definition, shown.language
    if night.rehearsal or night.replay_of or any(shown.state.values()):
        return Markup("")
    api = f"{shown.site}/api/nights/{night.id}"
    title = language.title(night.title)
    told = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": title,
        "description": f"{title}: contests, candidates, parties, votes, turnout and swing, as the returning officers "
        "declared them, with the time of each declaration.",
        "url": f"{shown.site}/nights/{night.id}/newsroom/tables",
        "inLanguage": language.tag,
        "isAccessibleForFree": True,
        "creditText": night.attribution,
        "temporalCoverage": str(night.date),
        "spatialCoverage": "United Kingdom",
        "version": shown.night.seq,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": media, "contentUrl": f"{api}/{path}"}
            for path, media in _FILES.items()
        ],
    }
    text = msgspec.json.encode(told).decode()
    return Markup(text.replace("<", "\\u003c"))
