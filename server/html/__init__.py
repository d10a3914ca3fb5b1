"""What every page needs, whoever looks at it: addresses, languages, templates, files, answers, errors. No page."""
