"""A terminal app in which a person writes with a local base model."""

__version__ = "0.1.0"
