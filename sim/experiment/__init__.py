"""Runs of a scenario: replications on this machine, results folders, resuming, and comparing two results.

What a replication gives depends on scenario, seed and its number alone; so batches, jobs and interruptions change nothing.
"""
