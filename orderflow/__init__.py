"""The river: what happens to an order, without a network. Doors call it; it calls down."""
