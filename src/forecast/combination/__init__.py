"""What the record teaches: scales, weights of the pool, recalibration, dependence."""
