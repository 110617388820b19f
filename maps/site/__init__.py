"""A published site: one folder with the page, posters, downloads and a list of their hashes."""
