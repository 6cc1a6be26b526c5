"""Past forecasts against their outturns: proper scores, and the record as a type."""
