"""The domain of wangge: grids, places, people, and what one can ask of them.

Plain values and functions over shapely and numpy. Knows no web and no map library;
SQL lives in :mod:`gis.store` only.
"""
