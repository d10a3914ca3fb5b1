"""How what is said of a rehearsal or a replay begins wherever it is read without its page, so that nobody puts
practised or past figures on air."""

from server.election.contests import Definition
from server.html.languages import Language


def marked(night: Definition, text: str, language: Language) -> str:
    """The text, with "Test" or "Replay" before it where the night is such."""
    if night.rehearsal:
        return f"{language.gettext('Test')}: {text}"
    return f"{language.gettext('Replay')}: {text}" if night.replay_of else text
