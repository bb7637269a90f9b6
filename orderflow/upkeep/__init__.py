"""After the push: both stores stay true to each other until the last parcel."""
