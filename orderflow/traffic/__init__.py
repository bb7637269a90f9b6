"""Push goes out, track comes in, report goes home."""
