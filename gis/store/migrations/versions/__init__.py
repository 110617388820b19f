"""Revisions, named by number and by what they bring.

A revision that was released is never changed. It runs inside the one transaction of
:func:`gis.store.migrate.upgrade`, on both engines, and drops no table that a view names.
"""
