"""Several scenarios under common draws: run side by side in one pool of workers, batch by batch, and told apart."""
