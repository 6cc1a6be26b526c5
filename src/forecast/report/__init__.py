"""A report as a value, its reader and its writer, and scenarios."""
