"""Counted commitments of work reports, and what has been reported of their progress."""

from forecast.commitments.adding import Added, add_progress
from forecast.commitments.announced import ANNOUNCED_FILE, Commitment, CommitmentComparison
from forecast.commitments.book import Commitments, ProgressWarning, read_commitments
from forecast.commitments.progress import (
    PROGRESS_COLUMNS,
    PROGRESS_FOLDER,
    ProgressEntry,
    progress_files,
    read_progress_file,
)

__all__ = [
    "ANNOUNCED_FILE",
    "PROGRESS_COLUMNS",
    "PROGRESS_FOLDER",
    "Added",
    "Commitment",
    "CommitmentComparison",
    "Commitments",
    "ProgressEntry",
    "ProgressWarning",
    "add_progress",
    "progress_files",
    "read_commitments",
    "read_progress_file",
]
