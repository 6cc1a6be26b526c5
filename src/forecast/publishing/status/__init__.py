"""The table of `forecast status`, computed or from the cache."""
