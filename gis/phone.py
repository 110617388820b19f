"""Telephone numbers as people write them: which are somebody's mobile."""

from __future__ import annotations

import re
import unicodedata

# China's mobile numbers: eleven digits, the first 1, the second 3 to 9 (MIIT numbering plan).
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[\s()-]*)?1[\s()-]*[3-9](?:[\s()-]*\d){9}(?!\d)")


def has_mobile(text: str) -> bool:
    """Tell whether a mobile number stands in a text, however it is written.

    >>> has_mobile("+86 138-0000-0000"), has_mobile("１３８ ００００ ００００")
    (True, True)
    >>> has_mobile("025-8580 1234"), has_mobile("025-85801234-8001"), has_mobile("12345")
    (False, False, False)
    """
    return bool(_MOBILE.search(unicodedata.normalize("NFKC", text)))
