"""docs/operations.md and SECURITY.md name what there is: files, settings, commands, and what /readyz says."""
import os, re, subprocess, unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()


class Documents(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for name, text in (("docs/operations.md", OPERATIONS), ("SECURITY.md", SECURITY)):
            for link in re.findall(r"\]\(([^)#]*)(?:#[^)]*)?\)", text):
                if link and not link.startswith("http") and link != "observability.md":
                    self.assertTrue((ROOT / name).parent.joinpath(link).exists(), f"{name}: {link}")
        anchors = {re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
                   for line in OPERATIONS.splitlines() if line.startswith("#")}
        for anchor in re.findall(r"\]\(#([^)]*)\)", OPERATIONS):
            self.assertIn(anchor, anchors)

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


if __name__ == "__main__":
    unittest.main()
