"""Who stands in front: where a request really comes from, and by which scheme, told by proxies that are declared."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

Application = Callable[..., Iterable[bytes]]
Network = IPv4Network | IPv6Network
TOLD = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
"""What a proxy may say; from anybody else it is thrown away."""


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks by commas, such as `127.0.0.1,10.0.0.0/8`. Raises ValueError."""
    return tuple(ip_network(word.strip()) for word in text.split(",") if word.strip())


def known(address: str, proxies: Sequence[Network]) -> bool:
    """Whether an address is a declared proxy's."""
    try:
        held = ip_address(address)
    except ValueError:
        return False
    return any(held in network for network in proxies if network.version == held.version)


def came_from(chain: Sequence[str], proxies: Sequence[Network]) -> str:
    """The last address of a chain that no declared proxy stands for: what is left of it was said by whoever comes from there."""
    for address in reversed(chain):
        if not known(address, proxies):
            return address
    return chain[0]


def behind(application: Application, proxies: Sequence[Network]) -> Application:
    """An application whose requests have the address and the scheme that declared proxies tell of."""

    def answered(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        told = {name: environ.pop(name, "") for name in TOLD}
        near = str(environ.get("REMOTE_ADDR", ""))
        if known(near, proxies):
            said = [
                word.strip() for word in told["HTTP_X_FORWARDED_FOR"].split(",") if word.strip()
            ]
            environ["REMOTE_ADDR"] = came_from([*said, near], proxies)
            if told["HTTP_X_FORWARDED_PROTO"].strip().lower() == "https":
                environ["wsgi.url_scheme"] = "https"
        return application(environ, start)

    return answered
