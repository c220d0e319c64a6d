"""Sizing a reserve: needs out of simulated cases, a plan out of the two-stage program, and the proof by simulation."""
