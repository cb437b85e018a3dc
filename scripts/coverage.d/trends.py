#!/usr/bin/env python3
"""What `allometry trends` says of series that are hard to read, and how often flat ones get a name.

  trends.py --before OLD --after NEW --worlds 400

First the named series, then the share of flat series (constant plus the stated noise) that are
called anything but flat or undecided at the nominal 10 %, then the largest jump of the printed
confidence when the standard error moves by one part in four hundred.
"""
import argparse
import json
import os
import subprocess
import tempfile

import numpy as np

NAMED = {
    "falls with noise 0.0790": ([0.62, 0.66, 0.49, 0.37], 0.0790, None),
    "falls with noise 0.0791": ([0.62, 0.66, 0.49, 0.37], 0.0791, None),
    "rise at the last size": ([0.25, 0.255, 0.248, 0.252, 0.41], 0.013, 0.25),
    "0.53, 0.74, 0.46, 0.46 +- 0.01": ([0.53, 0.74, 0.46, 0.46], 0.01, None),
    "0.18 to 0.295, chance 0.25": ([0.18, 0.21, 0.25, 0.27, 0.295], 0.013, 0.25),
}


def ask(binary, tasks, chance=None):
    """tasks: name -> (values, errors); returns the entries by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "t.csv")
        with open(path, "w") as handle:
            handle.write("N,task,accuracy,accuracy_stderr\n")
            for name, (values, errors) in tasks.items():
                for index, (value, error) in enumerate(zip(values, errors)):
                    handle.write(f"{int(7e7 * 3**index)},{name},{value:.6g},{error:.6g}\n")
        command = [binary, "trends", path, "--task", "task", "--error", "accuracy_stderr", "--json"]
        if chance:
            command += ["--chance", ",".join(f"{n}={c}" for n, c in chance.items())]
        out = subprocess.run(command, capture_output=True, text=True)
        if out.returncode != 0:
            raise SystemExit(out.stderr)
        return {entry["task"]: entry for entry in json.loads(out.stdout)["tasks"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before")
    parser.add_argument("--after")
    parser.add_argument("--worlds", type=int, default=400)
    args = parser.parse_args()
    binaries = [(n, b) for n, b in (("before", args.before), ("after", args.after)) if b]
    print("| series | " + " | ".join(n for n, _ in binaries) + " |")
    print("|---" * (1 + len(binaries)) + "|")
    for label, (values, error, chance) in NAMED.items():
        cells = []
        for _, binary in binaries:
            entry = ask(binary, {"t": (values, [error] * len(values))},
                        {"t": chance} if chance else None)["t"]
            cells.append(f"{entry['shape']} {100 * entry['probability']:.1f} %"
                         + (f", {entry.get('chance') or ('above' if entry.get('aboveChance') else 'at')}"
                            " chance" if chance and not entry.get("chance") else
                            f", {entry['chance']}" if chance else ""))
        print(f"| {label} | " + " | ".join(cells) + " |", flush=True)
    for count in (4, 5, 8):
        rng = np.random.default_rng([11, 11, count])
        tasks = {f"t{world}": (0.5 + 0.02 * rng.normal(size=count), [0.02] * count)
                 for world in range(args.worlds)}
        cells = []
        for _, binary in binaries:
            entries = ask(binary, tasks)
            named = sum(e["shape"] not in ("flat", "undecided") for e in entries.values())
            cells.append(f"{100 * named / len(entries):.1f} %")
        print(f"| flat, {count} sizes: named | " + " | ".join(cells) + " |", flush=True)
    rng = np.random.default_rng([11, 12])
    cells = []
    for _, binary in binaries:
        worst = 0.0
        for world in range(12):
            rng = np.random.default_rng([11, 12, world])
            values = 0.5 - 0.08 * np.arange(4) + 0.06 * rng.normal(size=4)
            errors = 0.03 * 1.0025 ** np.arange(400)
            entries = ask(binary, {f"t{i:03d}": (values, [e] * 4) for i, e in enumerate(errors)})
            seen = np.array([entries[f"t{i:03d}"]["probability"] for i in range(len(errors))])
            worst = max(worst, np.abs(np.diff(seen)).max())
        cells.append(f"{100 * worst:.1f} points")
    print("| largest jump of the confidence for 0.25 % of the error | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
