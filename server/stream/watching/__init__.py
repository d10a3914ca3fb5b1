"""The program that runs the embedded Valkey, beside the processes that use it, and what it runs."""
