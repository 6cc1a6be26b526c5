"""The table of `forecast status` as a value and as what a terminal prints."""
