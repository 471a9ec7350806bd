"""deploy/kubernetes: valid for Kubernetes, and true of the server: its settings, its routes, the time that it takes to stop.

Asks the server at SERVER, and the program PARLANCE."""
import ipaddress, os, re, subprocess, unittest, urllib.request
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/kubernetes"
KUBERNETES = "1.37"
# What is not to be applied again and again; kustomization.yaml says why.
BY_HAND = {"secret.example.yaml", "service.yaml", "migrate.yaml"}
# What MySQL has unless it is told otherwise.
MAX_CONNECTIONS = 151

FILES = {path.name: list(yaml.safe_load_all(path.read_text())) for path in FOLDER.glob("*.yaml")}
THINGS = [thing for name, things in FILES.items() if name != "kustomization.yaml" for thing in things]


def of(kind, name=None):
    return [t for t in THINGS if t["kind"] == kind and name in (None, t["metadata"].get("name"))]


def one(kind, name):
    (found,) = of(kind, name)
    return found


def pod(thing):
    return thing["spec"]["template"]["spec"]


def parlance():
    """All that runs the server's image."""
    return [*(d for d in of("Deployment") if d["metadata"]["name"].startswith("parlance-")), *of("Job")]


def selects(selector, thing):
    labels = thing["spec"]["template"]["metadata"]["labels"]
    return selector.items() <= labels.items()


def server_rust(name):
    (seconds,) = re.findall(rf"const {name}: Duration = Duration::from_secs\((\d+)\)", (ROOT / "src/server/serve.rs").read_text())
    return int(seconds)


