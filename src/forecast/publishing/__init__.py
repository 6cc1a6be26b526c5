"""Reports as files: their pages, runs, ledger, index, statuses and schedule."""
