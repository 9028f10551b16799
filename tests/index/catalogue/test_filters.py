from dataclasses import fields

import pytest
import typer
from typer.testing import CliRunner

from app.cli import filter_options as options
from index.catalogue.facets import facets_of, organisation_names, venue_names, years_of
from index.catalogue.filters import Filters, fit
from index.catalogue.options import read_options
from index.errors import FilterError
from index.types import Slot
from ingest.types import Entry, Kind, Link, Listing


def work(name="Work", **changes):
    listings = tuple(
        Listing(list_id, sections, f"corpus/lists/{list_id}.md", 1, name)
        for list_id, sections in changes.pop("places", {"reading": ("Papers",)}).items()
    )
    links = tuple(Link("code", url) for url in changes.pop("urls", ()))
    values = {"kind": Kind.PAPER, "year": 2021, "venue": "", "authors": (), "topics": ()} | changes
    return Entry(name, name, "", links=links, arxiv_id=None, listings=listings, aliases=(), **values)


LORA = work(
    "LoRA",
    year=2021,
    venue="ICLR 2022",
    authors=("Edward J. Hu", "Yelong Shen", "et al."),
    topics=("peft", "low-rank"),
    places={"study-path": ("论文列表", "微调方法"), "reading": ("Tools", "指令微调（instruction tuning）")},
    urls=("https://github.com/microsoft/LoRA",),
)


def lookup_in(*entries):
    """Looks facets up the slow way; the store has a table for it."""
    held = [set(facets_of(entry)) for entry in entries]
    return lambda facet, forms: frozenset(
        row for row, facets in enumerate(held) if any((facet, form) in facets for form in forms)
    )


def matches(filters, entry):
    rows = filters.rows(lookup_in(entry))
    return rows is None or rows == {0}


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"since": 2022}, True),  # ICLR 2022
        ({"since": 2023}, False),
        ({"until": 2021}, True),
        ({"until": 2020}, False),
        ({"since": 2022, "until": 2022}, True),
        ({"kinds": (Kind.MODEL, Kind.PAPER)}, True),
        ({"kinds": (Kind.MODEL,)}, False),
        ({"topics": ("PEFT",)}, True),
        ({"topics": ("rank",)}, False),
        ({"lists": ("study-path",)}, True),
        ({"lists": ("study",)}, False),
        ({"sections": ("微调方法",)}, True),
        ({"sections": ("指令微调",)}, True),
        ({"sections": ("Instruction Tuning",)}, True),
        ({"sections": ("微调方法",), "lists": ("reading",)}, False),  # it stands there, but in the other list
        ({"authors": ("Edward Hu",)}, True),
        ({"authors": ("Hu",)}, True),
        ({"authors": ("Edward",)}, False),
        ({"authors": ("al.",)}, False),
        ({"venues": ("ICLR",)}, True),
        ({"venues": ("iclr 2022",)}, True),
        ({"venues": ("ICLR 2021",)}, False),
        ({"organisations": ("Microsoft",)}, True),
        ({"organisations": ("Micro",)}, False),
        ({"languages": ("zh",)}, True),
        ({"since": 2022, "kinds": (Kind.PAPER,), "venues": ("ACL",)}, False),
    ],
)
def test_an_entry_fits_when_every_constraint_does(wanted, fits):
    assert matches(Filters(**wanted), LORA) is fits


def test_a_venue_is_not_part_of_another_word_and_words_may_stand_between():
    assert not matches(Filters(venues=("ACL",)), work(venue="NAACL 2024"))
    assert matches(Filters(venues=("EMNLP 2021",)), work(venue="EMNLP Findings 2021"))


def test_an_author_goes_by_either_form_of_a_name():
    entry = work(authors=("唐杰 (Jie Tang)",))

    assert all(matches(Filters(authors=(name,)), entry) for name in ("唐杰", "Jie Tang", "唐杰 (Jie Tang)", "Tang"))


