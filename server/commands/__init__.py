"""The command line, one file for each verb: its options, what it calls, what it prints. The work is done elsewhere."""
