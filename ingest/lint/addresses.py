"""The links of a Markdown list where they stand, and what is wrong with each by itself."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingest.lint.rules import Edit, Finding
from ingest.lists.labels import is_label
from ingest.text.links import link_fault

_TEXT = r"\[(?P<text>(?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){0,300})\]"
_INLINE = re.compile(rf"(?P<image>!?){_TEXT}\((?P<raw>[^()\n]{{0,3000}}(?:\([^()\n]{{0,300}}\)[^()\n]{{0,3000}})?)\)")
_TITLE = re.compile(r"\s+(?:\"[^\"]*\"|'[^']*')\s*$")
_HREF = re.compile(r"""<a\s[^>]{0,300}?\bhref\s*=\s*(?P<quote>["'])(?P<raw>[^"'\n]{0,3000})(?P=quote)""", re.I)
_BARE = re.compile(r"https?://[^\s<>\"'`()（）\[\]{}|，。；、！？]+")
_SPACED = re.compile(r"(?<!!)\[(?P<text>[^\[\]\n]{1,300})\](?P<gap>[ \u3000]+)\((?P<url>https?://[^\s()]{1,2000})\)")
_REVERSED = re.compile(r"\((?P<text>[^()\[\]\n]{1,200})\)\[(?P<url>https?://[^\s\[\]()]{1,2000})\](?!\()")
_UNCLOSED = re.compile(r"\[(?P<text>[^\[\]\n]{1,300})\]\((?P<url>https?://[^\s()]{1,2000})\s*$")
_CODE = re.compile(r"(`+)(?!`).{0,2000}?(?<!`)\1(?!`)")
_COMMENT = re.compile(r"<!--.{0,4000}?-->")
_FENCE = re.compile(r"^\s{0,3}(?:[-*+]\s+)?(```+|~~~+)")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(?P<text>.+?)\s*#*\s*$")
_ANCHOR = re.compile(r"""\b(?:id|name)\s*=\s*["']?(?P<name>[^"'\s>]{1,200})""", re.I)
_TRACKING = re.compile(r"(?:(?<=[?&])(?:utm_\w+|fbclid|gclid|spm)=[^&#]*&?)+")
_PRIVATE = re.compile(
    r"^(?:chat\.openai\.com|chatgpt\.com)/(?:c/|g/[^/]+/c/|\?)|^claude\.ai/chat/|^mail\.google\.com/|^(?:drive|docs)\.google\.com/.*/u/\d+/my-"
    r"|^[\w.-]+\.(?:local|internal|lan|corp|intranet)(?:[:/]|$)|^localhost(?:[:/]|$)|^www\.overleaf\.com/project/",
    re.I,
)
_PRIVATE_CHAT = re.compile(r"^(?:chat\.openai\.com|chatgpt\.com)/?(?:\?.*)?$", re.I)
_CODE_LABEL = re.compile(r"^\W*(?:official )?(?:codes?|git ?hub|代码|源码|开源代码)\W*$", re.I)
_CODE_HOSTS = re.compile(
    r"git|huggingface|hf\.co|bitbucket|sourceforge|codeberg|colab|kaggle|zenodo|osf\.io|paperswithcode|modelscope|anonymous\.4open|"
    r"drive\.google|dropbox|codalab|figshare|codeocean|notebook|npmjs|pypi|sr\.ht|savannah|launchpad|code\.|/code|src\.|svn|fossil|"
    r"mathworks|gist|replit|aka\.ms|bit\.ly|goo\.gl|download|\.zip|\.tar|openi|apache|kde\.org|cgit|gogs|forge|chiselapp|debian",
    re.I,
)
_FAULTS = (
    ("empty link", "empty-link", "give the address, or take the link away"),
    ("link to a local file", "local-file", "link the page on the web instead"),
    ("relative link", "relative-link", "add the file, or link the page on the web instead"),
    ("malformed arXiv id", "malformed-arxiv-id", "an id has four digits, a point, and four or five more: 2106.09685"),
    ("link of", "not-an-address", "link a shorter address"),
    ("link that is not", "not-an-address", "give an address that starts with https://"),
)


@dataclass(frozen=True, slots=True)
class Address:
    """A link in a file: its line and the column of its address, both from 1, its text and its address as written."""

    line: int
    column: int
    text: str
    raw: str
    image: bool = False

    @property
    def url(self) -> str:
        """The address without what is around it."""
        return _INVISIBLE.sub("", _TITLE.sub("", self.raw).strip().strip("<>"))


def fault_of(message: str) -> tuple[str, str] | None:
    """Returns the rule that a fault of an address breaks, and how to mend it; None for other messages."""
    return next(((rule, fix) for start, rule, fix in _FAULTS if message.startswith(start)), None)


def visible_lines(lines: Sequence[str]) -> list[str]:
    """Returns Markdown with its code and comments blanked; every column stays where it is."""
    found, fence, comment = [], "", False
    for line in lines:
        mark = _FENCE.match(line)
        if fence or mark:
            closes = bool(mark) and bool(fence) and mark is not None and mark[1].startswith(fence)
            fence = "" if closes else fence or (mark[1] if mark else "")
            found.append("")
            continue
        if comment:
            end = line.find("-->")
            comment, line = end < 0, "" if end < 0 else " " * (end + 3) + line[end + 3 :]
        line = _COMMENT.sub(_blank, _CODE.sub(_blank, line))
        start = line.find("<!--")
        if start >= 0:
            comment, line = True, line[:start]
        found.append(line)
    return found


def addresses_in(lines: Sequence[str]) -> list[Address]:
    """Returns the links of visible Markdown in reading order: inline ones, HTML ones and bare addresses."""
    return [address for number, line in enumerate(lines, start=1) for address in _in_line(number, line)]


def check_addresses(path: str, file: Path, lines: Sequence[str], addresses: Sequence[Address]) -> Iterator[Finding]:
    """Yields what is wrong with the links of a file, each by itself.

    Args:
        path: How the file is cited.
        file: Where it is: relative links start there.
        lines: Its visible lines.
        addresses: Its links.
    """
    anchors = _anchors(lines)
    for address in addresses:
        for rule, reason, fix, edit in _faults(address, file, anchors):
            yield Finding(path, address.line, address.column, rule, reason, fix, edit)
    for number, line in enumerate(lines, start=1):
        yield from _malformed(path, number, line)


def _in_line(number: int, line: str) -> Iterator[Address]:
    taken: list[tuple[int, int]] = []
    if "](" in line:
        for found in _INLINE.finditer(line):
            raw = found["raw"]
            if re.search(r"\S\s+\S", _TITLE.sub("", raw)) and "://" not in raw:
                continue  # words in brackets behind other words
            inner = _INLINE.search(found["text"])  # a picture inside a link
            text = "" if inner else found["text"]
            yield Address(number, found.start("raw") + 1, text, raw, bool(found["image"]))
            taken.append(found.span())
    if "<a" in line or "<A" in line:
        for found in _HREF.finditer(line):
            yield Address(number, found.start("raw") + 1, "", found["raw"])
            taken.append(found.span())
    if "://" in line:
        for found in _BARE.finditer(line):
            if not any(start <= found.start() < end for start, end in taken):
                raw = found[0].rstrip(".,;:*_")
                yield Address(number, found.start() + 1, "", raw)


def _faults(address: Address, file: Path, anchors: set[str]) -> Iterator[tuple[str, str, str, Edit | None]]:
    url, raw = address.url, address.raw
    if url.startswith("#"):
        if not _has_anchor(url, anchors):
            yield "missing-anchor", f"no section {url} in this file", "name a heading of this file", None
        return
    fault = link_fault(url)
    if fault and (kind := fault_of(fault)):
        rule, fix = kind
        if address.image and rule != "local-file":
            return
        if rule != "relative-link" or not _is_there(url, file):
            yield rule, fault, fix, _scheme_edit(address)
        if rule != "malformed-arxiv-id":
            return
    if address.image:
        return
    bare = _TITLE.sub("", raw)
    tidy = _INVISIBLE.sub("", bare).strip()
    if tidy != bare and " " not in tidy:
        yield "link-with-space", f"spaces around the address {tidy}", "take them away", Edit(address.column, bare, tidy)
        return
    if re.search(r"\s", tidy):
        yield "link-with-space", f"a space inside the address {tidy}", "write it as %20, or take it away", None
    if _is_private(url):
        yield "private-link", f"only its owner can open {url}", "link a public page", None
    if _CODE_LABEL.match(address.text) and not _CODE_HOSTS.search(url):
        yield "code-link-elsewhere", f"“{address.text}” leads to {url}", "link the repository", None
    clean = _TRACKING.sub("", url).rstrip("?&") if _TRACKING.search(url) else url
    clean = re.sub(r"[?&]#", "#", clean)
    if clean != url and url in raw:
        edit = Edit(address.column + raw.index(url), url, clean)
        yield "tracking-link", f"tracking parameters in {url}", f"link {clean}", edit


def _malformed(path: str, number: int, line: str) -> Iterator[Finding]:
    for found in _SPACED.finditer(line):
        edit = Edit(found.start() + 1, found[0], f"[{found['text']}]({found['url']})")
        reason = "a space between the brackets of a link"
        yield Finding(path, number, found.start() + 1, "malformed-link", reason, f"write {edit.new}", edit)
    for found in _REVERSED.finditer(line):
        edit = Edit(found.start() + 1, found[0], f"[{found['text']}]({found['url']})")
        reason = "the brackets of a link are the wrong way round"
        yield Finding(path, number, found.start() + 1, "malformed-link", reason, f"write {edit.new}", edit)
    if unclosed := _UNCLOSED.search(line):
        yield Finding(path, number, unclosed.start() + 1, "malformed-link", "a link that is not closed", "add the )")


def _scheme_edit(address: Address) -> Edit | None:
    """Mends a slip in ``https://`` itself: ``htps://``, ``https//``, ``https:/``, ``hhttps://``."""
    slip = re.match(r"(?:h{1,2}t{1,3}ps?|ttps?)(?::/|//|:///|://)(?=[\w-]+(?:\.[\w-]+)+)", address.raw)
    if not slip or re.match(r"https?://\w", address.raw):
        return None
    return Edit(address.column, slip[0], "https://" if "s" in slip[0] else "http://")


def _is_there(url: str, file: Path) -> bool:
    target = unquote(url).split("#")[0].split("?")[0]
    try:
        return bool(target) and (file.parent / target.lstrip("/")).exists()
    except (OSError, ValueError):
        return False


def _is_private(url: str) -> bool:
    parts = urlsplit(url)
    if _PRIVATE_CHAT.match(f"{parts.netloc}{parts.path}?{parts.query}" if parts.query else ""):
        return True
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        return _PRIVATE.match(url.split("://", 1)[-1]) is not None


def _anchors(lines: Sequence[str]) -> set[str]:
    found = {"", "top"}
    for line in lines:
        if heading := _HEADING.match(line):
            text = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", heading["text"])
            found.add(_anchor(re.sub(r"<[^>]*>", "", text)))
        found.update(_anchor(name["name"]) for name in _ANCHOR.finditer(line) if "<" in line)
    previous = ""
    for line in lines:
        if re.match(r"^(?:=+|-+)\s*$", line) and previous.strip():
            found.add(_anchor(previous))
        previous = line
    return found


def _has_anchor(url: str, anchors: set[str]) -> bool:
    name = _anchor(unquote(url[1:]))
    return name in anchors or re.sub(r"\d+$", "", name) in anchors


def _anchor(text: str) -> str:
    text = re.sub(r":[a-z0-9_+-]+:", lambda shortcode: shortcode[0].strip(":"), text)
    return re.sub(r"[\W_]", "", text).lower().removeprefix("usercontent")


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def is_plain_label(text: str) -> bool:
    """Tells the text of a link that only says what it leads to."""
    return is_label(text.strip("[]"))
