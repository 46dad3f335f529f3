"""Choose ports: the wanted one if it is free, else any."""

import socket


def free_port(host: str, wanted: int) -> int:
    """Return `wanted` if it can be bound on the host now, else (or for 0) a free port that the kernel names."""
    if wanted and _can_bind(host, wanted):
        return wanted
    with _socket_of(host) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _can_bind(host: str, port: int) -> bool:
    with _socket_of(host) as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _socket_of(host: str) -> socket.socket:
    probe = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    # As the servers do: a port in TIME_WAIT is free.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return probe
