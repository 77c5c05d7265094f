"""``python -m cleaning``: the same core and the same numbers as the app."""

from cleaning.command_line import main

if __name__ == "__main__":
    raise SystemExit(main())
