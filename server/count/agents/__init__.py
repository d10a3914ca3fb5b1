"""Provisional figures for candidates and agents: to show and to print, and what was said to them, on record."""

from server.count.agents import consulting, paper

PAGES = {
    "/count/agents": consulting.agents,
    "/count/provisional": paper.provisional,
}
FORMS = {
    "agents": consulting.consult,
    "agents/recount": consulting.ask_for_recount,
    "agents/rejected": consulting.note_rejected,
}
"""The addresses of forms, below ``/count/``."""
