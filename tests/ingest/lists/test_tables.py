from ingest.lists.outline import read_outline


def rows(markdown):
    return [block for block in read_outline(f"## S\n\n{markdown}\n").blocks if block.shape in ("row", "model")]


def titles(markdown):
    return [block.head.title for block in rows(markdown)]


def test_the_title_stands_under_its_header_wherever_the_column_is():
    table = "|No.|Maker|{}|Town|\n|-|-|-|-|\n|1|Ann|[Kiln](https://e.org/k)|Ulm|\n|2|Bob|Lamp|Jena|"

    for header in ("Title", "Model", "Tool name", "大模型", "项目"):
        assert titles(table.format(header)) == ["Kiln", "Lamp"]


def test_without_a_header_for_it_the_linked_column_holds_the_title():
    assert titles(
        "|Year|Who|What|\n|-|-|-|\n|2020|Ann|[Kiln](https://e.org/k)|\n|2021|Bob|[Lamp](https://e.org/l)|"
    ) == [
        "Kiln",
        "Lamp",
    ]


def test_columns_of_authors_venue_date_and_short_name_are_read():
    (row,) = rows(
        "|Date|Keywords|Paper|Authors|Venue|Code|\n|-|-|-|-|-|-|\n"
        "|2021-05|LoRK|[Low-rank kilns](https://arxiv.org/abs/2101.00001)|Ann Potter, Bob Smith|ICML|[x](https://e.org/c)|"
    )

    head = row.head
    assert (head.title, head.year, head.venue) == ("Low-rank kilns", 2021, "ICML")
    assert (head.authors, head.aliases) == (["Ann Potter", "Bob Smith"], ["LoRK"])
    assert [link.url for link in head.own_links] == ["https://arxiv.org/abs/2101.00001", "https://e.org/c"]


def test_a_cell_may_hold_title_and_authors_on_lines_of_its_own():
    (row,) = rows(
        "|Title & Authors|Links|\n|-|-|\n"
        "|[![Star](https://img.shields.io/x.svg)](https://github.com/a/k)<br>:star: [Kilns at once](https://arxiv.org/abs/2101.00001)"
        "<br> Ann Potter, Bob Smith|[Paper](https://arxiv.org/abs/2101.00001)|"
    )

    assert (row.head.title, row.head.authors) == ("Kilns at once", ["Ann Potter", "Bob Smith"])


def test_html_tables_are_tables_with_their_lines_and_spanning_cells():
    blocks = rows(
        "<table>\n<tr><th>Kind</th><th>Model</th><th>Paper</th></tr>\n"
        '<tr>\n<td rowspan="2">Clay</td><td>Kiln-7B</td>\n\n<td><a href="https://arxiv.org/abs/2101.00001">Paper</a></td></tr>\n'
        "<tr><td>Kiln-9B</td><td></td></tr>\n</table>"
    )

    assert [(block.head.title, block.start, block.end, block.shape) for block in blocks] == [
        ("Kiln-7B", 5, 8, "model"),
        ("Kiln-9B", 9, 9, "model"),
    ]
    assert [link.url for link in blocks[0].head.links] == ["https://arxiv.org/abs/2101.00001"]


def test_facts_of_a_row_name_their_columns():
    (row,) = rows("|Component|Weight limit|\n|-|-|\n|Sensor|20 kg|")

    assert row.cells == ("Component: Sensor", "Weight limit: 20 kg")


def test_short_dates_of_a_column_and_references_in_a_cell_are_read():
    first, second = rows(
        '|Paper|Venue|Date|\n|-|-|-|\n|[Kilns](https://e.org/k)|NIPS|21-05|\n|Potter et al. "Kilns at Once"|CLAY|2020|'
    )

    assert (first.head.title, first.head.venue, first.head.year) == ("Kilns", "NIPS", 2021)
    assert (second.head.title, second.head.authors, second.head.year) == ("Kilns at Once", ["Potter", "et al."], 2020)
