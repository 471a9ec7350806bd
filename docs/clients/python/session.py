"""Who is signed in, an access token that is good for a while yet, and how a request is repeated."""

import asyncio
import base64
import json
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx

PAIR = "accessToken refreshToken user { id username }"
REGISTER = f"mutation ($input: RegisterInput!) {{ auth: register(input: $input) {{ {PAIR} }} }}"
LOGIN = f"mutation ($input: LoginInput!) {{ auth: login(input: $input) {{ {PAIR} }} }}"
REFRESH = f"mutation ($input: RefreshTokenInput!) {{ auth: refreshToken(input: $input) {{ {PAIR} }} }}"


Answer = TypeVar("Answer")


class ApiError(Exception):
    """What an answer with `errors` becomes. Act on `code`; the message is for people."""

    def __init__(self, errors: list[dict[str, Any]]):
        super().__init__(errors[0]["message"])
        extensions = errors[0].get("extensions") or {}
        self.code = extensions.get("code")
        self.field = extensions.get("field")
        self.retryable = extensions.get("retryable") is True
        self.retry_after = (extensions.get("retryAfterMs") or 0) / 1000


def backoff(failures: int) -> float:
    """Soon at first, then more and more rarely, and not all clients at the same moment."""
    return random.random() * min(0.1 * 2**failures, 5.0)


async def persist(attempt: Callable[[], Awaitable[Answer]], within: float = 60) -> Answer:
    """Does something until it is answered. Only for what may be done twice: queries, and mutations that the server
    knows again by an id of the client's."""
    give_up = time.monotonic() + within
    failures = 0
    while True:
        try:
            return await attempt()
        except (ApiError, httpx.TransportError) as error:
            is_final = isinstance(error, ApiError) and not error.retryable
            if is_final or time.monotonic() > give_up:
                raise
            failures += 1
            await asyncio.sleep(getattr(error, "retry_after", 0) or backoff(failures))


class Session:
    """Made by `register` or `login`."""

    def __init__(self, http: httpx.AsyncClient, pair: dict[str, Any]):
        self.http = http
        self.renewals = 0
        self._lock = asyncio.Lock()
        self._keep(pair)

    @classmethod
    async def register(cls, http: httpx.AsyncClient, **person: str) -> "Session":
        return cls(http, (await post(http, None, REGISTER, input=person))["auth"])

    @classmethod
    async def login(cls, http: httpx.AsyncClient, **person: str) -> "Session":
        return cls(http, (await post(http, None, LOGIN, input=person))["auth"])

    async def token(self) -> str:
        """An access token. It is renewed when a third of its life is left, or a minute if that is less."""
        if time.monotonic() > self._good_until:
            await self.renew(self._pair["accessToken"])
        return self._pair["accessToken"]

    async def renew(self, spent: str) -> None:
        """Exchanges the refresh token for a new pair, unless somebody did while this one waited: it is good once. If
        the answer is lost, the same may be asked once more. What cannot be mended, as SESSION_REVOKED, is raised: the
        person has to sign in again."""
        async with self._lock:
            if spent != self._pair["accessToken"]:
                return
            refresh = {"refreshToken": self._pair["refreshToken"]}
            self._keep((await persist(lambda: post(self.http, None, REFRESH, input=refresh)))["auth"])
            self.renewals += 1

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """A query or a mutation as this person, once."""
        token = await self.token()
        try:
            return await post(self.http, token, query, **variables)
        except ApiError as error:
            if error.code != "TOKEN_EXPIRED":
                raise
            await self.renew(token)
            return await post(self.http, await self.token(), query, **variables)

    def _keep(self, pair: dict[str, Any]) -> None:
        self._pair = pair
        self.user = pair["user"]
        # By the token's own words and no clock of this machine, which may be wrong by hours.
        claims = json.loads(base64.urlsafe_b64decode(pair["accessToken"].split(".")[1] + "=="))
        life = claims["exp"] - claims["iat"]
        self._good_until = time.monotonic() + life - min(life / 3, 60)


async def post(http: httpx.AsyncClient, token: str | None, query: str, **variables: Any) -> dict[str, Any]:
    """Sends one operation once and answers its data."""
    headers = {"accept": "application/graphql-response+json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    response = await http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
    answer = response.json()
    if answer.get("errors"):
        raise ApiError(answer["errors"])
    return answer["data"]
