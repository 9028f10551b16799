from importlib import import_module, invalidate_caches

from ingest.program import program_hash


def test_the_hash_is_another_when_a_file_or_its_name_changes(tmp_path, monkeypatch):
    (tmp_path / "small_package").mkdir()
    file = tmp_path / "small_package" / "__init__.py"
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    for text in ("", "# more\n"):
        file.write_text(text, encoding="utf-8")
        invalidate_caches()
        import_module("small_package")
        program_hash.cache_clear()
        found.append(program_hash(("small_package",), ()))
    file.with_name("table.tsv").write_text("", encoding="utf-8")
    program_hash.cache_clear()
    found.append(program_hash(("small_package",), ()))
    found.append(program_hash(("small_package",), ("numpy",)))

    assert len(set(found)) == 4
    assert found[2] == program_hash(("small_package",), ())
