"""What a report says, as one value, and its one reader and writer."""
