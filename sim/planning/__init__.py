"""Planning: what should lie where. An answer from here is a proposal; the simulation says what it is worth."""
