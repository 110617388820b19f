"""Where a request comes from: the peer, or what a trusted proxy says of it.

Without a trusted proxy (``WANGGE_TRUSTED_PROXIES``) nothing that a request says of its own
origin is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from gis.errors import SettingsError

Network = IPv4Network | IPv6Network
_MOST_HOPS = 20


def networks(text: str, setting: str) -> tuple[Network, ...]:
    """Return the networks of a comma-separated list, such as ``127.0.0.1,10.0.0.0/8``.

    Raises
    ------
    SettingsError
        Naming the setting and the part that is no network.
    """
    found = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        try:
            found.append(ip_network(part, strict=False))
        except ValueError:
            raise SettingsError(
                f"{setting}: {part!r} is no address and no network such as 10.0.0.0/8",
                f"{setting}：{part!r} 不是 IP 地址，也不是 10.0.0.0/8 这样的网段",
            ) from None
    return tuple(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def is_in(address: str, nets: Iterable[Network]) -> bool:
    """Tell whether a text is an address of one of some networks."""
    found = _address(address)
    return found is not None and any(found in net for net in nets if net.version == found.version)


@dataclass(frozen=True, slots=True)
class Origin:
    """The address of whoever asks, and whether a proxy that nobody trusts stands in between."""

    address: str
    disguised: bool

    @property
    def caller(self) -> str:
        """What counts as one caller: an IPv4 address, or a /64 network of IPv6."""
        return counted_as(self.address)


@lru_cache(4096)
def counted_as(address: str) -> str:
    """Return what counts as one caller (:attr:`Origin.caller`)."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, 64), strict=False))
    return address


def origin_of(
    scope: MutableMapping[str, Any], forwarded: dict[bytes, bytes], trusted: tuple[Network, ...]
) -> Origin:
    """Return where a request comes from; set the scheme that a trusted proxy names.

    ``forwarded`` are the request's ``X-Forwarded-For``, ``X-Forwarded-Proto`` and
    ``Forwarded`` headers. The last address of the list that is no trusted proxy is the caller.
    """
    client = scope.get("client")
    peer = client[0] if client else ""
    if not forwarded:
        return Origin(peer, False)
    if not trusted or not is_in(peer, trusted):
        return Origin(peer, True)
    proto = forwarded.get(b"x-forwarded-proto", b"").decode("latin-1").strip().lower()
    if proto in ("http", "https"):
        scope["scheme"] = proto
    hops = forwarded.get(b"x-forwarded-for", b"").decode("latin-1").split(",")[-_MOST_HOPS:]
    for hop in reversed(hops):
        found = _address(hop)
        if found is None:
            break
        peer = str(found)
        if not is_in(peer, trusted):
            break
    return Origin(peer, False)
