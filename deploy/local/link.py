"""The link that leads a person into the console."""

from urllib.parse import quote, urlencode


def sign_in_link(console_url: str, token: str, dataset: str) -> str:
    """An address that signs in by a token and leads to the files of a dataset's newest version.

    The token stands behind the `#`: browsers keep that to themselves, so it is in no request, Referer or log of a
    server, and the page takes it out of the address.
    """
    path = f"/datasets/{quote(dataset, safe='')}/versions/latest/data"
    return f"{console_url}/sign-in?{urlencode({'to': path}, safe='/')}#{urlencode({'token': token})}"
