"""Canonical URLs, so that two spellings of one address are one link, and the work behind copies of one paper."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

_ID = r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
_ARXIV_HOSTS = (
    "arxiv.org",
    "export.arxiv.org",
    "browse.arxiv.org",
    "ar5iv.org",
    "ar5iv.labs.arxiv.org",
    "alphaxiv.org",
)
_ARXIV_PATH = re.compile(rf"^/(?:abs|pdf|html|overview)/{_ID}(?:\.pdf)?/?$")
_ARXIV_ELSEWHERE = {  # hosts that show arXiv papers under its own ids
    "huggingface.co": re.compile(rf"^/papers/{_ID}/?$"),
    "hf.co": re.compile(rf"^/papers/{_ID}/?$"),
    "doi.org": re.compile(rf"^/10\.48550/arxiv\.{_ID}/?$", re.I),
    "dx.doi.org": re.compile(rf"^/10\.48550/arxiv\.{_ID}/?$", re.I),
}
_ARXIV_MALFORMED = re.compile(r"^/(?:abs|pdf)/")
_TRACKING = re.compile(r"^(utm_.*|spm|from|share_.*|ref|ref_src|fbclid|gclid)$")
_NAMING_QUERY = {"mp.weixin.qq.com": ("__biz", "mid", "idx", "sn")}  # hosts of which only these name a page
_GITHUB_TAIL = re.compile(r"(?:\.git|/(?:tree|blob)/(?:main|master)|/)+$")
_GITHUB_FRONT = re.compile(r"^/[^/]+(?:/[^/]+)?$")  # an account or a repository, whose README is one page
_NO_PAGE = re.compile(
    r"^(?:readme|rd|wechat_redirect|top|content|start-of-content|abstract|:~:text=.*|L\d+(?:-L\d+)?)$"
)
_WWW = re.compile(r"^(?:www\.)+")
_MAX_CHARS = 2000
_ACCOUNT_HOSTS = ("github.com", "huggingface.co")
# Copies of one paper at one publisher, as (pattern of host and path, what they share).
_COPIES = tuple(
    (re.compile(pattern, re.I), work)
    for pattern, work in (
        (r"^openreview\.net/(?:forum|pdf|attachment)\?(?:.*&)?id=([\w-]+)", r"openreview:\1"),
        (r"^(?:aclanthology\.org|aclweb\.org/anthology)/(?:papers/.+/)?([\w.-]+?)(?:\.pdf)?$", r"acl:\1"),
        (r"^doi\.org/10\.18653/v1/([\w.-]+)$", r"acl:\1"),
        (
            r"^(?:proceedings\.neurips\.cc|papers\.n(?:eur)?ips\.cc)/paper(?:_files/paper)?/(\d{4})/(?:hash|file)/(\w+)-.*$",
            r"neurips:\1/\2",
        ),
        (r"^proceedings\.mlr\.press/(v\d+)/([\w-]+)(?:/[\w-]+)?\.(?:html|pdf)$", r"pmlr:\1/\2"),
        (r"^openaccess\.thecvf\.com/(.+)/(?:html|papers)/(.+?)\.(?:html|pdf)$", r"cvf:\1/\2"),
        (r"^(?:dl\.acm\.org/doi(?:/(?:abs|pdf|full))?|doi\.org)/(10\.1145/[\w.-]+)$", r"doi:\1"),
        (r"^doi\.org/(10\..+)$", r"doi:\1"),
    )
)


def canonical_url(url: str) -> str:
    """Returns the canonical form of a web address.

    arXiv ``abs``, ``pdf``, ``html``, versions and its mirrors collapse to one ``abs`` address; GitHub loses ``.git``
    and a bare ``tree/main``; ``http`` becomes ``https``; tracking parameters and trailing slashes go. A query or a
    fragment stays where it names another page.
    """
    scheme, host, path, query, fragment = _split(url)
    host = _WWW.sub("", host.lower())
    arxiv = arxiv_id(url)
    if arxiv:
        return f"https://arxiv.org/abs/{arxiv}"
    if host == "github.com":
        path = _GITHUB_TAIL.sub("", path)
        query, fragment = "", "" if _GITHUB_FRONT.match(path) else fragment
    if _NO_PAGE.match(fragment):
        fragment = ""
    naming = _NAMING_QUERY.get(host)
    kept = [
        (key, value)
        for key, value in parse_qsl(query, keep_blank_values=True)
        if (key in naming if naming else not _TRACKING.match(key))
    ]
    if not fragment.startswith("/"):
        path = path.rstrip("/")
    scheme = "https" if scheme in ("http", "https") else scheme
    return urlunsplit((scheme, host, path, urlencode(kept), fragment))


def arxiv_id(url: str) -> str | None:
    """Returns the arXiv id of an address without its version, or None when it is not an arXiv paper."""
    parts = _split(url)
    host = _WWW.sub("", parts.netloc.lower())
    pattern = _ARXIV_PATH if host in _ARXIV_HOSTS else _ARXIV_ELSEWHERE.get(host)
    match = pattern.match(parts.path) if pattern else None
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
    if len(url) > _MAX_CHARS:
        return f"link of {len(url)} characters: {url[:60]}…"
    parts = _split(url)
    if not parts.scheme and "://" in url:
        return f"link that is not a web address: {url}"
    if parts.scheme == "file" or re.match(r"^[A-Za-z]:\\", url):
        return f"link to a local file: {url}"
    if not parts.scheme:
        return f"relative link: {unquote(url)}"
    if parts.scheme not in ("http", "https") or not _has_host(parts):
        return f"link that is not a web address: {url}"
    if parts.netloc.lower().endswith("arxiv.org") and _ARXIV_MALFORMED.match(parts.path) and not arxiv_id(url):
        return f"malformed arXiv id: {url}"
    return None


def url_identity(url: str) -> str:
    """Returns the part of a canonical URL that identifies a page: no scheme, host and GitHub paths in lower case."""
    identity = canonical_url(url).split("://", 1)[-1]
    return identity.lower() if identity.lower().startswith("github.com/") else identity


def work_identity(url: str) -> str:
    """Returns what the addresses of one work share: its arXiv id, its publisher's id, or the page's identity."""
    arxiv = arxiv_id(url)
    if arxiv:
        return f"arxiv:{arxiv}"
    identity = url_identity(url)
    for pattern, work in _COPIES:
        if match := pattern.match(identity):
            return match.expand(work).lower()
    return f"url:{identity}"


def _has_host(parts: SplitResult) -> bool:
    try:
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _split(url: str) -> SplitResult:
    """Splits an address; one that cannot be split is all path."""
    try:
        return urlsplit(url.strip())
    except ValueError:
        return SplitResult("", "", url.strip(), "", "")
