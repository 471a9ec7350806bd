// Works in GraphiQL as a person would: registers by the first example, writes, reads a page, follows, logs out and in, in
// two tabs, and while the server is busy or silent. Nothing may break the page's policy or ask another server.
//
//   npm ci && node graphiql.mjs http://127.0.0.1:8000 FOLDER
//
// Pictures are left in the folder. The program of the browser is $CHROMIUM, or /usr/bin/chromium.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [origin, folder] = process.argv.slice(2);
const tag = Date.now().toString(36);
const [ann, bob] = [`ann-${tag}`, `bob-${tag}`];
const password = "correct horse battery";
const faults = [];

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

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

async function open(path, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, ...options });
    context.on("request", (request) => {
        const url = request.url();
        const isOurs = url.startsWith(`${origin}/`) || url.startsWith(origin.replace("http", "ws"));
        if (!isOurs && !url.startsWith("data:")) faults.push(`asked elsewhere: ${url}`);
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => faults.push(`${path}: ${error}`));
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) faults.push(`${path}: ${message.text()}`);
    });
    await page.goto(origin + path);
    await page.locator(".graphiql-execute-button").waitFor();
    return page;
}

const tabs = (page) => page.locator(".graphiql-tab");
const said = (page) => page.locator(".result-window").innerText();
async function says(page, text) {
    await page.waitForFunction(
        (text) => document.querySelector(".result-window")?.innerText.replaceAll("\u00a0", " ").includes(text),
        text,
    );
}
/** Puts text into an editor: 0 the operation, 1 the variables. */
async function put(page, editor, text) {
    await page.locator(".graphiql-container .CodeMirror").nth(editor).evaluate((shown, text) => shown.CodeMirror.setValue(text), text);
}
const written = (page, editor) =>
    page.locator(".graphiql-container .CodeMirror").nth(editor).evaluate((shown) => shown.CodeMirror.getValue());
/** Presses ▶, and chooses the operation where there are several. */
async function run(page, operation) {
    // GraphiQL looks at what is written once nothing was written for a moment, and says so to nobody.
    await page.waitForTimeout(1_000);
    await page.locator(".graphiql-execute-button").click();
    if (operation) await page.locator(".graphiql-dropdown-item", { hasText: operation }).click();
}

/**
 * What axe has against the editor of GraphiQL 4.1.2: pale words of code and numbers of lines, text fields that have no name
 * and scroll by the mouse alone, and a cross inside of each tab. Of anything else, and of our bar, it may have nothing.
 */
const OF_THE_EDITOR = ["color-contrast", "label", "nested-interactive", "scrollable-region-focusable"];

async function isAccessible(page, what) {
    // Not as an element: the policy of the page would refuse that.
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const told = await page.evaluate(async (theirs) => {
        const rules = Object.fromEntries(theirs.map((id) => [id, { enabled: false }]));
        const runs = [await globalThis.axe.run({ exclude: "#graphiql" }), await globalThis.axe.run("#graphiql", { rules })];
        return runs.flatMap(({ violations }) =>
            violations.flatMap(({ id, nodes }) => nodes.map(({ html, target }) => `${id}: ${target} ${html}`)),
        );
    }, OF_THE_EDITOR);
    assert.deepEqual(told, [], what);
}

/** The clock of a page goes so much faster from now on: tokens that are good by the server's are old here. */
const later = (page, minutes) =>
    page.evaluate((minutes) => {
        const now = Date.now;
        Date.now = () => now() + minutes * 60_000;
    }, minutes);

/** Requests of the page wait no longer than a second, until what it answers is called. */
async function inHaste(page) {
    await page.evaluate(() => {
        const { timeout } = AbortSignal;
        AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, Math.min(milliseconds, 1_000));
        globalThis.takeTime = () => (AbortSignal.timeout = timeout);
    });
    return () => page.evaluate(() => void globalThis.takeTime());
}

/** Answers nothing to who exchanges a refresh token. */
const silence = (route) => (route.request().postData()?.includes("RefreshTokenInput") ? undefined : route.fallback());

