"""The vendor's door."""
