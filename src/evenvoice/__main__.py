"""``python -m evenvoice``: the command line, for where the script is not on the path."""

from evenvoice.cli.main import main

if __name__ == "__main__":
    main()
