"""Files of other people's shape, a file each: the Library's and Democracy Club's CSV, HexJSON. Read, never written."""
