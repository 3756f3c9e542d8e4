"""The door of a checkout: `python cli.py ...` is `chronology ...`."""

from chronology.commands import main

if __name__ == "__main__":
    main()
