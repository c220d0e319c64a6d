"""The model of a scenario file: every field described in both languages."""
