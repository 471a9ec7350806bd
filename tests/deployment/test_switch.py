"""deploy/kubernetes/switch, against a kubectl that answers from a file: what it asks, what it patches, when it refuses."""
import json, os, subprocess, tempfile, unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def deployment(wanted, available=None, generation=3, observed=3, updated=None, all=None, image="parlance:1"):
    available = wanted if available is None else available
    updated = wanted if updated is None else updated
    counts = {"updatedReplicas": updated, "availableReplicas": available, "replicas": wanted if all is None else all}
    # As in Kubernetes: what is 0 is not there.
    status = {"observedGeneration": observed} | {name: count for name, count in counts.items() if count}
    return {
        "metadata": {"generation": generation},
        "spec": {"replicas": wanted, "template": {"spec": {"containers": [{"image": image}]}}},
        "status": status,
    }


class Switch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.state = {
            "namespace": "parlance",
            "service/parlance": {
                "metadata": {"annotations": {"parlance/previous-color": ""}},
                "spec": {"selector": {"app": "parlance", "color": "blue"}},
            },
            "deployment/parlance-blue": deployment(2, image="parlance:1"),
            "deployment/parlance-green": deployment(2, image="parlance:2"),
        }
        self.write()

    def write(self):
        (self.folder / "state").write_text(json.dumps(self.state))
        (self.folder / "calls").write_text("")

    def call(self, *words, **env):
        env = {"WAIT": "0"} | env
        path = f"{ROOT}/tests/deployment:{os.environ['PATH']}"
        env |= {"PATH": path, "STATE": str(self.folder / "state"), "CALLS": str(self.folder / "calls")}
        script = ROOT / "deploy/kubernetes/switch"
        return subprocess.run([script, *words], env=env, capture_output=True, text=True, timeout=60)

    def service(self):
        service = json.loads((self.folder / "state").read_text())["service/parlance"]
        return service["spec"]["selector"], service["metadata"]["annotations"]["parlance/previous-color"]

    def patches(self):
        calls = [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]
        self.assertTrue(all(call[2] in ("get", "patch") for call in calls), "it only looks and patches")
        return [call[2:] for call in calls if call[2] != "get"]

    def refuses(self, why, *words, **env):
        before = self.service()
        done = self.call(*words, **env)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done)
        self.assertIn(why, done.stderr)
        self.assertEqual(self.service(), before, "nothing was changed")
        return done.stderr

    def test_it_makes_the_other_colour_live_by_one_patch_and_goes_back_by_another(self):
        done = self.call("green")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "green is live, with 2 pods of parlance:2\n")
        self.assertEqual(self.service(), ({"app": "parlance", "color": "green"}, "blue"))
        patch = (
            '[{"op":"test","path":"/spec/selector/color","value":"blue"},'
            '{"op":"replace","path":"/spec/selector/color","value":"green"},'
            '{"op":"add","path":"/metadata/annotations/parlance~1previous-color","value":"blue"}]'
        )
        self.assertEqual(self.patches(), [["patch", "service", "parlance", "--type=json", "--patch", patch]])

        (self.folder / "calls").write_text("")
        done = self.call("back")
        self.assertEqual((done.returncode, done.stdout), (0, "blue is live, with 2 pods of parlance:1\n"))
        self.assertEqual(self.service(), ({"app": "parlance", "color": "blue"}, ""))
        patch = (
            '[{"op":"test","path":"/spec/selector/color","value":"green"},'
            '{"op":"replace","path":"/spec/selector/color","value":"blue"},'
            '{"op":"add","path":"/metadata/annotations/parlance~1previous-color","value":""}]'
        )
        self.assertEqual(self.patches(), [["patch", "service", "parlance", "--type=json", "--patch", patch]])
        self.refuses("nothing to go back to", "back")

    def test_it_refuses_a_target_that_is_not_ready(self):
        for not_ready in (
            deployment(2, available=1),
            deployment(2, available=0),
            deployment(2, updated=1),
            deployment(2, all=3),
            # The controller has not seen the newest image yet, so its counts are of the one before.
            deployment(2, generation=4, observed=3),
        ):
            self.state["deployment/parlance-green"] = not_ready
            self.write()
            self.refuses("parlance-green is not ready", "green")
            self.assertEqual(self.patches(), [])

    def test_it_waits_for_a_target_that_becomes_ready(self):
        slow = deployment(2, available=0)
        slow["later"] = [deployment(2, available=n)["status"] for n in (0, 1, 2, 2)]
        self.state["deployment/parlance-green"] = slow
        self.write()
        done = self.call("green", WAIT="30")
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.service()[0]["color"], "green")

    def test_it_refuses_a_target_without_pods_or_with_fewer_than_serve_now(self):
        scale = "kubectl --namespace parlance scale deployment/parlance-green --replicas=4"
        self.state["deployment/parlance-blue"] = deployment(4)
        for few in (0, 2):
            self.state["deployment/parlance-green"] = deployment(few)
            self.write()
            self.assertIn(scale, self.refuses("pods", "green"))

    def test_a_live_colour_that_is_down_does_not_hold_up_the_switch(self):
        self.state["deployment/parlance-blue"] = deployment(4, available=0)
        self.write()
        self.assertEqual(self.call("green").returncode, 0)

    def test_back_too_waits_for_its_target(self):
        self.call("green")
        self.state = json.loads((self.folder / "state").read_text())
        self.state["deployment/parlance-blue"] = deployment(0)
        self.write()
        self.refuses("parlance-blue has no pods", "back")

    def test_it_fails_if_somebody_else_switches_at_the_same_time(self):
        self.state["somebody_switches"] = "green"
        self.write()
        done = self.call("green")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("the service was not changed", done.stderr)
        self.assertEqual(self.service(), ({"app": "parlance", "color": "green"}, ""))

    def test_it_refuses_what_is_live_already_and_what_is_not_there(self):
        self.refuses("blue is live already", "blue")
        self.state["service/parlance"]["spec"]["selector"]["color"] = "red"
        self.write()
        self.refuses("neither blue nor green", "green")
        del self.state["service/parlance"]
        self.state["service/parlance"] = None
        self.write()
        self.assertIn("kubectl create -f service.yaml", self.call("green").stderr)

    def test_status_shows_both_colours(self):
        self.state["deployment/parlance-green"] = deployment(2, available=1, image="parlance:2")
        self.write()
        done = self.call("status")
        self.assertEqual(
            done.stdout, "blue  live  2 of 2 pods ready  parlance:1\ngreen idle  1 of 2 pods ready  parlance:2\n"
        )
        self.assertEqual(self.patches(), [])

    def test_a_wrong_call_says_how_it_is_done(self):
        for words in ((), ("purple",), ("blue", "green")):
            done = self.call(*words)
            self.assertEqual(done.returncode, 2)
            self.assertIn("deploy/kubernetes/switch status", done.stderr)
        self.assertEqual(self.call("green", WAIT="soon").returncode, 2)


if __name__ == "__main__":
    unittest.main()
