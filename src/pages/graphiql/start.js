// Starts GraphiQL on this server, with the bar above it in which a person signs in. Who has signed in here sends their
// access token with every request and socket, unless the Headers tab names another.
"use strict";

(() => {
    const KEPT = "parlance.graphiql";
    // A token that ends sooner than this is exchanged first.
    const MARGIN_MS = 30_000;
    const ENDED = new Set(["UNAUTHENTICATED", "SESSION_REVOKED", "TOKEN_EXPIRED"]);
    const PERSON = "accessToken refreshToken expiresAt user { username }";

    /** Who has signed in: what the server answered, or null. It lives as long as the tab. */
    let session = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    let refreshing = null;
    /** The Authorization of the Headers tab, as of the last request. */
    let typed = null;

    const find = (id) => document.getElementById(id);
    const [form, account, who, fault] = ["sign-in", "account", "who", "fault"].map(find);
    const email = form.elements.email;

    async function ask(query, input, authorization) {
        const response = await fetch("/graphql", {
            method: "POST",
            headers: { "content-type": "application/json", ...(authorization && { authorization }) },
            body: JSON.stringify({ query, variables: { input } }),
        });
        const { data, errors } = await response.json();
        if (errors) throw Object.assign(new Error(errors[0].message), { errors });
        return data;
    }

    function keep(next) {
        session = next;
        if (next) sessionStorage.setItem(KEPT, JSON.stringify(next));
        else sessionStorage.removeItem(KEPT);
        form.hidden = next !== null;
        account.hidden = next === null;
        who.textContent = next?.user.username ?? "";
    }

    async function refresh() {
        const query = `mutation ($input: RefreshTokenInput!) { refreshToken(input: $input) { ${PERSON} } }`;
        try {
            keep((await ask(query, { refreshToken: session.refreshToken })).refreshToken);
        } catch (error) {
            // Only a server that says so has ended the session: one that is busy has not.
            if (!ENDED.has(error.errors?.[0].extensions?.code)) throw error;
            keep(null);
            say("Your session has ended: please log in again.");
        }
    }

    /** What to send as Authorization, or nothing. */
    async function authorization() {
        if (!session) return undefined;
        if (Date.parse(session.expiresAt) - Date.now() < MARGIN_MS) {
            refreshing ??= refresh().finally(() => (refreshing = null));
            await refreshing;
        }
        return session ? `Bearer ${session.accessToken}` : undefined;
    }

    function say(text) {
        fault.textContent = text;
        fault.hidden = text === "";
    }

    async function enter(event) {
        event.preventDefault();
        say("");
        const registers = event.submitter?.value === "register";
        const { username, password } = form.elements;
        email.hidden = !registers;
        if (registers && email.value === "") {
            say("An e-mail address is needed to register.");
            return email.focus();
        }
        const input = { password: password.value };
        if (registers) Object.assign(input, { username: username.value, email: email.value });
        else input[username.value.includes("@") ? "email" : "username"] = username.value;
        const [name, type] = registers ? ["register", "RegisterInput"] : ["login", "LoginInput"];
        try {
            keep((await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${PERSON} } }`, input))[name]);
            form.reset();
            email.hidden = true;
        } catch (error) {
            say(error.message);
        }
    }

    async function leave() {
        const token = await authorization().catch(() => undefined);
        keep(null);
        // It ends here whatever the server says.
        if (token) await ask("mutation { logout { sessionId } }", undefined, token).catch(() => {});
    }

    async function copy() {
        const token = await authorization().catch(() => undefined);
        if (token) await navigator.clipboard.writeText(token);
        find("copied").textContent = token ? "Copied" : "";
    }

    /** Who registers or logs in by an operation is signed in here too. */
    function notice(result) {
        const given = result?.data?.register ?? result?.data?.login;
        if (session || !given?.accessToken || !given.refreshToken || !given.expiresAt) return;
        keep({ ...given, user: { username: given.user?.username ?? "you" } });
    }

    const socket = new URL("/graphql", location.href);
    socket.protocol = socket.protocol.replace("http", "ws");
    const wsClient = graphqlWs.createClient({
        url: socket.href,
        // Each subscription finds the token of its time.
        lazyCloseTimeout: 0,
        connectionParams: async () => {
            const token = typed ?? (await authorization());
            return token ? { authorization: token } : {};
        },
    });
    const plain = GraphiQL.createFetcher({ url: "/graphql", wsClient, enableIncrementalDelivery: false });
    const fetcher = async (params, options = {}) => {
        const headers = { ...options.headers };
        const name = Object.keys(headers).find((name) => name.toLowerCase() === "authorization");
        typed = name ? headers[name] : null;
        if (!name) {
            const token = await authorization();
            if (token) headers.authorization = token;
        }
        const result = await plain(params, { ...options, headers });
        notice(result);
        return result;
    };

    form.addEventListener("submit", enter);
    find("leave").addEventListener("click", leave);
    find("copy").addEventListener("click", copy);
    keep(session);

    const asked = new URLSearchParams(location.search);
    const given = Object.fromEntries(["query", "variables", "operationName"].map((name) => [name, asked.get(name) ?? undefined]));
    // GraphiQL itself shows the variables of its first tab only once one has come back to it.
    const isNew = localStorage.getItem("graphiql:tabState") === null;
    if (isNew && given.query === undefined) given.variables ??= PARLANCE_EXAMPLES[0].variables;
    const root = ReactDOM.createRoot(find("graphiql"));
    root.render(
        React.createElement(GraphiQL, {
            fetcher,
            ...given,
            defaultTabs: PARLANCE_EXAMPLES,
            defaultEditorToolsVisibility: "variables",
            shouldPersistHeaders: false,
            inputValueDeprecation: true,
        }),
    );
})();
