"""What docs/limits.md says the limit of an address counts, and what it does not, of a server that allows three requests."""
import http.client, os, re, socket, subprocess, tempfile, time, unittest

ALLOWED = 3
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PREFLIGHT = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "POST"}


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        with socket.socket() as any_port:
            any_port.bind(("127.0.0.1", 0))
            cls.port = any_port.getsockname()[1]
        told = {"PARLANCE_LISTEN": f"127.0.0.1:{cls.port}", "PARLANCE_REQUEST_LOG": "off",
                "PARLANCE_RATE_ADDRESS": f"{ALLOWED}/60m", "PARLANCE_TRUSTED_PROXIES": "127.0.0.1/32"}
        server = subprocess.Popen([os.environ["PARLANCE"], "serve"], cwd=folder.name, env=told,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(lambda: (server.terminate(), server.wait(30)))
        for _ in range(300):
            try:
                if cls.ask("192.0.2.1", "GET", "/readyz")[0] == 200:
                    return
            except ConnectionError:
                time.sleep(0.1)
        raise AssertionError("the server does not come to be ready")

    @classmethod
    def ask(cls, address, method, path, headers={}):
        connection = http.client.HTTPConnection("127.0.0.1", cls.port, timeout=10)
        try:
            connection.request(method, path, headers=headers | {"X-Forwarded-For": address})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()

    def test_what_is_the_same_for_everybody_is_not_counted(self):
        asked = [("GET", path, {}, 200) for path in
                 ("/healthz", "/readyz", "/graphiql", "/api/docs/", "/api/redoc/", "/api/docs/start.js")]
        asked += [("GET", "/", HTML, 200), ("GET", "/graphql", HTML, 200)]
        asked += [("OPTIONS", "/graphql", PREFLIGHT, 200), ("OPTIONS", "/api/messages/", PREFLIGHT, 200)]
        asked += [("GET", "/api/users", {}, 301), ("GET", "/admin", {}, 301)]
        asked += [("PUT", "/admin/", {}, 405), ("GET", "/nothing/here", {}, 404)]
        files = {file for path in ("/", "/graphiql", "/admin/login/") for file in
                 re.findall(r'"(/static/[^"]+)"', self.ask("192.0.2.2", "GET", path, HTML)[1])}
        self.assertGreater(len(files), 10)
        asked += [("GET", file, {}, 200) for file in files]
        for method, path, headers, status in asked:
            with self.subTest(f"{method} {path}"):
                answers = {self.ask("192.0.2.3", method, path, headers)[0] for _ in range(ALLOWED + 1)}
                self.assertEqual(answers, {status})
        self.assertEqual(self.ask("192.0.2.3", "GET", "/api/users/")[0], 401, "all of it is there")

    def test_all_else_is_counted(self):
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        asked = [("POST", "/graphql", {}), ("GET", "/graphql", {"Accept": "application/json"}), ("GET", "/graphql", upgrade),
                 ("GET", "/graphql/ws", upgrade), ("GET", "/", {}), ("GET", "/api/", HTML), ("GET", "/api/schema/", {}), ("GET", "/users/", {}),
                 ("PUT", "/api/v1/messages/", {}), ("GET", "/api/messages/nothing/", {}), ("GET", "/api-auth/login/", HTML),
                 ("GET", "/admin/login/", HTML), ("GET", "/admin/", HTML), ("GET", "/admin/nothing/", HTML)]
        for number, (method, path, headers) in enumerate(asked):
            with self.subTest(f"{method} {path}"):
                answers = [self.ask(f"203.0.113.{number}", method, path, headers)[0] for _ in range(ALLOWED + 1)]
                self.assertNotIn(429, answers[:-1])
                self.assertEqual(answers[-1], 429)


if __name__ == "__main__":
    unittest.main()
