"""What every page of a night has around its content: its menu and choices, and a past night's player. No content."""
