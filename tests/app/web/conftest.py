import pytest
from typer.testing import CliRunner

from app.__main__ import app
from app.state.database import Database
from app.web.reloading import LiveAssistant
from app.web.services import Services

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
