"""Templates: what is left behind once a page has been rendered."""

import gc

import pytest

from server.election.nights import fold
from server.html.languages import languages
from server.nights import archive
from server.pages.analysis.choices import choices
from server.pages.analysis.views import KINDS, asked, html
from server.pages.fragments import fragments_of
from server.pages.render import PageRenderer


@pytest.mark.parametrize("name", ["parl.2019-12-12", "parl.rochester-and-strood.by.2014-11-20"])
def test_what_was_rendered_leaves_no_circles_that_hold_a_night(name: str) -> None:
    night = fold(archive.load(name).events)
    topics = [asked(night, choices(night.definition), kind, {}) for kind in KINDS]
    fragments = {fragment.partition("-")[0]: fragment for fragment in fragments_of(night)}

    def render() -> None:
        for language in languages():
            for topic in topics:
                html(night, topic, language)
                html(night, topic, language, on_air=False)
            for fragment in fragments.values():
                PageRenderer(language).render(night, fragment)

    render()  # whatever is kept is there now
    gc.collect()
    gc.disable()
    try:
        render()
        assert gc.collect() == 0
    finally:
        gc.enable()
