"""Who takes part in a merchant's trade, and our ways into their stores."""
