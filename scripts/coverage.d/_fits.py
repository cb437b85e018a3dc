"""What the coverage checks of fits share: planted tables from the papers' formulas, and the binary.

The planted law is Hoffmann et al. (2022), L = E + A/N^alpha + B/D^beta, written here from the
paper and not from the program under test.
"""

import argparse
import json
import os
import subprocess
import tempfile

import numpy as np

TRUTH = {"E": 1.69, "A": 406.4, "B": 410.7, "alpha": 0.34, "beta": 0.28}


def loss(n, d, t=TRUTH):
    return t["E"] + t["A"] / n ** t["alpha"] + t["B"] / d ** t["beta"]


def best_size(compute, t=TRUTH):
    """N* of the paper's closed form at C = 6 N D."""
    g = (t["alpha"] * t["A"] / (t["beta"] * t["B"])) ** (1 / (t["alpha"] + t["beta"]))
    return g * (compute / 6) ** (t["beta"] / (t["alpha"] + t["beta"]))


def exponent(t=TRUTH):
    return t["beta"] / (t["alpha"] + t["beta"])


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", help="the binary of the state before")
    parser.add_argument("--after", required=True, help="the binary of the state after")
    parser.add_argument("--worlds", type=int, default=100)
    return parser.parse_args()


class Fit:
    """One table fitted by one binary."""

    def __init__(self, binary, rows, options=(), header="N,D,loss"):
        self.binary = binary
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "runs.csv")
        with open(self.path, "w") as file:
            file.write(header + "\n")
            for row in rows:
                file.write(",".join(x if isinstance(x, str) else repr(float(x)) for x in row) + "\n")
        result = subprocess.run(
            [binary, "fit", self.path, "--json", "--threads", "1", *options],
            capture_output=True, text=True)
        self.error = result.stderr
        self.json = json.loads(result.stdout) if result.returncode == 0 else None
        self.saved = os.path.join(self.folder.name, "fit.json")
        with open(self.saved, "w") as file:
            file.write(result.stdout)

    def interval(self, name):
        p = (self.json or {"parameters": {}})["parameters"].get(name, {})
        return p.get("low"), p.get("high")

    def ask(self, command, *options):
        result = subprocess.run(
            [self.binary, command, self.saved, "--json", *options], capture_output=True, text=True)
        return json.loads(result.stdout) if result.returncode == 0 else None


class Tally:
    """How often intervals held the truth, were refused, and how wide they were."""

    def __init__(self):
        self.hits = self.total = self.refused = 0
        self.widths = []

    def add(self, interval, truth):
        self.total += 1
        low, high = interval
        number = lambda x: isinstance(x, (int, float)) and np.isfinite(x)
        if not number(low) or not number(high):
            self.refused += 1
            return
        self.hits += low <= truth <= high
        self.widths.append(high - low)

    def text(self):
        given = self.total - self.refused
        share = f"{100 * self.hits / given:.0f} %" if given else "none given"
        width = f", width {np.median(self.widths):.2g}" if self.widths else ""
        refused = f", refused {100 * self.refused / self.total:.0f} %" if self.refused else ""
        return f"{share}{width}{refused}" if self.total else "–"


def header():
    print("| design | quantity | before | after |")
    print("|---|---|---|---|", flush=True)


def report(design, names, tallies):
    """Markdown rows: design, parameter, before, after."""
    for name in names:
        before = tallies["before"][name].text() if "before" in tallies else "–"
        print(f"| {design} | {name} | {before} | {tallies['after'][name].text()} |", flush=True)


def binaries(options):
    pairs = [("before", options.before), ("after", options.after)]
    return [(name, path) for name, path in pairs if path]
