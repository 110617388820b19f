"""Accounts, in a database of their own: ``var/accounts.sqlite``, or the schema ``accounts``."""

from gis.store.accounts.accounts import AccountStore, open_accounts

__all__ = ["AccountStore", "open_accounts"]
