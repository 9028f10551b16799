import pytest
from typer.testing import CliRunner

from app.__main__ import app
from app.answer.llm import LanguageModel, LlmConfig
from app.state.database import Database
from app.web.reloading import LiveAssistant
from app.web.services import Services

KEY = "sk-very-secret-0123456789"
LIST = """# Papers

- **LoRA: Low-Rank Adaptation** (LoRA). *Edward J. Hu.* ICLR, 2022. [[arxiv](https://arxiv.org/abs/2106.09685)]
  LoRA freezes the pretrained weights. It has no added latency at inference.
- **QLoRA: Efficient Finetuning** (QLoRA). *Tim Dettmers.* NeurIPS, 2023. [[arxiv](https://arxiv.org/abs/2305.14314)]
  QLoRA keeps the frozen weights in 4 bits.
"""


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    (root / "corpus" / "lists").mkdir(parents=True)
    (root / "corpus" / "lists" / "papers.md").write_text(LIST, encoding="utf-8")
    arguments = ["ask", "What is LoRA?", "--corpus", str(root / "corpus"), "--data", str(root / "data")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    return root / "data"


@pytest.fixture(scope="session")
def live(data):
    return LiveAssistant(data)


@pytest.fixture
def services(live, tmp_path):
    database = Database(tmp_path / "readers.sqlite")
    yield Services.over(database, live, local=False)
    database.close()


@pytest.fixture
def writing(live, tmp_path, llm_server):
    """The same pages with a scripted language model, whose key nobody may see."""
    database = Database(tmp_path / "written.sqlite")
    model = LanguageModel(LlmConfig("scripted", llm_server.url, KEY, token_timeout=5.0, retries=0))
    yield Services.over(database, live, local=False, model=model)
    database.close()