def test_a_work_without_a_year_fits_no_range():
    assert years_of(work(year=None)) == frozenset()
    assert not matches(Filters(since=1950), work(year=None))
    assert matches(Filters(since=2023, until=2023), work(year=None, venue="TMLR 2023"))


def test_language_is_for_passages():
    assert Filters().passage_matches("en")
    assert Filters(languages=("zh",)).passage_matches("zh")
    assert not Filters(languages=("zh",)).passage_matches("en")


def test_emptiness_and_the_names_of_constraints():
    assert not Filters()
    assert Filters(languages=("zh",))
    assert Filters(until=2020, topics=("a",), kinds=(Kind.PAPER,)).constraints == ("years", "kinds", "topics")


@pytest.mark.parametrize("field", [field.name for field in fields(Filters) if field.name != "alone"])
def test_every_field_constrains(field):
    value = {"since": 2020, "until": 2020, "kinds": (Kind.PAPER,)}.get(field, ("x",))

    assert len(Filters(**{field: value}).constraints) == 1


def test_reversed_years_are_refused_in_both_languages():
    with pytest.raises(FilterError, match=r"起始年份 2023 晚于截止年份 2020.*since 2023 is later than until 2020"):
        Filters(since=2023, until=2020)


def test_agreement_is_the_share_of_constraints_that_fit_by_row():
    lookup = lookup_in(work("Other", kind=Kind.MODEL), LORA)

    assert Filters().agreement(lookup) == {}
    assert Filters(kinds=(Kind.PAPER,), topics=("benchmarks",)).agreement(lookup) == {1: 0.5}
    assert Filters(kinds=(Kind.PAPER,), topics=("peft",), languages=("zh",)).agreement(lookup) == {1: 1.0}


def test_every_entry_fits_filters_that_are_for_passages_or_empty():
    assert Filters().rows(lookup_in(LORA)) is None
    assert Filters(languages=("zh",)).rows(lookup_in(LORA)) is None


def test_options_go_over_what_is_read_field_by_field():
    typed, read = Filters(since=2023, topics=("peft",)), Filters(until=2020, kinds=(Kind.PAPER,))

    assert typed.over(read) == Filters(since=2023, topics=("peft",), kinds=(Kind.PAPER,))


def test_relaxing_gives_up_as_little_as_possible_years_first():
    filters = Filters(since=2024, kinds=(Kind.PAPER,), topics=("peft",))

    assert [weaker.constraints for weaker in filters.relaxed()] == [
        ("kinds", "topics"), ("years", "topics"), ("years", "kinds"), ("topics",), ("kinds",), ("years",), (),
    ]  # fmt: skip
    assert [weaker.constraints for weaker in filters.relaxed(keep=["years"])] == [
        ("years", "topics"), ("years", "kinds"), ("years",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "keep", "dropped"),
    [
        ({"since": 2021, "kinds": (Kind.PAPER,)}, (), ()),
        ({"since": 2024, "kinds": (Kind.PAPER,)}, (), ("years",)),
        ({"since": 2024, "kinds": (Kind.COURSE,)}, (), ("years", "kinds")),
        ({"since": 2021, "kinds": (Kind.COURSE,)}, ("kinds",), ()),  # nothing fits what must be kept
    ],
)
def test_a_search_finds_something_unless_that_was_ruled_out(wanted, keep, dropped):
    filters = Filters(**wanted)
    found = fit(filters, lookup_in(LORA), keep)

    assert found.dropped == dropped
    assert found.filters == filters.without(dropped)


def test_a_heading_is_looked_up_again_when_the_list_is_given_up():
    # 微调方法 stands in study-path; in "reading" it does not, so the list or the heading has to go
    wanted = Filters(lists=("reading",), sections=("微调方法",), kinds=(Kind.PAPER,))

    assert fit(wanted, lookup_in(LORA)).dropped == ("sections",)
    assert fit(wanted, lookup_in(LORA), keep=["sections"]).dropped == ("lists",)


