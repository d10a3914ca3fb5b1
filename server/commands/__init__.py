"""The command line, a file a verb: its options, what it calls, what it prints. The rules and the work are elsewhere."""
