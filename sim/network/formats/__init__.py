"""Readers of road networks, one file for each form in which they come."""
