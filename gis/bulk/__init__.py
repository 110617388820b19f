"""Many points and addresses at once: lists from the network, tables from other offices."""
