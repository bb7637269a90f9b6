"""``python -m demo``: the real app over pretend stores on this machine, telling what happens."""
