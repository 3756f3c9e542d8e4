"""The door of an installed package: `python -m chronology ...` is `chronology ...`."""

from chronology.commands import main

if __name__ == "__main__":
    main()
