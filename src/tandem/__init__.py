"""Tandem: the customer platform that marketing and IT run together."""

__all__ = ["__version__"]

__version__ = "0.1.0"
