"""The engine: clock, arrivals, dispatch, missions, road changes → the log of one replication."""