class Manifests(unittest.TestCase):
    def test_each_is_valid_and_has_no_unknown_field(self):
        for thing in THINGS:
            # The checker wants a name to speak of; Kubernetes makes one.
            named = thing | {"metadata": {"name": "made"} | thing["metadata"]}
            kubernetes_validate.validate(named, KUBERNETES, strict=True)
            self.assertIn(thing["metadata"].get("namespace", "parlance"), "parlance")
            self.assertTrue(thing["kind"] == "Namespace" or "namespace" in thing["metadata"], thing["metadata"])

    def test_every_file_is_applied_or_known_to_be_made_by_hand(self):
        (kustomization,) = FILES["kustomization.yaml"]
        self.assertEqual(set(kustomization["resources"]) | BY_HAND, set(FILES) - {"kustomization.yaml"})
        self.assertFalse(set(kustomization["resources"]) & BY_HAND)

    def test_what_operators_are_told_to_do_is_not_undone_by_applying_again(self):
        (kustomization,) = FILES["kustomization.yaml"]
        self.assertEqual(set(kustomization), {"apiVersion", "kind", "resources"}, "it changes nothing in the files")
        for color in ("blue", "green"):
            self.assertNotIn("replicas", one("Deployment", f"parlance-{color}")["spec"], "they are scaled by hand")
        blocks = re.findall(r"^```console\n(.*?)^```$", (ROOT / "docs/operations.md").read_text(), re.M | re.S)
        commands = [line for block in blocks for line in block.splitlines() if re.search(r"\bkubectl\b|editor deploy/k", line)]
        self.assertGreater(len(commands), 10)
        edited = set()
        for command in commands:
            files = re.findall(r"deploy/kubernetes/(\S+\.yaml)", command)
            verb = re.search(r"editor|kubectl (?:-n parlance )?(\w+)", command)[1]
            match verb:
                case None:
                    edited |= set(files)
                case "apply":
                    self.assertLessEqual(set(files), set(kustomization["resources"]), command)
                case "create":
                    self.assertLessEqual(set(files), BY_HAND, command)
                # Not in the files: see above.
                case "scale" | "wait":
                    self.assertEqual(files, [], command)
                case _:
                    self.fail(f"what the files say is changed in the cluster alone: {command}")
        self.assertEqual(edited, {"migrate.yaml", "green.yaml"}, "an upgrade writes its image into the files")
        for file, verb in (("migrate.yaml", "create"), ("green.yaml", "apply")):
            self.assertTrue(any(f"kubectl {verb} -f deploy/kubernetes/{file}" in command for command in commands), file)

    def test_blue_and_green_differ_in_nothing_but_the_colour(self):
        blue, green = ((FOLDER / f"{color}.yaml").read_text() for color in ("blue", "green"))
        as_green = blue.replace("parlance-blue", "parlance-green").replace("color: blue", "color: green")
        self.assertEqual(as_green, green)

    def test_all_run_one_image_as_the_commands_of_the_program(self):
        self.assertEqual({d["metadata"].get("name", "job") for d in parlance()}, {"parlance-blue", "parlance-green", "job"})
        images = {pod(thing)["containers"][0]["image"] for thing in parlance()}
        version = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
        self.assertEqual(images, {f"registry.example.org/parlance:{version}"})
        self.assertIn('ENTRYPOINT ["parlance"]', (ROOT / "Dockerfile").read_text())
        program = os.environ["PARLANCE"]
        for thing in parlance():
            subprocess.run([program, *pod(thing)["containers"][0]["args"], "--help"], check=True, stdout=subprocess.DEVNULL)

    def test_selectors_find_what_they_mean(self):
        for deployment in of("Deployment"):
            self.assertTrue(selects(deployment["spec"]["selector"]["matchLabels"], deployment))
        found = lambda selector: {d["metadata"].get("name") for d in [*of("Deployment"), *of("Job")] if selects(selector, d)}
        service = one("Service", "parlance")["spec"]
        for color in ("blue", "green"):
            self.assertEqual(found(service["selector"] | {"color": color}), {f"parlance-{color}"})
        self.assertEqual(found(one("Service", "nats")["spec"]["selector"]), {"nats"})
        both = {"parlance-blue", "parlance-green"}
        # One budget for both would let the idle colour use up what the live one needs; a pod with two cannot be drained.
        budgets = sorted(sorted(found(b["spec"]["selector"]["matchLabels"])) for b in of("PodDisruptionBudget"))
        self.assertEqual(budgets, [["parlance-blue"], ["parlance-green"]])
        self.assertEqual(found(one("NetworkPolicy", "parlance")["spec"]["podSelector"]["matchLabels"]), both)
        (peer,) = one("NetworkPolicy", "nats")["spec"]["ingress"][0]["from"]
        self.assertEqual(found(peer["podSelector"]["matchLabels"]), both)
        targets = {h["spec"]["scaleTargetRef"]["name"] for h in of("HorizontalPodAutoscaler")}
        self.assertEqual(targets, both)
        (spread,) = {str(pod(d).get("topologySpreadConstraints", [{}])[0].get("labelSelector", {}).get("matchLabels")
                         == d["spec"]["selector"]["matchLabels"]) for d in of("Deployment") if d["metadata"]["name"] != "nats"}
        self.assertEqual(spread, "True")

    def test_ports_meet(self):
        ports = {p["name"]: p["containerPort"] for d in of("Deployment") for p in pod(d)["containers"][0]["ports"]}
        for service in of("Service"):
            for port in service["spec"]["ports"]:
                self.assertIn(port["targetPort"], ports)
        for policy in of("NetworkPolicy"):
            for rule in policy["spec"]["ingress"]:
                self.assertTrue(all(port["port"] in ports for port in rule["ports"]))
        (path,) = one("Ingress", "parlance")["spec"]["rules"][0]["http"]["paths"]
        backend = path["backend"]["service"]
        self.assertIn(backend["port"]["name"], [p["name"] for p in one("Service", backend["name"])["spec"]["ports"]])
        listens = one("ConfigMap", "parlance")["data"]["PARLANCE_LISTEN"]
        self.assertEqual(listens, f"0.0.0.0:{ports['http']}")
        url = one("Secret", "parlance")["stringData"]["PARLANCE_NATS_URL"]
        self.assertTrue(url.endswith(f"@nats:{ports['client']}"))

    def test_probes_hit_routes_that_the_server_has(self):
        asked = set()
        for deployment in parlance():
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                if deployment["kind"] == "Job":
                    continue
                get = pod(deployment)["containers"][0][probe]["httpGet"]
                self.assertEqual(get["port"], "http")
                with urllib.request.urlopen(os.environ["SERVER"] + get["path"], timeout=10) as answer:
                    self.assertEqual(answer.status, 200)
                asked.add((probe, get["path"]))
        # A database that is away must not have pods killed.
        self.assertIn(("livenessProbe", "/healthz"), asked)
        self.assertIn(("readinessProbe", "/readyz"), asked)

    def test_a_pod_may_take_as_long_to_start_and_to_stop_as_the_server_does(self):
        (patience,) = re.findall(r"const PATIENCE: u32 = (\d+)", (ROOT / "src/store/migrations.rs").read_text())
        for deployment in of("Deployment"):
            if deployment["metadata"]["name"] == "nats":
                continue
            container = pod(deployment)["containers"][0]
            pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
            self.assertGreater(pod(deployment)["terminationGracePeriodSeconds"], pause + server_rust("PATIENCE") + 1)
            startup = container["startupProbe"]
            self.assertGreater(startup["periodSeconds"] * startup["failureThreshold"], int(patience))

    def test_every_setting_is_one_and_its_value_is_accepted(self):
        told = dict(one("ConfigMap", "parlance")["data"]) | one("Secret", "parlance")["stringData"]
        known = set(re.findall(r"\[env: (\w+)", subprocess.run(
            [os.environ["PARLANCE"], "--help"], check=True, capture_output=True, text=True, env={}).stdout))
        self.assertFalse(set(told) - known, "not settings of the program")
        for name, value in told.items():
            self.assertIsInstance(value, str, f"{name} must be a string")
        for thing in parlance():
            for variable in pod(thing)["containers"][0].get("env", []):
                self.assertIn(variable["name"], known)
            sources = [list(source.values())[0]["name"] for source in pod(thing)["containers"][0]["envFrom"]]
            self.assertEqual(sources, ["parlance", "parlance"])
        check = lambda told: subprocess.run([os.environ["PARLANCE"], "check"], env=told, capture_output=True, text=True)
        # On the database of the server that runs; an example that nobody has filled in serves nobody.
        told["DATABASE_URL"] = os.environ["DATABASE_URL"]
        self.assertIn("PARLANCE_SECRET_KEY", check(told).stderr)
        done = check(told | {"PARLANCE_SECRET_KEY": "x" * 48})
        self.assertEqual(done.returncode, 0, done)

    def test_no_wide_network_is_believed_to_be_proxies(self):
        (told,) = one("ConfigMap", "parlance")["data"]["PARLANCE_TRUSTED_PROXIES"].split(",")
        network = ipaddress.ip_network(told)
        self.assertTrue(any(network.subnet_of(ipaddress.ip_network(of_examples)) for of_examples in
                            ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")), "it is to be filled in")
        for file in (ROOT / "deploy").rglob("*"):
            if file.is_file():
                for told in re.findall(r"^\s*PARLANCE_TRUSTED_PROXIES[:=]\s*(\S+)", file.read_text(), re.M):
                    for network in told.split(","):
                        self.assertLessEqual(ipaddress.ip_network(network).num_addresses, 256, f"{file}: {network}")

    def test_what_clients_say_of_their_address_is_dropped_where_a_controller_can_be_told(self):
        annotations = one("Ingress", "parlance")["metadata"]["annotations"]
        self.assertEqual(annotations["haproxy.org/request-set-header"], "X-Forwarded-For %[src]")
        # Should that come to nothing, the last address is still that which the controller sees.
        self.assertEqual(annotations["haproxy.org/forwarded-for"], "true")

    def test_the_database_has_room_for_all_pods_of_both_colours(self):
        pods = sum(h["spec"]["maxReplicas"] for h in of("HorizontalPodAutoscaler"))
        pool = int(one("ConfigMap", "parlance")["data"]["PARLANCE_POOL_SIZE"])
        self.assertLess(pods * pool, MAX_CONNECTIONS)

    def test_nothing_has_more_rights_than_it_needs(self):
        dockerfile = (ROOT / "Dockerfile").read_text()
        for thing in [*of("Deployment"), *of("Job")]:
            name = thing["metadata"].get("name", "job")
            security = pod(thing)["securityContext"]
            self.assertTrue(security["runAsNonRoot"], name)
            self.assertEqual(security["seccompProfile"]["type"], "RuntimeDefault", name)
            self.assertIs(pod(thing)["automountServiceAccountToken"], False, name)
            for container in pod(thing)["containers"]:
                security = container["securityContext"]
                self.assertTrue(security["readOnlyRootFilesystem"], name)
                self.assertIs(security["allowPrivilegeEscalation"], False, name)
                self.assertEqual(security["capabilities"], {"drop": ["ALL"]}, name)
                self.assertTrue(container["resources"]["limits"]["memory"], name)
        for thing in parlance():
            self.assertIn(f"USER {pod(thing)['securityContext']['runAsUser']}:", dockerfile)

    def test_time_outs_are_above_the_signs_of_life(self):
        text = subprocess.run([os.environ["PARLANCE"], "--help"], capture_output=True, text=True, env={}).stdout
        ping = int(re.search(r"PARLANCE_WS_PING=?\]\s*\[default: (\d+)s\]", text)[1])
        annotations = one("Ingress", "parlance")["metadata"]["annotations"]
        times = [int(re.sub(r"s$", "", v)) for k, v in annotations.items() if re.search("read-timeout|timeout-(server|tunnel)", k)]
        self.assertEqual(len(times), 4)
        self.assertTrue(all(time > 2 * ping for time in times), times)


if __name__ == "__main__":
    unittest.main()
