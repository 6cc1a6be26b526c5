"""Files and databases as bureaux issue them, turned into figures that keep the contract."""
