"""Unattended work: the reports that are due, alerts on what moved, checks for a monitor."""
