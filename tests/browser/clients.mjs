// That docs/clients/fetch follows in a browser as its guide says: by `fetch`, and by the EventSource of a package; and that
// the browser's own EventSource cannot. Both are given to the page in one file, made by esbuild.
//
//   node clients.mjs http://127.0.0.1:8000 FOLDER    where FOLDER is docs/clients with its packages
//
// The program of the browser is $CHROMIUM, or /usr/bin/chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chromium } from "playwright-core";

const [origin, folder] = process.argv.slice(2);
const tag = Date.now().toString(36);

/** Asks as a program does. */
async function ask(query, variables, token) {
    const response = await fetch(`${origin}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(10_000),
    });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
}

async function person(name) {
    const input = { username: `${name}-${tag}`, email: `${name}-${tag}@example.org`, password: "correct horse battery" };
    const query = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }";
    return (await ask(query, { input })).register;
}

const [ann, bob] = [await person("ann"), await person("bob")];
const start = "mutation ($id: ID!) { startDirectConversation(input: { userId: $id }) { conversation { id } } }";
const chat = (await ask(start, { id: bob.user.id }, ann.accessToken)).startDirectConversation.conversation.id;
const send = (body) =>
    ask(
        "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { eventSeq } }",
        { input: { conversationId: chat, body } },
        ann.accessToken,
    );

const bundle = execFileSync(
    `${folder}/node_modules/.bin/esbuild`,
    ["--bundle", "--format=iife", "--global-name=kit", "--platform=browser", "--log-level=warning"],
    {
        cwd: `${folder}/fetch`,
        input: `export { subscribe as stream } from "./stream.mjs"; export { subscribe as eventsource } from "./eventsource.mjs";`,
        encoding: "utf8",
    },
);

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
    const page = await browser.newPage();
    // A page of somebody's own, of the server's origin: those of the server may ask nobody, or load nothing else.
    const own = `${origin}/a-page-of-ones-own`;
    await page.route(own, (route) => route.fulfill({ contentType: "text/html", body: "<!DOCTYPE html><title>Own</title>" }));
    await page.goto(own);
    await page.evaluate(`${bundle}; globalThis.kit = kit;`);
    const query = `subscription ($chat: ID!, $after: Int) { messageAdded(conversationId: $chat, afterSeq: $after) { body } }`;
    for (const [turn, way] of ["stream", "eventsource"].entries()) {
        await send(`first for ${way}`);
        await page.evaluate(
            ([way, url, token, query, variables]) => {
                globalThis.heard = [];
                const sink = {
                    next: ({ data }) => globalThis.heard.push(data.messageAdded.body),
                    error: (error) => globalThis.heard.push(String(error)),
                    complete: () => globalThis.heard.push("complete"),
                };
                globalThis.stop = globalThis.kit[way]({ url, token: async () => token }, { query, variables }, sink);
            },
            [way, origin, bob.accessToken, query, { chat, after: turn * 2 }],
        );
        await page.waitForFunction(() => globalThis.heard.length === 1, null, { timeout: 10_000 });
        await send(`second for ${way}`);
        await page.waitForFunction(() => globalThis.heard.length === 2, null, { timeout: 10_000 });
        assert.deepEqual(await page.evaluate(() => globalThis.heard), [`first for ${way}`, `second for ${way}`]);
        await page.evaluate(() => globalThis.stop());
        console.log(`${way}: heard what was there and what is new`);
    }
    const builtIn = await page.evaluate(
        ([query, variables]) => {
            const address = `/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`;
            const source = new EventSource(address);
            return new Promise((resolve) => {
                source.addEventListener("next", () => resolve("heard"));
                source.addEventListener("error", () => resolve(source.readyState === EventSource.CLOSED ? "refused" : "lost"));
            });
        },
        [query, { chat, after: 0 }],
    );
    assert.equal(builtIn, "refused", "the browser's own EventSource has no token");
    console.log("the browser's own EventSource: refused");
} finally {
    await browser.close();
}
