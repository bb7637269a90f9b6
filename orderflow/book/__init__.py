"""What is kept of a vendor's part: its life, what happened, what was agreed on."""
