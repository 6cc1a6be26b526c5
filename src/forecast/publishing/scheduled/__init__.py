"""What runs without anybody looking: the reports that are due, and who is told what moved."""
