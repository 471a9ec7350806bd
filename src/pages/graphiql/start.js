// Starts GraphiQL on this server, with the bar above it in which a person signs in. Who has signed in here sends their
// access token with every request and socket, unless the Headers tab names another; so do the other tabs of the browser.
"use strict";

(() => {
    /** Where it is kept who is signed in, and the name of the lock under which that is renewed. */
    const KEPT = "parlance.graphiql";
    // A token that ends sooner than this, or than a third of its life, is exchanged first.
    const MARGIN_MS = 30_000;
    // No answer takes longer; the server itself gives up after ten seconds. Whoever waits holds up the other tabs.
    const PATIENCE_MS = 15_000;
    /** So often a socket is asked for a sign of life, and given so long to give it. */
    const PING_MS = 10_000;
    const PONG_MS = 5_000;
    const ENDED = new Set(["UNAUTHENTICATED", "SESSION_REVOKED", "TOKEN_EXPIRED"]);
    const PERSON = "accessToken refreshToken user { username }";

    /** The token of this page, and until when it is used by the clock of this machine. */
    let access = null;
    let renewing = null;
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
            signal: AbortSignal.timeout(PATIENCE_MS),
        });
        const { data, errors } = await response.json();
        if (errors) throw Object.assign(new Error(errors[0].message), { errors });
        return data;
    }

    /**
     * Who is signed in: the refresh token and the name, or null. All tabs share it, since the token is good once: each
     * with a copy of its own, as a duplicated tab has of what is kept for one tab, would end the session of the other.
     */
    function kept() {
        const found = JSON.parse(localStorage.getItem(KEPT) ?? "null");
        return found?.refreshToken ? found : null;
    }

    function keep(next) {
        if (next) localStorage.setItem(KEPT, JSON.stringify(next));
        else localStorage.removeItem(KEPT);
        show();
    }

    function show() {
        const person = kept();
        if (access?.username !== person?.username) access = null;
        form.hidden = person !== null;
        account.hidden = person === null;
        who.textContent = person?.username ?? "";
    }

    function become({ accessToken, refreshToken, user }) {
        // By the token's own words: the clock of this machine may be wrong by hours.
        const { iat, exp } = JSON.parse(atob(accessToken.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
        const life = (exp - iat) * 1_000;
        access = {
            username: user.username,
            token: accessToken,
            goodUntil: Date.now() + life - Math.min(MARGIN_MS, life / 3),
        };
        keep({ refreshToken, username: user.username });
    }

    async function exchange({ refreshToken }) {
        const query = `mutation ($input: RefreshTokenInput!) { refreshToken(input: $input) { ${PERSON} } }`;
        return (await ask(query, { refreshToken })).refreshToken;
    }

    /** Exchanges the refresh token while no other tab does. */
    async function renew() {
        for (;;) {
            const person = kept();
            if (!person) return;
            try {
                const fresh = await exchange(person);
                // Whoever has logged out meanwhile, or in as somebody else, stays so.
                if (kept()?.refreshToken === person.refreshToken) return become(fresh);
            } catch (error) {
                // Only a server that says so has ended the session: one that is busy has not.
                if (!ENDED.has(error.errors?.[0].extensions?.code)) throw error;
                // Without a lock another tab may have been quicker, and not have kept yet what it got.
                await new Promise((done) => setTimeout(done, 200));
                if (kept()?.refreshToken !== person.refreshToken) continue;
                keep(null);
                return say("Your session has ended: please log in again.");
            }
        }
    }

    /** Browsers have no locks on pages that came without TLS from another machine. */
    const alone = (task) => (navigator.locks ? navigator.locks.request(KEPT, task) : task());

    const isGood = (access) => access !== null && Date.now() < access.goodUntil;

    /** What to send as Authorization, or nothing. `spent` is what the server has refused. */
    async function authorization(spent) {
        if (!kept()) return undefined;
        if (!isGood(access) || `Bearer ${access.token}` === spent) {
            renewing ??= alone(renew).finally(() => (renewing = null));
            await renewing;
        }
        return access ? `Bearer ${access.token}` : undefined;
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
            become((await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${PERSON} } }`, input))[name]);
            form.reset();
            email.hidden = true;
        } catch (error) {
            say(error.errors ? error.message : "The server does not answer. Please try again.");
        }
    }

    /** It ends here at once, and then on the server, if that can be reached. */
    async function leave() {
        const [held, person] = [access, kept()];
        keep(null);
        if (!person) return;
        try {
            const token = isGood(held) ? held.token : (await exchange(person)).accessToken;
            await ask("mutation { logout { sessionId } }", undefined, `Bearer ${token}`);
        } catch {
            // It ends by itself when it has not been used for long; nobody has its tokens any more.
        }
    }

    async function copy() {
        const token = await authorization().catch(() => undefined);
        const isCopied = token && (await navigator.clipboard.writeText(token).then(() => true, () => false));
        find("copied").textContent = isCopied ? "Copied" : "Not copied";
    }

    /** Who registers or logs in by an operation is signed in here too. */
    function notice(result) {
        const given = result?.data?.register ?? result?.data?.login;
        if (kept() || !given?.accessToken || !given.refreshToken) return;
        become({ ...given, user: { username: given.user?.username ?? "you" } });
    }

    const socket = new URL("/graphql", location.href);
    socket.protocol = socket.protocol.replace("http", "ws");
    let [missing, isPongOwed] = [undefined, false];
    /** A peer that is gone without a word would not answer a closing either. What was followed is then asked for anew. */
    const expectWithin = (milliseconds) => {
        clearTimeout(missing);
        missing = setTimeout(() => wsClient.terminate(), milliseconds);
    };
    const wsClient = graphqlWs.createClient({
        url: socket.href,
        keepAlive: PING_MS,
        connectionAckWaitTimeout: PATIENCE_MS,
        on: {
            connecting: () => expectWithin(PATIENCE_MS),
            ping(isReceived) {
                if (isReceived) return;
                isPongOwed = true;
                expectWithin(PONG_MS);
            },
            message({ type }) {
                if (type === "pong") isPongOwed = false;
                if (isPongOwed) expectWithin(PONG_MS);
                else clearTimeout(missing);
            },
            closed() {
                isPongOwed = false;
                clearTimeout(missing);
            },
        },
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
        const send = async (spent) => {
            const token = name ? undefined : await authorization(spent);
            const result = await plain(params, { ...options, headers: { ...headers, ...(token && { authorization: token }) } });
            // Refused before anything was done: a clock was set, or another tab has logged out and in again.
            const isRefused = token && !spent && ENDED.has(result?.errors?.[0].extensions?.code);
            return isRefused ? send(token) : result;
        };
        const result = await send();
        notice(result);
        return result;
    };

    form.addEventListener("submit", enter);
    find("leave").addEventListener("click", leave);
    find("copy").addEventListener("click", copy);
    // Browsers give the clipboard to pages alone that came by TLS, or from this machine.
    find("copy").hidden = !navigator.clipboard;
    // Another tab has signed in or out, or only renewed its tokens.
    addEventListener("storage", ({ key }) => (key === KEPT || key === null) && show());
    show();

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
