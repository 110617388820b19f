"""Headers that every answer carries (see :mod:`api.http.middleware`)."""

from __future__ import annotations

# An answer that is no page may load and run nothing, whatever a browser takes it for.
NOTHING = b"default-src 'none'; frame-ancestors 'none'"
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), payment=(), usb=()"),
)
CSP = b"content-security-policy"
