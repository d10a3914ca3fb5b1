"""The people who enter results and run the night: invitations, the officers' phones, the desk, an API. The rules of a
result are in ``server.election``."""
