"""The joint forecast of a day: how probable each target is, what is needed, what moved."""
