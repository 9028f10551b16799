from datetime import UTC, datetime, timedelta

import pytest

from app.state.database import Database
from app.state.reviews import Reviews

A, B, C = "0" * 15 + "a", "0" * 15 + "b", "0" * 15 + "c"
DAY = timedelta(days=1)


class Clock:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def reviews(tmp_path, clock):
    database = Database(tmp_path / "readers.sqlite")
    yield Reviews(database, clock)
    database.close()


def test_new_cards_come_in_order_and_due_ones_before_them(reviews, clock):
    assert reviews.next("anna", [A, B, C]) == A
    reviews.rate("anna", A, 3)
    assert reviews.next("anna", [A, B, C]) == B

    clock.now += timedelta(minutes=11)  # "good" on a new card: again in ten minutes

    assert reviews.next("anna", [A, B, C]) == A
    assert reviews.next("anna", [B, C]) == B
    assert reviews.next("bert", [A, B, C]) == A


def test_what_is_known_well_comes_back_later(reviews, clock):
    waits = [reviews.rate("anna", key, rating) - clock.now for key, rating in ((A, 1), (B, 3), (C, 4))]
    assert waits == sorted(waits)
    assert waits[2] > DAY

    clock.now += 9 * DAY
    longer = reviews.rate("anna", C, 3) - clock.now
    assert longer > waits[2]


def test_a_day_has_room_for_so_many_new_cards(reviews, clock):
    for key in (A, B):
        reviews.rate("anna", key, 4)
    assert reviews.next("anna", [A, B, C], 2) is None
    assert reviews.next("anna", [A, B, C], 3) == C  # who asks for more gets more

    clock.now += DAY + timedelta(seconds=1)

    assert reviews.next("anna", [A, B, C], 2) == C


def test_progress_counts_what_is_due_seen_and_remembered(reviews, clock):
    reviews.rate("anna", A, 4)
    reviews.rate("anna", B, 1)
    assert reviews.progress("anna").remembered is None  # first meetings say nothing about memory
    clock.now += 20 * DAY
    reviews.rate("anna", A, 1)
    reviews.rate("anna", B, 3)
    reviews.rate("anna", B, 3)

    progress = reviews.progress("anna")

    assert (progress.started, progress.today, progress.fresh) == (2, 3, 0)
    assert progress.remembered == pytest.approx(2 / 3)
    assert reviews.progress("anna", [B]).started == 1
    assert reviews.progress("bert").started == 0


def test_another_rating_is_refused_and_changes_nothing(reviews):
    with pytest.raises(ValueError, match="5"):
        reviews.rate("anna", A, 5)

    assert reviews.progress("anna").started == 0
