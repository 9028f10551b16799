from ingest.console import Terminal


def test_a_line_is_said_on_stderr_as_it_is(capsys):
    Terminal().say("corpus/[a].md:1: [bold]", warning=True)

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "corpus/[a].md:1: [bold]\n")


def test_a_long_line_is_not_broken(capsys):
    Terminal().say("word " * 100)

    assert capsys.readouterr().err.count("\n") == 1


def test_a_progress_bar_leaves_nothing_behind_on_stdout(capsys):
    with Terminal().progress("reading") as advance:
        advance(1, 2)
        advance(2, 2)

    assert capsys.readouterr().out == ""
