import re
from pathlib import Path

import pytest

from app.web.topics import is_tag, topic_name

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("topic", "chinese", "english"),
    [
        ("peft", "参数高效微调", "Parameter-efficient fine-tuning"),
        ("量化（quantisation）", "量化", "quantisation"),
        ("Benchmarks", "Benchmarks", "Benchmarks"),
    ],
)
def test_a_topic_goes_by_its_name_in_the_readers_language(topic, chinese, english):
    assert (topic_name(topic, "zh"), topic_name(topic, "en")) == (chinese, english)


def test_every_tag_of_the_shipped_cards_has_a_name_in_both_languages():
    tags = set()
    for file in [*(ROOT / "corpus" / "papers").glob("*.md"), *(ROOT / "corpus" / "notes").glob("*.md")]:
        found = re.search(r"^topics: \[(.*)\]$", file.read_text(encoding="utf-8"), re.M)
        tags.update(tag.strip() for tag in found[1].split(",") if tag.strip())

    assert tags
    assert sorted(tag for tag in tags if not is_tag(tag)) == []
