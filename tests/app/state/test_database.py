import os
import sqlite3

import pytest

from app.errors import StateError
from app.state import database
from app.state.database import MIGRATIONS, Database


def test_a_file_is_made_with_its_folder_and_kept(tmp_path):
    file = tmp_path / "data" / "readers.sqlite"
    first = Database(file)
    first.change("INSERT INTO conversations VALUES ('c', 'anna', 'LoRA', 1.0, NULL)")
    first.close()

    second = Database(file)

    assert second.query("SELECT title FROM conversations") == [("LoRA",)]
    assert second.query("PRAGMA journal_mode") == [("wal",)]
    second.close()


def test_a_file_of_an_older_version_is_brought_up_to_date_without_losing_anything(tmp_path, monkeypatch):
    file = tmp_path / "readers.sqlite"
    old = Database(file)
    old.change("INSERT INTO conversations VALUES ('c', 'anna', 'LoRA', 1.0, NULL)")
    old.close()
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, "CREATE TABLE more (card TEXT);"))

    new = Database(file)

    assert new.query("SELECT (SELECT title FROM conversations), (SELECT count(*) FROM more)") == [("LoRA", 0)]
    assert new.query("PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    new.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    file = tmp_path / "readers.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StateError, match="newer version"):
        Database(file)


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path):
    file = tmp_path / "readers.sqlite"
    file.write_text("no database, but long enough to have a header that is read" * 20)

    with pytest.raises(StateError, match="move the file away") as failure:
        Database(file)
    assert "\n" not in str(failure.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StateError, match="writable"):
        Database(tmp_path / "readers.sqlite")


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    opened = Database(tmp_path / "readers.sqlite")
    with pytest.raises(ValueError, match="stop"), opened.transaction():  # noqa: PT012
        opened.change("INSERT INTO conversations VALUES ('c', 'anna', 'LoRA', 1.0, NULL)")
        raise ValueError("stop")

    assert opened.query("SELECT count(*) FROM conversations") == [(0,)]
    opened.close()
