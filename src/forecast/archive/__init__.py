"""The data folder: its registry, targets, schedule and figures, and what was known on a day."""
