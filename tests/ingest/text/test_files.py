import codecs
import os

import pytest

from ingest.errors import CorpusError
from ingest.text.files import read_text

ZH = "# 清单\n\n- [陶窑](https://e.org/k) 一个烧制陶器的工具，几分钟烧好一切。\n"
ZH_TRADITIONAL = "# 清單\n\n- [陶窯](https://e.org/k) 一個燒製陶器的工具，幾分鐘燒好一切。\n"


@pytest.mark.parametrize(
    ("encoding", "text", "name"),
    [
        ("gb18030", ZH, "GB18030"),
        ("gb18030", "- [青鸟](https://e.org/b)\n", "GB18030"),  # too short for statistics
        ("big5", ZH_TRADITIONAL, "Big5"),
        ("utf-16", ZH, "UTF-16"),
        ("cp1252", "# Café\n\n- [Kiln](https://e.org/k) – très élégant\n", "Windows-1252"),
    ],
)
def test_other_encodings_are_detected_and_said(tmp_path, encoding, text, name):
    file = tmp_path / "list.md"
    file.write_bytes(text.encode(encoding))

    found, remark = read_text(file)

    assert found == text
    assert remark is not None
    assert remark.startswith(f"not UTF-8 but {name}; save it as UTF-8")


def test_a_byte_order_mark_of_utf_8_is_no_remark(tmp_path):
    file = tmp_path / "list.md"
    file.write_bytes(codecs.BOM_UTF8 + ZH.encode())

    assert read_text(file) == (ZH, None)


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 4, b"\x7fELF\0\0\0\1" * 50, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9]
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content):
    file = tmp_path / "list.md"
    file.write_bytes(content)

    with pytest.raises(CorpusError, match=r"list\.md is not UTF-8 and no text"):
        read_text(file)


def test_a_file_of_hundreds_of_megabytes_is_refused_unread(tmp_path):
    file = tmp_path / "list.md"
    with file.open("wb") as stream:
        stream.truncate(200_000_000)  # sparse

    with pytest.raises(CorpusError, match="has 200 MB, more than the 64 a list may have; split it"):
        read_text(file)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "list.md")

    with pytest.raises(CorpusError, match="not a regular file"):
        read_text(tmp_path / "list.md")
