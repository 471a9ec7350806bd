// Opens Swagger UI and ReDoc as a reader would. Every operation must be shown, nothing may break the page's policy or
// ask another server, and Swagger UI's "Authorize" must lead to an answer.
//
//   npm ci && node api-docs.mjs http://127.0.0.1:8000 FOLDER
//
// Pictures are left in the folder. The program of the browser is $CHROMIUM, or /usr/bin/chromium.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [origin, folder] = process.argv.slice(2);
const description = await (await fetch(`${origin}/api/schema/?format=json`)).json();
const operations = Object.values(description.paths).flatMap((item) => Object.values(item));
assert.ok(operations.length > 20, "the description is there");
const ann = await signUp(`ann-${Date.now()}`);
const browser = await start();
try {
    await swagger();
    await redoc();
    assert.deepEqual(browser.faults, []);
} finally {
    await browser.close();
}
console.log(`${operations.length} operations are shown by both pages`);

async function swagger() {
    const page = await browser.open("/api/docs/");
    await page.locator(".opblock").nth(operations.length - 1).waitFor();
    assert.equal(await page.locator(".opblock").count(), operations.length);
    await page.screenshot({ path: `${folder}/swagger.png` });

    await page.locator(".auth-wrapper button.authorize").click();
    const bearer = page.locator(".auth-container", { hasText: "bearer" }).first();
    await bearer.locator("input").fill(ann.access);
    await bearer.locator("button.authorize").click();
    await page.locator(".modal-ux button.btn-done").first().click();

    const me = page.locator("#operations-Users-getMe");
    await me.locator("button.opblock-summary-control").click();
    await me.locator("button.execute").click();
    const answer = me.locator(".live-responses-table");
    await answer.waitFor();
    assert.match(await answer.innerText(), /\b200\b/);
    assert.match(await answer.innerText(), new RegExp(ann.email));
    await me.scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${folder}/swagger-me.png` });
}

async function redoc() {
    const page = await browser.open("/api/redoc/");
    for (const { operationId, summary } of operations) {
        const heading = page.locator(`[id$="operation/${operationId}"] h2`);
        await heading.waitFor({ state: "attached" });
        assert.ok((await heading.innerText()).includes(summary), operationId);
    }
    await page.screenshot({ path: `${folder}/redoc.png` });
    await page.locator("input[placeholder^=Search]").fill("conversation");
    await page.locator("[data-role='search:results'] li").nth(4).waitFor();
    await page.screenshot({ path: `${folder}/redoc-search.png` });
}

/** Starts a browser; `faults` fills while pages are looked at. */
async function start() {
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const faults = [];
    // A worker's requests are the context's too.
    context.on("request", (request) => {
        const url = request.url();
        if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) faults.push(`asked elsewhere: ${url}`);
    });
    context.on("response", (response) => {
        if (response.status() >= 500) faults.push(`${response.status()} for ${response.url()}`);
    });
    const open = async (path) => {
        const page = await context.newPage();
        page.on("pageerror", (error) => faults.push(`${path}: ${error}`));
        page.on("console", (message) => {
            if (message.type() === "error") faults.push(`${path}: ${message.text()}`);
        });
        await page.addInitScript(() => {
            document.addEventListener("securitypolicyviolation", (event) => {
                const { violatedDirective, blockedURI, sourceFile, lineNumber, sample } = event;
                const at = `${sourceFile}:${lineNumber} ${sample}`;
                console.error(`policy: ${violatedDirective} blocked ${blockedURI} at ${at}`);
            });
        });
        const response = await page.goto(origin + path);
        if (!response.ok()) faults.push(`${path}: ${response.status()}`);
        return page;
    };
    return { faults, open, close: () => browser.close() };
}

/** A person who has just signed up, with an access token. */
async function signUp(name) {
    const email = `${name}@example.org`;
    const password = "correct horse battery";
    const post = async (path, body) => {
        const headers = { "content-type": "application/json" };
        const response = await fetch(origin + path, { method: "POST", headers, body: JSON.stringify(body) });
        if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
        return response.json();
    };
    await post("/api/register/", { username: name, email, password });
    const { access } = await post("/api/token/", { username: name, password });
    return { name, email, password, access };
}
