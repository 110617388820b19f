"""Accounts, in a database of their own: ``var/accounts.sqlite``, or the schema ``accounts``."""

from gis.store.accounts.accounts import Accounts, open_accounts

__all__ = ["Accounts", "open_accounts"]
