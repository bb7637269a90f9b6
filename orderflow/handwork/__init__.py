"""What people do by hand, in a page or by a file."""
