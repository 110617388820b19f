"""Small changes to people and places, as a colleague at a desk makes them.

Pure functions from one frozen roster or directory to the next. Each checks what it is given,
says what it changed in the words of the audit log, and reports what somebody should look at.
The store keeps the result as a new version: the former one stays as it was.
"""

from gis.editing.edited import Edited

__all__ = ["Edited"]
