"""A night for readers of news and calendars: Atom, iCalendar, oEmbed. No figure is worked out here."""
