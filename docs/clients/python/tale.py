"""What both programs do: two people talk, one of them hears it all, whatever becomes of the server."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from follow import Cursor, follow
from session import ApiError, Session, persist

URL = os.environ.get("PARLANCE_URL", "http://127.0.0.1:8000")
ROUNDS = int(os.environ.get("PARLANCE_ROUNDS", "5"))

MESSAGE = "id seq body revision"
START = """mutation ($input: StartDirectConversationInput!) {
  startDirectConversation(input: $input) { conversation { id } } }"""
SEND = f"mutation ($input: SendMessageInput!) {{ sendMessage(input: $input) {{ deduplicated message {{ {MESSAGE} }} }} }}"
EDIT = f"mutation ($input: EditMessageInput!) {{ editMessage(input: $input) {{ message {{ {MESSAGE} }} }} }}"
DELETE = f"mutation ($input: DeleteMessageInput!) {{ deleteMessage(input: $input) {{ message {{ {MESSAGE} }} }} }}"
PAGE = f"""query ($id: ID!, $last: Int, $before: String) {{
  server {{ epoch }}
  conversation(id: $id) {{
    eventSeq
    messages(last: $last, before: $before, filter: {{ includeDeleted: true }}) {{
      nodes {{ {MESSAGE} }} pageInfo {{ hasPreviousPage startCursor }} }} }} }}"""
EVENTS = f"""subscription ($id: ID!, $last: Int, $epoch: ID) {{
  conversationEvents(conversationId: $id, afterEventSeq: $last, epoch: $epoch) {{
    __typename
    ... on MessageAdded {{ eventSeq message {{ {MESSAGE} }} }}
    ... on MessageEdited {{ eventSeq message {{ {MESSAGE} }} }}
    ... on MessageDeleted {{ eventSeq message {{ {MESSAGE} }} }}
    ... on MemberJoined {{ eventSeq }}
    ... on MemberLeft {{ eventSeq }}
    ... on MemberRoleChanged {{ eventSeq }}
    ... on ConversationUpdated {{ eventSeq }}
    ... on ConversationDeleted {{ eventSeq }}
    ... on CaughtUp {{ toldUpTo: eventSeq }}
  }}
}}"""

Open = Callable[[Session, dict[str, Any]], AsyncIterator[dict[str, Any]]]


def new_id() -> str:
    return str(uuid.uuid4())


async def load(session: Session, conversation: str) -> tuple[list[dict[str, Any]], Cursor]:
    """All messages, read back in history two at a time, and from where to follow."""
    messages: list[dict[str, Any]] = []
    cursor = None
    before = None
    while True:
        page = await persist(lambda: session.ask(PAGE, id=conversation, last=2, before=before))
        # What happens from the first page on is told: it says where that is.
        cursor = cursor or Cursor(page["conversation"]["eventSeq"], page["server"]["epoch"])
        found = page["conversation"]["messages"]
        messages = found["nodes"] + messages
        if not found["pageInfo"]["hasPreviousPage"]:
            return messages, cursor
        before = found["pageInfo"]["startCursor"]


class Listener:
    """What Bob knows of a conversation."""

    def __init__(self, session: Session, conversation: str, open: Open):
        self.session, self.conversation, self._open = session, conversation, open
        self.messages: dict[str, dict[str, Any]] = {}
        self.last = 0
        self.events = self.loads = self.streams = 0

    async def load(self) -> Cursor:
        messages, cursor = await load(self.session, self.conversation)
        self.messages = {message["id"]: message for message in messages}
        self.last = cursor.last
        self.loads += 1
        return cursor

    def open(self, cursor: Cursor) -> AsyncIterator[dict[str, Any]]:
        self.streams += 1
        return self._open(self.session, {"id": self.conversation, "last": cursor.last, "epoch": cursor.epoch})

    async def listen(self, cursor: Cursor) -> None:
        async for event in follow(self.open, self.load, cursor):
            if (number := event.get("eventSeq")) is not None:
                assert number == self.last + 1, "the numbers are dense"
                self.last = number
                self.events += 1
            if message := event.get("message"):
                known = self.messages.get(message["id"])
                # Objects come as they are now, so an older event may bring a newer message: the higher revision is right.
                if known is None or known["revision"] < message["revision"]:
                    self.messages[message["id"]] = message


async def two_people(http: httpx.AsyncClient) -> tuple[Session, Session]:
    """Ann signs in a second time, as she would on another day."""

    async def register(name: str) -> Session:
        username = f"{name}-{new_id()[:8]}"
        return await Session.register(
            http, username=username, email=f"{username}@example.org", password="correct horse battery"
        )

    ann = await register("ann")
    again = await Session.login(http, username=ann.user["username"], password="correct horse battery")
    return again, await register("bob")


async def code(asked: Any) -> str | None:
    try:
        await asked
    except ApiError as error:
        return error.code
    return None


async def run(open: Open) -> None:
    async with httpx.AsyncClient(base_url=URL, timeout=15) as http:
        ann, bob = await two_people(http)
        started = await ann.ask(START, input={"userId": bob.user["id"]})
        conversation = started["startDirectConversation"]["conversation"]["id"]

        async def send(body: str) -> dict[str, Any]:
            """With an id that is made before the first try and used for all: it cannot be stored twice."""
            sent = {"conversationId": conversation, "body": body, "clientMessageId": new_id()}
            return (await persist(lambda: ann.ask(SEND, input=sent)))["sendMessage"]["message"]

        # The answer to a send was lost, so Ann sends the same again.
        hello = {"conversationId": conversation, "body": "Hello Bob!", "clientMessageId": new_id()}
        first = (await ann.ask(SEND, input=hello))["sendMessage"]
        again = (await ann.ask(SEND, input=hello))["sendMessage"]
        assert again["deduplicated"] and again["message"]["id"] == first["message"]["id"]
        for body in ("one", "two", "three", "four"):
            await send(body)

        # Bob follows from what he has. The epoch that he kept is another, as if the server had been restored from a
        # backup since: he is told to load again.
        listener = Listener(bob, conversation, open)
        kept = await listener.load()
        listening = asyncio.create_task(listener.listen(Cursor(kept.last, new_id())))

        # Ann goes on, whatever becomes of the server.
        for n in range(1, ROUNDS + 1):
            await send(f"message {n}")
            print(f"message {n} is stored", flush=True)
            await asyncio.sleep(0.1)
        edit = {"id": first["message"]["id"], "body": "Hello dear Bob!"}
        await persist(lambda: ann.ask(EDIT, input=edit))
        farewell = await send("to be deleted")
        await persist(lambda: ann.ask(DELETE, input={"id": farewell["id"]}))
        end = await send("Goodbye!")
        async with asyncio.timeout(60):
            while end["id"] not in listener.messages:
                # If it has ended, this raises the reason.
                if listening.done():
                    listening.result()
                await asyncio.sleep(0.02)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

        # What is wrong is told by its code.
        blank = {"conversationId": conversation, "body": " "}
        assert await code(ann.ask(SEND, input=blank)) == "BAD_USER_INPUT"
        assert await code(ann.ask(SEND, input={**hello, "body": "other words"})) == "CLIENT_MESSAGE_ID_REUSED"
        assert await code(bob.ask(EDIT, input={**edit, "body": "not mine"})) == "FORBIDDEN"

        everything, _ = await load(ann, conversation)
        known = sorted(listener.messages.values(), key=lambda message: message["seq"])
        assert known == everything, "what was heard is what was said"
        assert listener.loads == 2, "a cursor of other data led to loading again, and nothing else did"
        print(
            f"ok: {len(known)} messages, {listener.events} events, each once, over {listener.streams} streams; "
            f"{ann.renewals + bob.renewals} renewals"
        )
