"""What documents name is there: what they link to, and in docs/operations.md and SECURITY.md files, settings, tests, what
/readyz and the log say, and the commands of the no-loss proof."""
import os, re, subprocess, unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()


def anchors(text):
    """The headings of a document as links name them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), flags=re.M)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


class Documents(unittest.TestCase):
    def test_links_lead_somewhere(self):
        tracked = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        self.assertGreater(len(tracked), 20)
        for name in tracked:
            for link, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", (ROOT / name).read_text()):
                if link.startswith("http"):
                    continue
                target = (ROOT / name).parent / link if link else ROOT / name
                self.assertTrue(target.exists(), f"{name}: {link}")
                if anchor and target.suffix == ".md":
                    self.assertIn(anchor, anchors(target.read_text()), f"{name}: {link}#{anchor}")

    def test_tests_that_are_named_are_there(self):
        names = re.findall(r"`(\w+)::(\w+)`", SECURITY)
        self.assertGreater(len(names), 10)
        for file, name in names:
            self.assertIn(f"fn {name}(", (ROOT / f"tests/it/{file}.rs").read_text(), f"{file}::{name}")

    def test_settings_and_files_that_are_named_are_there(self):
        program = os.environ["PARLANCE"]
        known = subprocess.run([program, "--help"], capture_output=True, text=True, env={}).stdout
        for text in (OPERATIONS, SECURITY):
            for name in set(re.findall(r"PARLANCE_[A-Z_]+[A-Z]", text)):
                self.assertRegex(known, rf"\[env: {name}\b", name)
        for file in set(re.findall(r"(?:deploy|tests)/[\w./@-]+\w", OPERATIONS + SECURITY)):
            self.assertTrue((ROOT / file).exists(), file)

    def test_what_readyz_says_is_explained(self):
        source = (ROOT / "src/domain/operations.rs").read_text() + (ROOT / "src/live/bus/mod.rs").read_text()
        health = (ROOT / "src/store/health.rs").read_text()
        for sentence in ("not migrated:", "an acknowledged message could be lost", "NATS is away:", "NATS cannot be used:",
                         "the database does not answer; the log says why"):
            self.assertIn(sentence, source)
            self.assertIn(sentence, OPERATIONS)
        for name in re.findall(r'\("(\w+)", "\w+"\)', health):
            self.assertIn(name, OPERATIONS)

    def test_what_the_log_says_of_wrong_passwords_is_what_the_server_logs(self):
        source = (ROOT / "src/domain/sessions/password.rs").read_text()
        alert = re.search(r"^### ParlancePasswordGuessing$(.*?)(?=^### |\Z)", (ROOT / "docs/observability.md").read_text(), re.M | re.S)[1]
        for said in ("login.failed", "the password of who is signed in was wrong"):
            self.assertIn(f'"{said}"', source)
            self.assertIn(f"`{said}`", alert)

    def test_the_proof_is_run_as_its_document_says(self):
        commands = re.findall(r"^//!   (cargo test .*)$", (ROOT / "tests/chaos/main.rs").read_text(), re.M)
        self.assertEqual(commands, re.findall(r"^\$ (cargo test .*)$", (ROOT / "docs/no-loss.md").read_text(), re.M))


if __name__ == "__main__":
    unittest.main()
