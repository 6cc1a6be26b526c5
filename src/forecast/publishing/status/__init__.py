"""The table of `forecast status`: computed, cached, and compared with earlier reports."""
