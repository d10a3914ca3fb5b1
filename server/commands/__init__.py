"""The command line, one file for each verb: its options, what it calls, what it prints. The work is done elsewhere."""

import gc

# Nothing that is imported becomes garbage, and looking for some among it takes a quarter of a start. ``main`` has it
# looked for again.
gc.disable()
