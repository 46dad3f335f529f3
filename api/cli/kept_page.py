"""A report as a page that can be kept: its pictures are in it, and its links lead to the stack that it came from."""

import re
from base64 import b64encode
from html import escape, unescape
from urllib.parse import parse_qs, urlsplit

from api.client import Client

#: Pictures of our own articles; a reply cannot make one, since all foreign text is escaped.
_PICTURE = re.compile(r'(?<=<img src=")(/v1/compare\.svg\?[^"]*)(?=")')


def kept_page(client: Client, page: str, address: str) -> str:
    """Put pictures into a page, and say where its links begin."""
    whole = _PICTURE.sub(lambda found: _drawn(client, unescape(found[1])), page)
    return whole.replace("<head>\n", f'<head>\n<base href="{escape(address.rstrip("/"))}/">\n', 1)


def _drawn(client: Client, address: str) -> str:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    drawn = client.compare_picture(asked["model"], int(asked["run_a"]), int(asked["run_b"]))
    return f"data:image/svg+xml;base64,{b64encode(drawn).decode('ascii')}"
