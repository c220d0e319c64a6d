"""How each kind of incident grows, by its own clock: told the effort, it never sees teams."""
