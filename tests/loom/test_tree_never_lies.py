"""After any random sequence of writing, fans, takes, moves, hiding and undo, the tree still tells the truth."""

from hypothesis import HealthCheck, settings

from tests.loom.machine import Person

TestPerson = Person.TestCase
TestPerson.settings = settings(
    max_examples=500, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
