#!/usr/bin/env python3
"""How often `allometry compare a.json b.json` is sure of a difference that is not there.

Two tables follow one power law (planted with NumPy); both are fitted and saved with the default
seed, so their refits share random numbers index by index. P(better at the target) outside 5 to
95 % should happen in about 10 % of pairs; a table compared with itself must give a ratio of 1.

  compare_saved_fits.py --before OLD --after NEW --worlds 100
"""
import argparse
import json
import os
import subprocess
import tempfile

import numpy as np

DESIGNS = {"8 sizes": (8, 1), "6 x 3": (6, 3), "16 sizes": (16, 1)}


def table(rng, rungs, seeds, path):
    compute = np.repeat(np.logspace(16, 18, rungs), seeds)
    loss = 20 * compute**-0.05 * np.exp(0.005 * rng.normal(size=compute.size))
    with open(path, "w") as handle:
        handle.write("C,loss\n")
        for c, value in zip(compute, loss):
            handle.write(f"{c:.8g},{value:.10g}\n")


def run(binary, *arguments):
    out = subprocess.run([binary, *arguments, "--json"], capture_output=True, text=True)
    if out.returncode != 0:
        raise SystemExit(out.stderr)
    return out.stdout


def sure(binary, folder, paths):
    saved = []
    for path in paths:
        text = run(binary, "fit", path, "--law", "power", "--objective", "squared-log",
                   "--resamples", "400", "--threads", "1")
        saved.append(path.replace(".csv", ".json"))
        with open(saved[-1], "w") as handle:
            handle.write(text)
    answer = json.loads(run(binary, "compare", *saved))
    p = answer["probabilityAtTarget"]
    same = json.loads(run(binary, "compare", saved[0], saved[0]))["worth"]["target"]["multiplier"]
    return p < 0.05 or p > 0.95, same["value"] == 1 and same["low"] == 1 and same["high"] == 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before")
    parser.add_argument("--after")
    parser.add_argument("--worlds", type=int, default=60)
    args = parser.parse_args()
    binaries = [(n, b) for n, b in (("before", args.before), ("after", args.after)) if b]
    print("| design | worlds | " + " | ".join(f"sure of nothing, {n}" for n, _ in binaries)
          + " | itself is 1 exactly |")
    print("|---|---:" + "|---:" * (len(binaries) + 1) + "|")
    for name, (rungs, seeds) in DESIGNS.items():
        counts = [0] * len(binaries)
        exact = 0
        for world in range(args.worlds):
            with tempfile.TemporaryDirectory() as folder:
                paths = [os.path.join(folder, f"{arm}.csv") for arm in "ab"]
                for arm, path in enumerate(paths):
                    table(np.random.default_rng([11, 5, world, arm, rungs, seeds]), rungs, seeds, path)
                for slot, (_, binary) in enumerate(binaries):
                    found, same = sure(binary, folder, paths)
                    counts[slot] += found
                exact += same
        shares = " | ".join(f"{100 * c / args.worlds:.0f} %" for c in counts)
        print(f"| {name} | {args.worlds} | {shares} | {exact}/{args.worlds} |", flush=True)


if __name__ == "__main__":
    main()
