"""How probable it is that announced growth targets will be attained."""

__version__ = "0.1.0"
