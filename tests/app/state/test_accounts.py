import os
import stat

import pytest
from typer.testing import CliRunner

from app.__main__ import app
from app.errors import AccountError
from app.state.accounts import Accounts, set_password
from app.state.database import Database
from app.state.sessions import SESSION_SECONDS, Sessions, new_token

KEY = f"#key {'k' * 43}"


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "accounts"
    set_password(file, "ann", "correct horse")
    set_password(file, "李雷", "电池订书钉是正确的")
    return file


@pytest.fixture
def database(tmp_path):
    database = Database(tmp_path / "readers.sqlite")
    yield database
    database.close()


def test_a_password_is_checked_and_stands_nowhere(file):
    accounts = Accounts(file)

    assert accounts.check("ann", "correct horse")
    assert accounts.check("李雷", "电池订书钉是正确的")
    for name, password in (("ann", "correct horsE"), ("ann", ""), ("ann", "x" * 5_000), ("bob", "correct horse")):
        assert not accounts.check(name, password)
    assert "horse" not in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_equal_passwords_have_unlike_hashes(file):
    set_password(file, "bob", "correct horse")
    hashes = dict(line.split(":") for line in file.read_text(encoding="utf-8").splitlines()[1:])
    assert hashes["ann"] != hashes["bob"]


def test_a_hash_takes_32_megabytes_and_its_time(file, monkeypatch, password_cost):
    monkeypatch.setattr("app.state.accounts._COST", password_cost)
    set_password(file, "bob", "correct horse")

    assert "\nbob:scrypt$32768$8$3$" in file.read_text(encoding="utf-8")
    assert Accounts(file).check("bob", "correct horse")


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("", "long enough"),
        ("a:b", "long enough"),
        ("a\nb", "long enough"),
        ("a" * 65, "long enough"),
        ("ann", "short"),
        ("ann", "x" * 2_000),
    ],
)
def test_a_name_or_password_that_cannot_be_used_changes_nothing(file, name, password):
    before = file.read_bytes()
    with pytest.raises(AccountError):
        set_password(file, name, password)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann:secret\n",
        "#key short\n",
        f"{KEY}\n",
        f"{KEY}\nann:plain\n",
        f"{KEY}\nann:scrypt$999999$99$99$AAAAAAAA$AAAAAAAA\n",  # would take all memory
    ],
)
def test_a_file_that_would_let_nobody_or_anybody_in_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "bad").write_text(text, encoding="utf-8")
    with pytest.raises(AccountError, match="python -m app passwd") as failure:
        Accounts(tmp_path / "bad")
    assert "\n" not in str(failure.value)


def test_a_file_that_is_not_there_names_the_command_that_makes_it(tmp_path):
    result = CliRunner().invoke(app, ["--auth", str(tmp_path / "none"), "--data", str(tmp_path / "data")])
    assert result.exit_code == 1
    assert f"python -m app passwd {tmp_path / 'none'} NAME" in result.stderr
    assert not (tmp_path / "data").exists()


def test_the_commands_add_change_and_remove(tmp_path):
    file = tmp_path / "accounts"

    def run(*arguments, typed=""):
        return CliRunner().invoke(app, [*map(str, arguments)], input=typed)

    assert "added" in run("passwd", file, "ann", typed="first password\n").stderr
    assert "changed" in run("passwd", file, "ann", typed="second password\n").stderr
    assert Accounts(file).check("ann", "second password")
    assert run("passwd", file, "ann", typed="short\n").exit_code == 1
    assert run("token", file, "bob").exit_code == 1
    assert run("token", file, "ann").stdout.strip().count(".") == 2
    assert run("passwd", file, "ann", "--remove").exit_code == 0
    assert run("passwd", file, "ann", "--remove").exit_code == 1


def test_a_session_is_its_names_until_it_is_ended_and_stays_ended_after_a_restart(file, database):
    accounts = Accounts(file)
    sessions = Sessions(accounts, database)
    first, second = sessions.start("ann"), sessions.start("ann")
    assert first != second
    assert sessions.name_of(first) == "ann"

    sessions.end(first)

    assert sessions.name_of(first) is None
    assert sessions.name_of(second) == "ann"
    assert Sessions(accounts, database).name_of(first) is None


def test_a_new_password_ends_sessions_and_tokens_in_a_program_that_runs(file, database):
    accounts = Accounts(file)
    sessions = Sessions(accounts, database)
    session, token = sessions.start("ann"), new_token(accounts, "ann")
    other = sessions.start("李雷")
    assert (sessions.name_of(session), sessions.name_of_token(token)) == ("ann", "ann")

    set_password(file, "ann", "another one")

    assert (sessions.name_of(session), sessions.name_of_token(token)) == (None, None)
    assert sessions.name_of(other) == "李雷"
    assert accounts.check("ann", "another one")
    file.write_text("half of a fi", encoding="utf-8")
    assert accounts.check("ann", "another one")  # those of the last whole file stay in


def test_a_token_is_no_session_and_nothing_forged_is_either(file, database):
    accounts = Accounts(file)
    sessions = Sessions(accounts, database)
    session, token = sessions.start("ann"), new_token(accounts, "ann")

    assert sessions.name_of(token) is None
    assert sessions.name_of_token(session) is None
    for forged in ("", "x", session[:-1], session + "x", session.replace(".", ".x", 1), "a" * 100_000, "é.é.é"):
        assert sessions.name_of(forged) is None


def test_what_is_remembered_of_ended_sessions_is_forgotten_when_they_are_over_anyway(file, database):
    clock = Clock()
    sessions = Sessions(Accounts(file), database, clock)
    sessions.end(sessions.start("ann"))
    clock.now += SESSION_SECONDS + 1
    sessions.end(sessions.start("ann"))

    assert len(database.query("SELECT * FROM ended_sessions")) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told_in_one_line(file):
    file.chmod(0)
    with pytest.raises(AccountError, match="cannot read"):
        Accounts(file)
