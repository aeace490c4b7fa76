"""After any random sequence of writing, fans, takes, moves, hiding and undo, the tree still tells the truth."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.loom import crowd
from tests.loom.machine import Person


def live(days):
    """So many persons, each of whom does thirty things."""
    run_state_machine_as_test(
        Person,
        settings=settings(
            max_examples=days, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_whatever_a_person_does_the_tree_never_lies():
    live(60)


def test_whatever_a_hundred_people_do_the_tree_never_lies():
    for seed in range(100):
        crowd.live(crowd.script(seed))


@pytest.mark.soak
def test_whatever_four_thousand_persons_do_the_tree_never_lies():
    live(4_000)


@pytest.mark.soak
def test_whatever_ten_thousand_people_do_the_tree_never_lies():
    for seed in range(100, 10_000):
        crowd.live(crowd.script(seed))
