"""Past days replayed with the parts that a report uses."""
