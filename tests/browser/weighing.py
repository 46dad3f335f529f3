"""How long the server takes for a page, and how large that is, over HTTP and without a browser."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

import httpx2

_REQUESTS = 7


@dataclass(frozen=True, kw_only=True)
class Weight:
    """A page as the server sends it, uncompressed; the time is the median of several requests after one to warm up."""

    path: str
    status: int
    server_ms: float
    kib: float

    def __str__(self) -> str:
        return f"{self.path}: {self.status}, {self.server_ms:.0f} ms, {self.kib:.1f} KiB"


def weigh(address: str, path: str, requests: int = _REQUESTS) -> Weight:
    """Ask for a page again and again over one connection."""
    headers = {"accept": "text/html", "accept-encoding": "identity"}
    with httpx2.Client(base_url=address, trust_env=False, timeout=60, headers=headers) as client:
        answer = client.get(path)
        took_ms = [_took_ms(client, path) for _ in range(requests)]
    return Weight(path=path, status=answer.status_code, server_ms=median(took_ms), kib=len(answer.content) / 1024)


def _took_ms(client: httpx2.Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return 1000 * (time.perf_counter() - began)
