"""Files about councils and mayors, as other people publish them, become nights."""
