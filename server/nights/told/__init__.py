"""What the desk would have noted on shipped nights, a file a night, in every language of the pages."""
