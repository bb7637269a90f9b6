"""The people of vendors: invited, logged in, written to."""
