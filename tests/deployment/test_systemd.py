"""deploy/systemd: what instances on one machine share, and what each has for itself."""
import os, re, subprocess, unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
UNIT = (ROOT / "deploy/systemd/parlance@.service").read_text()
SHARED = (ROOT / "deploy/systemd/parlance.env.example").read_text()
OPERATIONS = (ROOT / "docs/operations.md").read_text()


class Systemd(unittest.TestCase):
    def test_each_instance_may_have_settings_of_its_own_after_those_of_all(self):
        files = re.findall(r"^EnvironmentFile=(.*)$", UNIT, re.M)
        self.assertEqual(files, ["/etc/parlance/parlance.env", "-/etc/parlance/%i.env"])

    def test_what_all_are_told_are_settings_that_two_instances_can_share(self):
        told = re.findall(r"^(\w+)=", SHARED, re.M)
        self.assertIn("DATABASE_URL", told)
        known = subprocess.run([os.environ["PARLANCE"], "--help"], capture_output=True, text=True, env={}).stdout
        for name in told:
            self.assertRegex(known, rf"\[env: {name}\b")
        own = [name for name in told if name.endswith("_LISTEN") or name == "PARLANCE_REQUEST_LOG"]
        self.assertEqual(own, [], "an address or a file that only one instance can have")
        for setting in re.findall(r"^Environment=(.*)$", UNIT, re.M):
            self.assertIn("%i", setting)

    def test_each_tells_its_numbers_where_prometheus_asks_for_them(self):
        told = dict(re.findall(r"^# echo PARLANCE_METRICS_LISTEN=(\S+) >/etc/parlance/(\w+)\.env$", OPERATIONS, re.M))
        (job,) = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())["scrape_configs"]
        self.assertEqual(sorted(told), sorted(job["static_configs"][0]["targets"]))
        enabled = re.search(r"^# systemctl enable --now (.*)$", OPERATIONS, re.M)[1].split()
        self.assertEqual([f"parlance@{port}" for port in told.values()], enabled)


if __name__ == "__main__":
    unittest.main()
