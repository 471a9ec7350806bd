// Works in GraphiQL as a person would: registers by the first example, writes, reads a page, follows, logs out and in.
// Nothing may break the page's policy or ask another server.
//
//   npm ci && node graphiql.mjs http://127.0.0.1:8000 FOLDER
//
// Pictures are left in the folder. The program of the browser is $CHROMIUM, or /usr/bin/chromium.
import assert from "node:assert/strict";
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

try {
    const { register } = await ask(
        "mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id } } }",
        { input: { username: bob, email: `${bob}@example.org`, password } },
    );
    const page = await open("/graphql");
    assert.equal(await tabs(page).count(), 4, "four examples");
    await page.screenshot({ path: `${folder}/graphiql.png` });

    await put(page, 1, JSON.stringify({ input: { username: ann, email: `${ann}@example.org`, password } }));
    await run(page);
    await says(page, ann);
    await page.locator("#account").waitFor();
    assert.equal(await page.locator("#who").innerText(), ann, "who registers by an operation is signed in");

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
    await run(page);
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

    await page.reload();
    await page.locator("#account").waitFor();
    await page.locator("#leave").click();
    await page.locator("#sign-in").waitFor();
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
console.log("GraphiQL ran a query, mutations and a subscription; nothing broke its policy");
