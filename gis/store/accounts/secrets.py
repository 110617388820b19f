"""Passwords, tokens and keys: how they are made, judged and kept."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from gis.errors import InvalidInput

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST, LONGEST = 10, 200
KEY_PREFIX = "wgk"
# No letter or digit that is mistaken for another when it is read out or typed.
_PLAIN = "abcdefghjkmnpqrstuvwxyz23456789"
_WELL_KNOWN = (
    "password",
    "passw0rd",
    "qwerty",
    "1q2w3e",
    "123456",
    "654321",
    "111111",
    "abc123",
    "admin",
    "woaini",
    "wangge",
    "baotaqiao",
    "iloveyou",
    "letmein",
    "welcome",
)
_LEAST_DISTINCT = 5


def new_token() -> str:
    """Return 256 random bits as text that fits a cookie or a header."""
    return secrets.token_urlsafe(32)


def new_one_time_password() -> str:
    """Return a password that is easy to read out: four groups of four, 79 bits."""
    return "-".join("".join(secrets.choice(_PLAIN) for _ in range(4)) for _ in range(4))


def digest(token: str) -> str:
    """Return what is kept of a token or key: it holds too much chance to be tried."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _hasher() -> PasswordHash:
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(time_cost=3, memory_cost=32 << 10, parallelism=1),))


@cache
def _of_nobody() -> str:
    return _hasher().hash(new_token())


def hash_password(password: str) -> str:
    """Return the argon2 hash of a password."""
    return _hasher().hash(_normal(password))


def is_password(password: str, hashed: str | None) -> bool:
    """Tell whether a password is the one; for nobody's (None) it takes as long to say no."""
    try:
        normal = _normal(password)
    except UnicodeEncodeError:
        normal = ""
    right = _hasher().verify(normal, hashed or _of_nobody())
    return right and hashed is not None


def _normal(password: str) -> str:
    """Return a password as every keyboard writes it (NFKC: full width is half width)."""
    normal = unicodedata.normalize("NFKC", password)
    normal.encode()
    return normal


def check_new_password(password: str, name: str) -> None:
    """Refuse a password that would be guessed.

    Raises
    ------
    InvalidInput
        Too short or too long, of few characters, well known, or made of the account's name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise _poor(
            f"it must have {SHORTEST} to {LONGEST} characters",
            f"长度应为 {SHORTEST} 到 {LONGEST} 个字符",
        )
    try:
        plain = _normal(password).casefold()
    except UnicodeEncodeError:
        raise _poor("it holds half a character", "含有残缺字符") from None
    if len(set(plain)) < _LEAST_DISTINCT:
        raise _poor(
            f"it must have {_LEAST_DISTINCT} different characters or more",
            f"至少应有 {_LEAST_DISTINCT} 种不同的字符",
        )
    known = (*_WELL_KNOWN, *([name.casefold()] if len(name) > 2 else []))
    rest = plain
    for word in known:
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST // 2:
        raise _poor(
            "it is made of the account's name or of a word everybody tries",
            "由账号名或常见口令组成，容易被猜到",
        )


def _poor(en: str, zh: str) -> InvalidInput:
    return InvalidInput(
        "new_password",
        f"new_password: {en}: choose another, such as a short sentence",
        f"新密码{zh}：请换一个，例如一句话",
    )