def test_the_facets_of_an_entry_come_once_each():
    facets = list(facets_of(LORA))

    assert len(set(facets)) == len(facets)
    assert {form for facet, form in facets if facet == "years"} == {"2021", "2022"}
    assert {form for facet, form in facets if facet == "venues"} == {"iclr", "iclr2022"}
    assert {form for facet, form in facets if facet == "organisations"} == {"microsoft"}
    assert {form for facet, form in facets if facet == "authors"} >= {"edwardhu", "hu", "shen"}
    assert ("sections", "instructiontuning") in facets
    assert ("sections", "reading/instructiontuning") in facets


def test_the_organisations_of_an_entry_are_known_ones_accounts_and_one_word_authors():
    entry = work(
        organisations=("Tsinghua University",), authors=("THUDM", "Jie Tang"), urls=("https://github.com/a/b",)
    )

    assert organisation_names(entry) == ["Tsinghua University", "THUDM", "a"]


@pytest.mark.parametrize(
    ("venue", "names"),
    [
        ("Findings of EMNLP 2023", ["EMNLP"]),
        ("EMNLP Findings 2021", ["EMNLP"]),
        ("NAACL 2024 (System Demonstrations)", ["NAACL"]),
        ("BigScience Workshop at ACL 2022", ["ACL"]),
        ("Communications of the ACM 2024", ["Communications of the ACM"]),
        ("arXiv", []),
        ("Databricks blog 2023", []),
    ],
)
def test_a_venue_is_known_without_its_year(venue, names):
    assert venue_names(venue) == names


def values(slot):
    return {Slot.TOPIC: ["peft", "low-rank"], Slot.LIST: ["study-path", "reading"]}[slot]


def test_options_are_read_as_the_index_writes_them():
    typed = read_options(values, ["PEFT"], 2020, 2022, ["Paper"], ["study-path"], ["ZH"])

    assert typed == Filters(("peft",), 2020, 2022, (Kind.PAPER,), ("study-path",), ("zh",))


def test_punctuation_of_an_option_does_not_matter():
    assert read_options(values, ["lowrank!"]).topics == ("low-rank",)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"kinds": ["papr"]}, "没有叫“papr”的类型，可用的有：paper, .* / no kind is called 'papr'; there are: paper, "),
        ({"topics": ["pefd"]}, "没有叫“pefd”的主题，可用的有：peft, low-rank / no topic is called 'pefd'"),
        ({"lists": ["study"]}, "没有叫“study”的清单，可用的有：study-path, reading / no list is called"),
        ({"languages": ["fr"]}, "没有叫“fr”的语言，可用的有：zh, en / no language is called 'fr'"),
    ],
)
def test_an_unknown_value_is_answered_with_the_nearest_ones(typed, message):
    with pytest.raises(FilterError, match=message):
        read_options(values, **typed)


def test_a_long_choice_is_cut_and_counted():
    with pytest.raises(FilterError, match=r"等 20 个 / .*, and 12 more$"):
        read_options(lambda slot: [f"topic-{n}" for n in range(20)], topics=["nothing"])


def test_the_options_of_a_command():
    app = typer.Typer()

    @app.command()
    def search(
        topic: options.TopicOption = None,
        since: options.SinceOption = None,
        until: options.UntilOption = None,
        kind: options.KindOption = None,
        in_list: options.ListOption = None,
        language: options.LanguageOption = None,
    ):
        filters = read_options(values, topic or (), since, until, kind or (), in_list or (), language or ())
        typer.echo(filters.constraints)

    argv = "--topic peft --topic low-rank --since 2020 --kind paper --list reading --language zh".split()
    run = CliRunner().invoke(app, argv)

    assert run.output.strip() == "('years', 'lists', 'kinds', 'topics', 'languages')"
