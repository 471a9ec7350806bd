"""deploy/compose as Compose understands it (the file COMPOSE), and what is said twice about proxies."""
import os, re, subprocess, unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


class Compose(unittest.TestCase):
    def setUp(self):
        self.compose = yaml.safe_load(Path(os.environ["COMPOSE"]).read_text())
        self.services = self.compose["services"]

    def test_there_are_two_equal_instances_behind_a_proxy_on_mysql_with_nats(self):
        self.assertEqual(set(self.services), {"db", "nats", "one", "two", "proxy"})
        self.assertEqual(self.services["one"], self.services["two"])
        self.assertEqual(self.services["db"]["image"], "mysql:8.4")
        told = self.services["one"]["environment"]
        self.assertIn("@db:3306/", told["DATABASE_URL"])
        self.assertIn("@nats:4222", told["PARLANCE_NATS_URL"])
        self.assertEqual(told["PARLANCE_PASSWORD_MIN"], "12")
        known = subprocess.run([os.environ["PARLANCE"], "--help"], capture_output=True, text=True, env={}).stdout
        for name in told:
            self.assertRegex(known, rf"\[env: {name}\b")
        told |= {"DATABASE_URL": os.environ["DATABASE_URL"]}
        done = subprocess.run([os.environ["PARLANCE"], "check"], env=told, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done)

    def test_only_the_proxy_is_reached_from_outside_and_only_it_is_believed(self):
        published = {name for name, service in self.services.items() if service.get("ports")}
        self.assertEqual(published, {"proxy"})
        self.assertTrue(self.compose["networks"]["back"]["internal"])
        front = {name for name, service in self.services.items() if "front" in service["networks"]}
        self.assertEqual(front, {"proxy", "one", "two"})
        (subnet,) = self.compose["networks"]["front"]["ipam"]["config"]
        self.assertEqual(self.services["one"]["environment"]["PARLANCE_TRUSTED_PROXIES"], subnet["subnet"])

    def test_nothing_has_more_rights_than_it_needs(self):
        for name in ("nats", "one", "two", "proxy"):
            service = self.services[name]
            self.assertTrue(service["read_only"], name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertEqual(service["security_opt"], ["no-new-privileges:true"], name)

    def test_a_database_that_may_lose_commits_is_not_made(self):
        flags = set(self.services["db"]["command"])
        safe = {"--log-bin=binlog", "--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1"}
        self.assertLessEqual(safe, flags)

    def test_its_proxy_is_the_example_but_for_the_addresses(self):
        lines = lambda file: [s for line in (ROOT / file).read_text().splitlines() if (s := line.strip()) and s[0] != "#"]
        example, own = lines("deploy/haproxy/haproxy.cfg"), lines("deploy/compose/haproxy.cfg")
        of_addresses = re.compile(r"server |default-server |resolvers |nameserver |hold ")
        self.assertEqual(*([line for line in of if not of_addresses.match(line)] for of in (example, own)))


if __name__ == "__main__":
    unittest.main()
