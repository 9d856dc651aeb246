"""Claims audit for Mohs micrographic surgery."""

__version__ = "0.1.0"
