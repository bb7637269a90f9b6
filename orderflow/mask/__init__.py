"""What a vendor gets of an order, and nothing else."""
