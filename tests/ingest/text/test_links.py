import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.text.links import arxiv_id, canonical_url, link_fault, url_identity, work_identity

HOSTS = ("arxiv.org", "www.arxiv.org", "github.com", "www.github.com", "Example.org", "huggingface.co")
SEGMENTS = ("abs", "pdf", "2106.09685", "2106.09685v2.pdf", "a", "b.git", "tree", "main", "master", "", "论文", "%20")
QUERIES = ("", "?utm_source=x", "?id=3&from=timeline", "?q=a+b&empty=", "?__biz=M==&mid=1&chksm=f#rd")
urls = st.builds(
    "{}://{}/{}{}{}".format,
    st.sampled_from(("http", "https", "HTTPS")),
    st.sampled_from(HOSTS),
    st.lists(st.sampled_from(SEGMENTS), max_size=5).map("/".join),
    st.sampled_from(QUERIES),
    st.sampled_from(("", "#readme", "#/models")),
)


@pytest.mark.parametrize(
    "spelling",
    [
        "https://arxiv.org/abs/2106.09685",
        "http://arxiv.org/abs/2106.09685v2",
        "https://www.arxiv.org/pdf/2106.09685",
        "https://arxiv.org/pdf/2106.09685v1.pdf",
        "https://arxiv.org/html/2106.09685v2",
        "https://export.arxiv.org/abs/2106.09685/",
        "https://arxiv.org/abs/2106.09685?context=cs.CL#comments",
        "  https://arxiv.org/abs/2106.09685 ",
        "https://ar5iv.labs.arxiv.org/html/2106.09685",
        "https://ar5iv.org/abs/2106.09685",
        "https://huggingface.co/papers/2106.09685",
        "https://doi.org/10.48550/arXiv.2106.09685",
        "https://www.alphaxiv.org/abs/2106.09685v1",
    ],
)
def test_every_spelling_of_an_arxiv_address_is_one_link(spelling):
    assert arxiv_id(spelling) == "2106.09685"
    assert canonical_url(spelling) == "https://arxiv.org/abs/2106.09685"


@pytest.mark.parametrize(
    ("url", "paper"),
    [
        ("https://arxiv.org/abs/0704.0001", "0704.0001"),  # four digits after the point until 2014
        ("https://arxiv.org/abs/hep-th/9901001v3", "hep-th/9901001"),
        ("https://arxiv.org/pdf/math.GT/0309136.pdf", "math.GT/0309136"),
        ("https://arxiv.org/abs/2210.107605", None),
        ("https://arxiv.org/list/cs.CL/recent", None),
        ("https://example.org/abs/2106.09685", None),
    ],
)
def test_an_arxiv_id_is_read_in_the_old_and_the_new_form_and_never_guessed(url, paper):
    assert arxiv_id(url) == paper


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://www.Example.org/a/", "https://example.org/a"),
        ("https://example.org", "https://example.org"),
        ("https://github.com/microsoft/LoRA.git", "https://github.com/microsoft/LoRA"),
        ("https://github.com/microsoft/LoRA/tree/main", "https://github.com/microsoft/LoRA"),
        ("https://github.com/a/b/tree/main/examples/", "https://github.com/a/b/tree/main/examples"),
        ("https://github.com/microsoft/LoRA?tab=readme-ov-file#lora", "https://github.com/microsoft/LoRA"),
        ("https://example.org/p?id=7&utm_source=mail&from=timeline", "https://example.org/p?id=7"),
        ("https://mp.weixin.qq.com/s?__biz=Mz&mid=2&chksm=f&scene=21#rd", "https://mp.weixin.qq.com/s?__biz=Mz&mid=2"),
        ("https://example.org/manual#knots", "https://example.org/manual#knots"),  # one page may hold many works
        ("https://example.org/page#:~:text=knots", "https://example.org/page"),
        ("https://example.org/#/models", "https://example.org/#/models"),
        ("https://github.com/a/b/blob/main/docs/models.md#t5", "https://github.com/a/b/blob/main/docs/models.md#t5"),
        ("https://example.org/p?lang=en&token=3", "https://example.org/p?lang=en&token=3"),
        ("ftp://example.org/a", "ftp://example.org/a"),
    ],
)
def test_a_canonical_address_keeps_what_names_the_page_and_nothing_else(url, canonical):
    assert canonical_url(url) == canonical


