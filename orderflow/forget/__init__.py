"""What must not be kept: when a person asks, when a shop asks, when its time is over."""
