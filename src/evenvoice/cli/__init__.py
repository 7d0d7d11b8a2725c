"""The command line: thin doors, no logic of their own."""
