from index.storage.remembering import Remembered


def reading(most=10):
    """Returns what doubles numbers but has none for 13, and the list of what it was asked for."""
    asked = []

    def read(keys):
        asked.append(list(keys))
        return {key: 2 * key for key in keys if key != 13}

    return Remembered(read, most), asked


def test_a_value_is_read_once_and_a_key_without_one_again():
    doubled, asked = reading()

    assert doubled([3, 1, 3]) == {3: 6, 1: 2}
    assert doubled([1, 13]) == {1: 2}
    assert doubled([3, 13]) == {3: 6}
    assert asked == [[3, 1], [13], [13]]


def test_values_come_in_the_order_of_the_keys_whether_they_are_known_or_not():
    doubled, _ = reading()
    doubled([5])

    assert list(doubled([9, 5, 1])) == [9, 5, 1]
    assert list(doubled([1, 5, 9])) == [1, 5, 9]


def test_never_more_values_are_kept_than_said_unless_they_are_asked_for_together():
    doubled, asked = reading(most=3)

    assert [doubled([key])[key] for key in (1, 2, 3, 4)] == [2, 4, 6, 8]
    assert doubled([4]) == {4: 8}
    assert doubled([1]) == {1: 2}  # forgotten when 4 came
    assert asked == [[1], [2], [3], [4], [1]]
