"""The officers' phones: figures entered, checked, declared and put right."""
