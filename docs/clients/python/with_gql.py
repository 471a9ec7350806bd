"""Two people talk; what happens comes over a WebSocket, with gql."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from websockets.exceptions import ConnectionClosed, WebSocketException

from follow import Broken
from session import ApiError, Session
from tale import EVENTS, URL, run


async def events(session: Session, variables: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """One subscription, on a socket of its own."""
    transport = WebsocketsTransport(
        url=f"{URL}/graphql".replace("http", "ws", 1),
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        init_payload={"authorization": f"Bearer {await session.token()}"},
        ping_interval=10,
        pong_timeout=10,
    )
    try:
        async with Client(transport=transport) as connection:
            async for answer in connection.subscribe(GraphQLRequest(EVENTS, variable_values=variables)):
                yield answer["conversationEvents"]
    except TransportQueryError as error:
        raise ApiError(error.errors) from error
    except (TransportError, WebSocketException, OSError) as error:
        raise Broken(close_code(error)) from error


def close_code(error: Exception) -> int | None:
    """gql tells by the cause how the server closed a socket."""
    closed = error if isinstance(error, ConnectionClosed) else error.__cause__
    return closed.rcvd.code if isinstance(closed, ConnectionClosed) and closed.rcvd else None


asyncio.run(run(events))
