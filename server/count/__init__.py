"""The people who enter results and run the night: invitations, the officers' phones, the desk, an API. No rules of a
result."""
