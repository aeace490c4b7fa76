"""Days as a person counts them: by the clock on the wall, from one hour of the morning to the next."""

from datetime import date, datetime, timedelta, tzinfo
from enum import Enum

__all__ = ["Span", "day_of", "days_ago", "since"]


class Span(str, Enum):
    SITTING = "this sitting"
    DAY = "today"
    MONTH = "the last 30 days"
    EVERYTHING = "everything"


def day_of(at: float, turns_at: int = 4, zone: tzinfo | None = None) -> date:
    """The day in which a moment falls, in the time zone that this machine has now, wherever it was written; the night
    belongs to the day before. `at`: seconds since 1970, UTC."""
    return (datetime.fromtimestamp(at, zone) - timedelta(hours=turns_at)).date()


def since(span: Span, now: float, began: float, turns_at: int = 4, zone: tzinfo | None = None) -> float:
    """From when on lines of the log belong to a span. `began`: of the sitting."""
    if span is Span.SITTING:
        return began
    if span is Span.EVERYTHING:
        return float("-inf")
    back = 0 if span is Span.DAY else 29
    return _beginning(day_of(now, turns_at, zone) - timedelta(days=back), turns_at, zone)


def days_ago(days: int, now: float, turns_at: int = 4, zone: tzinfo | None = None) -> tuple[float, float]:
    """When the day so many days before today began, and when it ended."""
    day = day_of(now, turns_at, zone) - timedelta(days=days)
    return _beginning(day, turns_at, zone), _beginning(day + timedelta(days=1), turns_at, zone)


def _beginning(day: date, turns_at: int, zone: tzinfo | None) -> float:
    return datetime(day.year, day.month, day.day, turns_at, tzinfo=zone).timestamp()
