"""Which version of Second Opinion this is."""

__version__ = "0.2.0"  # the one place; wheel, command line, cards and exports say it
