"""Practising a past night: simulated officers, programs and a desk, with the accidents of a real night. They do what
people do, over HTTP, and use nothing of the server's inside."""
