"""The table of all contests, and the search that leads to one."""
