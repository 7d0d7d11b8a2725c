"""Contract checks for plug-ins: the same that test what ships."""
