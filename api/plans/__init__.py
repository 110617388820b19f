"""Plans behind the API: what is kept in memory of them, and how they are shown."""
