"""Canonical URLs, so that two spellings of one address are one link."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

_ARXIV_PATH = re.compile(
    r"^/(?:abs|pdf|html)/(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?$"
)
_ARXIV_MALFORMED = re.compile(r"^/(?:abs|pdf)/")
_TRACKING = re.compile(r"^(utm_.*|spm|from|share_.*|ref|ref_src|fbclid|gclid|chksm|scene|token|lang|style)$")
_GITHUB_TAIL = re.compile(r"(?:\.git|/(?:tree|blob)/(?:main|master)|/)+$")
_WWW = re.compile(r"^(?:www\.)+")
_ACCOUNT_HOSTS = ("github.com", "huggingface.co")


def canonical_url(url: str) -> str:
    """Returns the canonical form of a web address.

    arXiv ``abs``, ``pdf`` and versions collapse to one ``abs`` address; GitHub loses ``.git`` and a bare
    ``tree/main``; ``http`` becomes ``https``; tracking parameters, fragments and trailing slashes go.
    """
    scheme, host, path, query, fragment = _split(url)
    host = _WWW.sub("", host.lower())
    arxiv = arxiv_id(url)
    if arxiv:
        return f"https://arxiv.org/abs/{arxiv}"
    if host == "github.com":
        path, query = _GITHUB_TAIL.sub("", path), ""
    kept = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if not _TRACKING.match(key)]
    keep_fragment = fragment if fragment.startswith("/") else ""
    return urlunsplit(
        ("https" if scheme in ("http", "https") else scheme, host, path.rstrip("/"), urlencode(kept), keep_fragment)
    )


def arxiv_id(url: str) -> str | None:
    """Returns the arXiv id of an address without its version, or None when it is not an arXiv paper."""
    parts = _split(url)
    if parts.netloc.lower().removeprefix("www.") not in ("arxiv.org", "export.arxiv.org", "browse.arxiv.org"):
        return None
    match = _ARXIV_PATH.match(parts.path)
    return match["id"] if match else None


def account_of(url: str) -> str | None:
    """Returns the account that owns a repository, a model or a data set, or None for other addresses."""
    parts = _split(url)
    owner = parts.path.strip("/").split("/")[0]
    return owner if parts.netloc in _ACCOUNT_HOSTS and owner not in ("", "datasets", "spaces", "papers") else None


def link_fault(url: str) -> str | None:
    """Says what is wrong with an address, or returns None when nothing is."""
    url = url.strip()
    if not url:
        return "empty link"
    parts = _split(url)
    if not parts.scheme and "://" in url:
        return f"link that is not a web address: {url}"
    if parts.scheme == "file" or re.match(r"^[A-Za-z]:\\", url):
        return f"link to a local file: {url}"
    if not parts.scheme:
        return f"relative link: {unquote(url)}"
    if parts.scheme not in ("http", "https"):
        return f"link that is not a web address: {url}"
    if parts.netloc.lower().endswith("arxiv.org") and _ARXIV_MALFORMED.match(parts.path) and not arxiv_id(url):
        return f"malformed arXiv id: {url}"
    return None


def url_identity(url: str) -> str:
    """Returns the part of a canonical URL that identifies a work: no scheme, host and GitHub paths in lower case."""
    identity = canonical_url(url).split("://", 1)[-1]
    return identity.lower() if identity.lower().startswith("github.com/") else identity


def _split(url: str) -> SplitResult:
    """Splits an address; one that cannot be split is all path."""
    try:
        return urlsplit(url.strip())
    except ValueError:
        return SplitResult("", "", url.strip(), "", "")
