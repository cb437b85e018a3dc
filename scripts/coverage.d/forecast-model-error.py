#!/usr/bin/env python3
"""Forecasts beyond the data by laws that are not the truth.

Tables are planted from one form and fitted with another; the run at 3, 10 and 30 times the largest
compute is drawn from the truth. Each cell says how many nominal 90 % intervals of a single run hold
it, and their median width as a share of the outcome. The last rows are laws that are right.
"""

import argparse
import json
import sys

import numpy as np

from _forms import BANK, Scratch, beyond, grid

FACTORS = [3, 10, 30]
NOISES = [0.001, 0.004, 0.01]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before")
    parser.add_argument("--after", required=True)
    parser.add_argument("--worlds", type=int, default=20, help="tables of each world")
    parser.add_argument("--only", help="part of a world's or law's name")
    parser.add_argument("--dump", help="write every forecast as JSON lines")
    options = parser.parse_args()
    binaries = {k: v for k, v in (("before", options.before), ("after", options.after)) if v}
    dump = open(options.dump, "w") if options.dump else None
    print("| truth | fitted law | × compute | " + " | ".join(
        f"{k}: held, width" for k in binaries) + " |")
    print("|---|---|---|" + "---|" * len(binaries))
    totals = {}
    with Scratch() as scratch:
        for index, world in enumerate(BANK):
            if options.only and options.only not in f"{world.name}>{world.law}":
                continue
            results = {}
            for seed in range(options.worlds):
                rng = np.random.default_rng([index, seed])
                noise = NOISES[seed % len(NOISES)]
                n, d, loss, truth = world.table(rng, grid(rng, world.single), noise)
                places = [beyond(n, d, factor) for factor in FACTORS]
                runs = [truth(*p) * np.exp(noise * rng.standard_normal()) for p in places]
                for kind, binary in binaries.items():
                    fitted = scratch.fit(
                        binary, ["N", "D", "loss"], zip(n, d, loss), world.law, "--resamples",
                        "300", *world.options)
                    if fitted is None:
                        continue
                    saved, document = fitted
                    answers = scratch.forecast(binary, saved, [dict(N=p[0], D=p[1]) for p in places])
                    if answers is None:
                        continue
                    for factor, answer, run in zip(FACTORS, answers, runs):
                        low, high = answer["run"].get("low"), answer["run"].get("high")
                        if low is None or high is None:
                            continue
                        key = (kind, factor)
                        results.setdefault(key, []).append(
                            (low <= run <= high, (high - low) / run))
                        if dump and kind == "after":
                            dump.write(json.dumps(dict(
                                world=world.name, law=world.law, right=world.right, seed=seed,
                                noise=noise, factor=factor, run=run, forecast=answer,
                                validation=document.get("validation"),
                                modelError=document.get("modelError"),
                                scatter=document["scatter"],
                                tail=document["interval"]["tail"],
                                ranges=document["ranges"],
                                objective=document["objective"]["name"])) + "\n")
            for factor in FACTORS:
                cells = []
                for kind in binaries:
                    rows = results.get((kind, factor), [])
                    held = sum(row[0] for row in rows)
                    width = np.median([row[1] for row in rows]) if rows else float("nan")
                    group = "right" if world.right else "wrong"
                    entry = totals.setdefault((group, kind, factor), [0, 0, []])
                    entry[0] += held
                    entry[1] += len(rows)
                    entry[2] += [row[1] for row in rows]
                    cells.append(f"{held}/{len(rows)}, {100 * width:.2f} %")
                print(f"| {world.name} | {world.law} | {factor} | " + " | ".join(cells) + " |")
            sys.stdout.flush()
    for group in ("wrong", "right"):
        for factor in FACTORS:
            cells = []
            for kind in binaries:
                held, count, widths = totals.get((group, kind, factor), [0, 0, []])
                share = held / count if count else float("nan")
                width = np.median(widths) if widths else float("nan")
                cells.append(f"**{100 * share:.0f} %** of {count}, {100 * width:.2f} %")
            name = "all whose law is wrong" if group == "wrong" else "all whose law is right"
            print(f"| **{name}** | | {factor} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
