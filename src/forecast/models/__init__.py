"""Models of growth through the year: one file a model, one contract, one registry."""