/** How often a page has exchanged its refresh token. */
function exchanges(page) {
    const count = { soFar: 0 };
    page.on("request", (request) => {
        if (request.postData()?.includes("RefreshTokenInput")) count.soFar += 1;
    });
    return count;
}

try {
    const { register } = await ask(
        "mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }",
        { input: { username: bob, email: `${bob}@example.org`, password } },
    );
    const page = await open("/graphql");
    assert.equal(await tabs(page).count(), 4, "four examples");
    await isAccessible(page, "signed out");
    await page.screenshot({ path: `${folder}/graphiql.png` });

    await put(page, 1, JSON.stringify({ input: { username: ann, email: `${ann}@example.org`, password } }));
    await run(page);
    await says(page, ann);
    await page.locator("#account").waitFor();
    assert.equal(await page.locator("#who").innerText(), ann, "who registers by an operation is signed in");
    await isAccessible(page, "signed in");

    await tabs(page).nth(1).click();
    const people = { person: register.user.id, chat: null, body: "Hello!", key: crypto.randomUUID() };
    await put(page, 1, JSON.stringify(people));
    await run(page, "Start");
    await says(page, "startDirectConversation");
    const answer = JSON.parse((await said(page)).replaceAll("\u00a0", " "));
    const chat = answer.data.startDirectConversation.conversation.id;
    await put(page, 1, JSON.stringify({ ...people, chat }));
    await run(page, "Send");
    await says(page, '"deduplicated": false');
    await run(page, "Send");
    await says(page, '"deduplicated": true');

    await tabs(page).nth(2).click();
    await run(page, "Inbox");
    await says(page, '"lastMessage"');
    await run(page, "Newest");
    await says(page, '"startCursor"');
    await says(page, "Hello!");
    await page.screenshot({ path: `${folder}/graphiql-page.png` });

    await tabs(page).nth(3).click();
    await put(page, 1, JSON.stringify({ chat, after: 0 }));
    await run(page, "Follow");
    await says(page, "CaughtUp");
    const send = "mutation ($chat: ID!) { sendMessage(input: { conversationId: $chat, body: \"live from Bob\" }) { message { seq } } }";
    await ask(send, { chat }, register.accessToken);
    await says(page, "live from Bob");
    await page.screenshot({ path: `${folder}/graphiql-live.png` });
    await page.locator(".graphiql-execute-button").click();

    await tabs(page).nth(2).click();
    await page.reload();
    await page.locator("#account").waitFor();
    let asked = 0;
    const inbox = async (page) => {
        asked += 1;
        await put(page, 0, `{ number${asked}: conversations(first: 1) { nodes { id } } }`);
        await run(page);
        await says(page, `"number${asked}": {`);
    };

    // A duplicated tab has a copy of all that is kept for the first one. Its clock is wrong by hours all the time, and for
    // that it exchanges no more tokens than with a right one.
    const twin = await page.context().newPage();
    await twin.addInitScript((kept) => {
        Object.assign(sessionStorage, kept);
        const now = Date.now;
        Date.now = () => now() + 5 * 3_600_000;
    }, await page.evaluate(() => ({ ...sessionStorage })));
    const sockets = { opened: 0, isFirstSilent: false };
    await twin.routeWebSocket(/\/graphql$/, (socket) => {
        sockets.opened += 1;
        const isFirst = sockets.opened === 1;
        const server = socket.connectToServer();
        const pass = (to) => (message) => (isFirst && sockets.isFirstSilent) || to.send(message);
        socket.onMessage(pass(server));
        server.onMessage(pass(socket));
    });
    const count = exchanges(twin);
    await twin.goto(`${origin}/graphiql`);
    await twin.locator("#account").waitFor();
    await inbox(twin);
    await inbox(twin);
    assert.equal(count.soFar, 1, "one exchange, when the page was loaded");

    // Each tab goes on with the tokens of the other.
    for (const tab of [page, page, twin, twin, page]) {
        await later(tab, 16);
        await inbox(tab);
    }
    assert.equal(count.soFar, 3, "each time the token was exchanged");
    for (const tab of [page, twin]) assert.equal(await tab.locator("#fault").isVisible(), false, "nobody was signed out");

    // A server that is busy, or a proxy whose server is away, has ended no session.
    const busy = (code) => JSON.stringify({ errors: [{ message: "Too much at once.", extensions: { code } }] });
    for (const [status, contentType, body] of [
        [429, "application/json", busy("RATE_LIMITED")],
        [503, "application/json", busy("SERVICE_UNAVAILABLE")],
        [503, "text/html", "<h1>503 Service Unavailable</h1>"],
    ]) {
        const answer = (route) =>
            route.request().postData()?.includes("RefreshTokenInput")
                ? route.fulfill({ status, contentType, body })
                : route.fallback();
        await page.route("**/graphql", answer);
        await later(page, 16);
        const refused = page.waitForResponse((response) => response.status() === status);
        await run(page);
        await refused;
        assert.ok(await page.locator("#account").isVisible(), `still signed in after ${status}`);
        await page.unroute("**/graphql", answer);
        await inbox(page);
    }
    faults.splice(0, faults.length, ...faults.filter((fault) => !/status of (429|503)/.test(fault)));

    // A server that says nothing to one tab does not hold up the other.
    await page.route("**/graphql", silence);
    const takeTime = await inHaste(page);
    await later(page, 16);
    await run(page);
    await later(twin, 16);
    await inbox(twin);
    assert.equal(await page.locator("#fault").isVisible(), false, "nobody was signed out by silence");

    // Nor does a subscription wait for ever at a socket that has gone silent.
    const follow = "{ __typename ... on MessageAdded { message { body } } }";
    await put(twin, 0, `subscription { conversationEvents(conversationId: "${chat}", afterEventSeq: 0) ${follow} }`);
    await run(twin);
    await says(twin, "CaughtUp");
    sockets.isFirstSilent = true;
    // It shows the newest alone, so this is said once it follows again.
    for (let waited = 0; sockets.opened < 2 && waited < 300; waited += 1) await twin.waitForTimeout(100);
    await says(twin, "CaughtUp");
    await twin.waitForTimeout(1_000);
    await ask(send.replace("live from Bob", "after the silence"), { chat }, register.accessToken);
    await says(twin, "after the silence");
    assert.equal(sockets.opened, 2);
    await twin.locator(".graphiql-execute-button").click();

    // The token goes to the clipboard where the browser has one for the page.
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await twin.locator("#copy").click();
    await twin.locator("#copied", { hasText: "Copied" }).waitFor();
    assert.match(await twin.evaluate(() => navigator.clipboard.readText()), /^Bearer ey/);
    const insecure = await page.context().newPage();
    await insecure.addInitScript(() => Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined }));
    await insecure.goto(`${origin}/graphiql`);
    await insecure.locator("#account").waitFor();
    assert.equal(await insecure.locator("#copy").isVisible(), false, "no button that does nothing");
    await insecure.close();

    // Who logs out in one tab has left the other as well, also while the server says nothing.
    await later(page, 16);
    await page.locator("#leave").click();
    for (const tab of [page, twin]) await tab.locator("#sign-in").waitFor({ timeout: 900 });
    await takeTime();
    await page.unroute("**/graphql", silence);
    await twin.close();
    await page.getByLabel("User name").fill(ann);
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator("#fault:not([hidden])").waitFor();
    // A refused request is a line of the browser's own in the console.
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes("status of 401")));
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator("#account").waitFor();

    const shared = await open(`/graphiql?${new URLSearchParams({ query: "{ __typename }" })}`, { colorScheme: "dark" });
    assert.equal(await written(shared, 0), "{ __typename }", "an operation in the address is shown");
    await run(shared);
    await says(shared, '"Query"');
    await shared.screenshot({ path: `${folder}/graphiql-dark.png` });

    assert.equal((await (await browser.newPage()).goto(`${origin}/playground`)).url(), `${origin}/graphiql`);
    assert.deepEqual(faults, []);
} finally {
    await browser.close();
}
console.log("GraphiQL ran queries, mutations and a subscription, in two tabs; nothing broke its policy");
