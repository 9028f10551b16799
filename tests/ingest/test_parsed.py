import pytest

from ingest.parsed import parse_list
from ingest.passages import PassageConfig

CHINESE = "总参数 7B、每个词元激活约 1B，权重和数据全部公开，文中系统比较了各种路由方式。"
ENGLISH = "OLMoE has 7B parameters, of which about 1B work on each token, and all of it is public."
CODE = "```python\nfor step in range(number_of_all_steps):\n\n    print this is the loss of every single step\n```"
FORMULA = "$$EE = aa + bb + cc + dd + ee + ff + gg + hh + ii + jj$$"


@pytest.fixture
def listings(tmp_path):
    """Returns the passages of a list's only work: (language, first line, text)."""

    def listings(*note):
        file = tmp_path / "list.md"
        lines = "\n\n".join(note).split("\n")
        body = "\n".join(f"  {line}".rstrip() for line in lines)
        file.write_text(f"# List\n\n- **[OLMoE](https://arxiv.org/abs/2409.02060)**\n{body}\n", encoding="utf-8")
        blocks = parse_list(file, PassageConfig()).passages
        return [(one.language, one.start_line, one.text.strip()) for of_block in blocks for one in of_block]

    return listings


def test_a_note_in_both_languages_is_a_passage_in_each(listings):
    chinese, english = listings(CHINESE, ENGLISH)

    assert chinese[:2] == ("zh", 3)
    assert chinese[2].endswith(CHINESE)
    assert english == ("en", 6, ENGLISH)  # title, note and a blank line are the lines 3 to 5


def test_either_language_may_come_first(listings):
    assert [language for language, _, _ in listings(ENGLISH, CHINESE)] == ["en", "zh"]


@pytest.mark.parametrize("second", [CHINESE, CODE, FORMULA, "See also OLMo."])
def test_what_is_no_prose_in_the_other_language_stays_with_the_note(listings, second):
    ((language, line, text),) = listings(CHINESE, second)

    assert (language, line) == ("zh", 3)
    assert second.split("\n")[-1] in text
