"""Two people talk, with httpx alone; what happens comes as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
from httpx_sse import aconnect_sse

from follow import Broken
from session import ApiError, Session
from tale import EVENTS, run


async def events(session: Session, variables: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """One subscription."""
    token = await session.token()
    # The server gives a sign of life every few seconds, so a stream that says nothing for so long is dead.
    timeout = httpx.Timeout(15, read=30)
    body = {"query": EVENTS, "variables": variables}
    headers = {"authorization": f"Bearer {token}"}
    try:
        async with aconnect_sse(session.http, "POST", "/graphql", json=body, headers=headers, timeout=timeout) as stream:
            if stream.response.is_error:
                # Refused as a whole: the answer is JSON.
                await stream.response.aread()
                raise ApiError(stream.response.json()["errors"])
            async for event in stream.aiter_sse():
                if event.event == "complete":
                    return
                answer = event.json()
                if answer.get("errors"):
                    raise ApiError(answer["errors"])
                yield answer["data"]["conversationEvents"]
    except httpx.TransportError as error:
        raise Broken from error


asyncio.run(run(events))
