"""The stage of the demonstrations: stories that go on side by side, each act in its time; the clock runs forward only."""

import heapq
from collections.abc import Coroutine, Generator, Iterable
from datetime import datetime
from types import coroutine
from typing import Any

from zhengheng.web.acts.declare import Kind
from zhengheng.web.sample import desk
from zhengheng.web.sample.desk import moment

Story = Coroutine[datetime, None, Any]
"""A story waits for the moments of its acts; between two of them others may go on."""


@coroutine
def until(when: str | datetime) -> Generator[datetime, None, None]:
    """Wait for a moment, or for nine in the morning of a day."""
    yield moment(when) if isinstance(when, str) else when


async def make(kind: Kind, name: str, who: str, when: str, /, **given: Any) -> Any:
    """Make an object in its time."""
    await until(when)
    return desk.make(kind, name, who, when, **given)


async def do(kind: Kind, name: str, obj: Any, who: str, when: str, /, **given: Any) -> Any:
    """Do an act on an object in its time."""
    await until(when)
    return desk.do(kind, name, obj, who, when, **given)


async def paper(who: str, when: str, title: str) -> int:
    """A paper handed in in its time."""
    await until(when)
    return desk.paper(who, when, title)


def play(stories: Iterable[Story]) -> None:
    """Play the stories together: whose next act is the earliest goes on; of equal ones, the one named first.

    What an act asks of the worker is done before the clock goes on. Raises AssertionError for a story that goes back.
    """
    waiting: list[tuple[datetime, int, Story]] = []
    for place, story in enumerate(stories):
        _wait(waiting, place, story, None)
    while waiting:
        at, place, story = heapq.heappop(waiting)
        _wait(waiting, place, story, at)


def _wait(waiting: list[tuple[datetime, int, Story]], place: int, story: Story, at: datetime | None) -> None:  # fmt: skip
    """Let a story go on until it waits for a later moment."""
    try:
        while (wanted := story.send(None)) == at:
            pass
    except StopIteration:
        wanted = None
    desk.work()
    if wanted is not None:
        assert at is None or wanted > at, f"{story} goes back from {at} to {wanted}"
        heapq.heappush(waiting, (wanted, place, story))
