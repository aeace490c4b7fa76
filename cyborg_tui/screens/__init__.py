"""Screens: they lay out widgets and route what happens."""
