"""Addresses: one spelling, their fields, and the book that finds what they mean."""

from gis.addresses.book import AddressBook, Home
from gis.addresses.entries import BookEntry, Candidate, EntryKind, Found, Reason
from gis.addresses.grids import grids_of
from gis.addresses.normalise import normalise
from gis.addresses.parse import Address, parse

__all__ = [
    "Address",
    "AddressBook",
    "BookEntry",
    "Candidate",
    "EntryKind",
    "Found",
    "Home",
    "Reason",
    "grids_of",
    "normalise",
    "parse",
]
