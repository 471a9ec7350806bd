// Makes the Postman collection of openapi.yaml.
//
//   node postman.mjs OPENAPI COLLECTION
//
// What the converter makes up anew each time (ids, examples of answers) is left out, so that the same description gives
// the same file. Signing in keeps the tokens in the collection's variables, and what is made keeps its id there.
import { readFileSync, writeFileSync } from "node:fs";
import converter from "openapi-to-postmanv2";

// Requests that show no token.
const OPEN = new Set(["token/", "token/refresh/", "token/verify/", "login/", "register/", "users/"].map((path) => `POST api/${path}`));
// What is put where a field or a part of a path has this name.
const VALUES = {
    username: "{{username}}",
    email: "{{username}}@example.org",
    password: "{{password}}",
    first_name: "Ann",
    last_name: "Lee",
    phone_number: "+358 40 1234567",
    role: "guest",
    refresh: "{{refresh_token}}",
    token: "{{access_token}}",
    user: "{{user_id}}",
    participant_ids: "{{user_id}}",
    conversation: "{{conversation_id}}",
    message: "{{message_id}}",
    message_body: "Hello",
    messages: { message_body: "Hello" },
};
const TOKENS = { access_token: "access", refresh_token: "refresh" };
const MESSAGE = { message_id: "message_id" };
// What is kept of an answer, and where it is there.
const KEPT = {
    "POST api/token/": TOKENS,
    "POST api/login/": TOKENS,
    "POST api/token/refresh/": { access_token: "access" },
    "POST api/register/": { user_id: "user_id" },
    "POST api/conversations/": { conversation_id: "conversation_id" },
    "POST api/messages/": MESSAGE,
    "POST api/conversations/:conversation/messages/": MESSAGE,
};

const [from, to] = process.argv.slice(2);
const options = {
    folderStrategy: "Tags",
    requestNameSource: "Fallback",
    requestParametersResolution: "Schema",
    exampleParametersResolution: "Schema",
    enableOptionalParameters: false,
    includeAuthInfoInExample: false,
    keepImplicitHeaders: true,
};
const { collection } = await convert(readFileSync(from, "utf8"));
tidy(collection);
collection.info = {
    name: "Parlance",
    description: collection.info.description,
    schema: collection.info.schema,
};
collection.auth = { type: "bearer", bearer: [{ key: "token", value: "{{access_token}}", type: "string" }] };
collection.variable = [
    { key: "baseUrl", value: "http://127.0.0.1:8000" },
    { key: "username", value: "ann" },
    { key: "password", value: "correct horse battery" },
    ...["access_token", "refresh_token", "user_id", "conversation_id", "message_id"].map((key) => ({ key, value: "" })),
];
for (const request of requests(collection)) prepare(request);
writeFileSync(to, `${JSON.stringify(collection, null, 2)}\n`);

function convert(data) {
    return new Promise((resolve, reject) => {
        converter.convertV2({ type: "string", data }, options, (error, done) => {
            if (error || !done.result) reject(error ?? new Error(done.reason));
            else resolve({ collection: done.output[0].data });
        });
    });
}

/** Leaves out what is random or says nothing. */
function tidy(value) {
    if (Array.isArray(value)) return value.forEach(tidy);
    if (value === null || typeof value !== "object") return;
    for (const key of ["id", "uid", "_postman_id", "_postman_previewlanguage", "protocolProfileBehavior"]) {
        if (typeof value[key] !== "object" || key === "protocolProfileBehavior") delete value[key];
    }
    Object.values(value).forEach(tidy);
}

function* requests(folder) {
    for (const item of folder.item) {
        if (item.item) yield* requests(item);
        else yield item;
    }
}

/** What the requests need beforehand, and what an answer is good for. */
function prepare(item) {
    const { request } = item;
    const operation = `${request.method} ${request.url.path.join("/")}`;
    item.response = [];
    if (request.auth === null) delete request.auth;
    if (OPEN.has(operation)) request.auth = { type: "noauth" };
    if (request.body?.raw) request.body.raw = filled(JSON.parse(request.body.raw));
    for (const variable of request.url.variable) {
        variable.value = VALUES[variable.key] ?? variable.value;
        delete variable.disabled;
    }
    for (const optional of [...request.url.query, ...request.header.filter((header) => header.disabled)]) {
        optional.value = "";
    }
    const kept = KEPT[operation];
    if (!kept) return;
    const lines = Object.entries(kept).map(([name, place]) => `pm.collectionVariables.set("${name}", answer.${place});`);
    const exec = ["const answer = pm.response.json();", `if (pm.response.code < 300) {`, ...lines.map((line) => `    ${line}`), "}"];
    item.event = [{ listen: "test", script: { type: "text/javascript", exec } }];
}

function filled(body) {
    for (const [name, value] of Object.entries(body)) {
        if (name in VALUES) body[name] = Array.isArray(value) ? [VALUES[name]] : VALUES[name];
    }
    // What has another name that is there already, or is better left out.
    delete body.participants;
    delete body.client_message_id;
    if (body.username && body.password && Object.keys(body).length === 3) delete body.email;
    return JSON.stringify(body, null, 2);
}
