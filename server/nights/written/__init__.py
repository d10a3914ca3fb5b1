"""What stands in the files of past nights, line by line."""
