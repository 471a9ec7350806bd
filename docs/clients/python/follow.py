"""The loop that loses nothing: subscribe after the last thing you have, and when the stream breaks, for whatever
reason, subscribe again after the last thing you have by then."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from session import ApiError, backoff


@dataclass(frozen=True)
class Cursor:
    """The number of the last event that was dealt with, and the life of the data that it is of."""

    last: int
    epoch: str


# How a WebSocket is closed for a session that has ended, and for what this client sends, too much or too long.
FINAL_CODES = {1002, 1007, 1008, 1009, 4400, 4401, 4406, 4409, 4429}


class Broken(Exception):
    """The stream broke off; `code` is that with which a WebSocket was closed, if it was."""

    def __init__(self, code: int | None = None):
        super().__init__(f"the stream broke off ({code})" if code else "the stream broke off")
        self.code = code


def is_final(error: ApiError | Broken) -> bool:
    """Whether it is of no use to subscribe again: out of the conversation (MEMBERSHIP_ENDED, NOT_FOUND), signed out
    (SESSION_REVOKED), or the request is wrong."""
    if isinstance(error, Broken):
        return error.code in FINAL_CODES
    return not error.retryable and error.code != "TOKEN_EXPIRED"


async def follow(
    open: Callable[[Cursor], AsyncIterator[dict[str, Any]]],
    reload: Callable[[], Awaitable[Cursor]],
    cursor: Cursor,
) -> AsyncIterator[dict[str, Any]]:
    """Yields each event after the cursor, in order and once, until it is closed; also what has no number, as `Typing`.
    `open` makes one subscription with the client of your choice, and raises `ApiError` or `Broken`. `reload` loads
    the conversation afresh after RESYNC_REQUIRED. What no repetition mends is raised."""
    failures = 0
    is_stale = False
    while True:
        try:
            if is_stale:
                cursor = await reload()
                is_stale = False
            events = open(cursor)
            try:
                async for event in events:
                    failures = 0
                    # CaughtUp says how far was told, and is no event.
                    number = None if event["__typename"] == "CaughtUp" else event.get("eventSeq")
                    if number is not None and number <= cursor.last:
                        continue
                    yield event
                    # Only what has been dealt with moves the cursor. Keep it with your data.
                    if number is not None:
                        cursor = Cursor(number, cursor.epoch)
            finally:
                await events.aclose()
        except (ApiError, Broken) as error:
            if isinstance(error, ApiError) and error.code == "RESYNC_REQUIRED":
                is_stale = True
            elif is_final(error):
                raise
        failures += 1
        await asyncio.sleep(backoff(failures))