@given(urls)
@example("https://github.com/a/b.git/")
@example("https://github.com/a/b/tree/main.git")
def test_a_canonical_address_is_its_own_canonical_form(url):
    once = canonical_url(url)

    assert canonical_url(once) == once


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com：介绍",  # a full-width colon cannot stand in a host name
        "http://[example.org/page",
    ],
)
def test_an_address_no_browser_could_open_is_a_fault_and_not_a_crash(url):
    assert link_fault(url) is not None
    assert arxiv_id(url) is None


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", "empty link"),
        ("  ", "empty link"),
        ("file:///C:/Users/me/0526.pdf", "link to a local file: file:///C:/Users/me/0526.pdf"),
        (r"C:\papers\0526.pdf", r"link to a local file: C:\papers\0526.pdf"),
        ("./documents/a%20paper.pdf", "relative link: ./documents/a paper.pdf"),
        ("arxiv.org/abs/2106.09685", "relative link: arxiv.org/abs/2106.09685"),
        ("javascript:alert(1)", "link that is not a web address: javascript:alert(1)"),
        ("https://", "link that is not a web address: https://"),
        ("https://example.org:http/", "link that is not a web address: https://example.org:http/"),
        (f"https://example.org/{'a' * 2000}", f"link of 2020 characters: https://example.org/{'a' * 40}…"),
        ("mailto:me@example.org", "link that is not a web address: mailto:me@example.org"),
        ("https://arxiv.org/abs/2210.107605", "malformed arXiv id: https://arxiv.org/abs/2210.107605"),
        ("https://arxiv.org/pdf/2210.pdf", "malformed arXiv id: https://arxiv.org/pdf/2210.pdf"),
    ],
)
def test_a_faulty_address_is_named_with_its_fault(url, fault):
    assert link_fault(url) == fault


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2106.09685",
        "https://arxiv.org/list/cs.CL/recent",
        "http://coai.cs.tsinghua.edu.cn/leaderboard/",
        "https://zh.wikipedia.org/wiki/注意力",
    ],
)
def test_a_sound_address_has_no_fault(url):
    assert link_fault(url) is None


def test_the_identity_of_a_repository_ignores_case_and_that_of_other_pages_does_not():
    assert url_identity("https://github.com/Microsoft/LoRA/") == "github.com/microsoft/lora"
    assert url_identity("http://www.github.com/microsoft/lora.git") == "github.com/microsoft/lora"
    assert url_identity("https://example.org/Page") == "example.org/Page"


@pytest.mark.parametrize(
    "copies",
    [
        ("https://openreview.net/forum?id=Abc-12", "https://openreview.net/pdf?id=Abc-12"),
        (
            "https://aclanthology.org/2020.acl-main.1/",
            "https://www.aclweb.org/anthology/2020.acl-main.1.pdf",
            "https://doi.org/10.18653/v1/2020.acl-main.1",
        ),
        (
            "https://proceedings.neurips.cc/paper/2020/hash/14ab-Abstract.html",
            "https://papers.nips.cc/paper_files/paper/2020/file/14ab-Paper.pdf",
        ),
        (
            "https://proceedings.mlr.press/v139/doe21a.html",
            "http://proceedings.mlr.press/v139/doe21a/doe21a.pdf",
        ),
        ("https://dl.acm.org/doi/abs/10.1145/1.2", "https://doi.org/10.1145/1.2"),
        ("https://arxiv.org/abs/2106.09685", "https://huggingface.co/papers/2106.09685"),
    ],
)
def test_the_addresses_of_one_paper_at_its_publisher_name_one_work(copies):
    assert len({work_identity(url) for url in copies}) == 1


def test_other_papers_of_a_publisher_are_other_works():
    assert work_identity("https://openreview.net/pdf?id=a") != work_identity("https://openreview.net/pdf?id=b")
    assert work_identity("https://example.org/a") != work_identity("https://example.org/a#b")
