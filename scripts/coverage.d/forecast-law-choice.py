#!/usr/bin/env python3
"""Forecasts and plans by a law that `--law auto` chose.

Tables of 4 x 4 runs with 0.7 % noise, planted from a known surface. For each the law is chosen by
`auto`, and forecasts of the mean at 3, 10 and 30 times the compute, and the tokens per parameter of
the plan at ten times it, are compared with the truth; the true law fitted alone stands beside. Each
cell says how many nominal 90 % intervals hold the truth, and their median width (of the logarithm
for the ratio).
"""

import argparse
import json

import numpy as np

from _forms import Scratch, beyond, chinchilla, command, coupled, kaplan

TRUTHS = [("chinchilla", chinchilla), ("coupled", coupled), ("kaplan", kaplan)]
FACTORS = [3, 10, 30]


def optimum(truth, compute):
    """The tokens per parameter at which the truth is lowest, by a fine scan."""
    n = 10 ** np.linspace(6, 14, 40001)
    best = np.argmin(truth(n, compute / (6 * n)))
    return compute / (6 * n[best] ** 2)


def ends(interval):
    """Both ends as numbers; infinite ones are written as words."""
    try:
        return float(interval["low"]), float(interval["high"])
    except (KeyError, TypeError, ValueError):
        return None


def holds(interval, value):
    both = ends(interval)
    return both is not None and both[0] <= value <= both[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before")
    parser.add_argument("--after", required=True)
    parser.add_argument("--worlds", type=int, default=24)
    options = parser.parse_args()
    binaries = {k: v for k, v in (("before", options.before), ("after", options.after)) if v}
    print("| truth | law | question | " + " | ".join(
        f"{k}: held, width" for k in binaries) + " |")
    print("|---|---|---|" + "---|" * len(binaries))
    with Scratch() as scratch:
        for index, (name, make) in enumerate(TRUTHS):
            counts = {}
            for seed in range(options.worlds):
                rng = np.random.default_rng([index, seed, 4])
                truth = make(rng)
                n, r = (x.ravel() for x in np.meshgrid(
                    10 ** np.linspace(7.5, 9, 4), 10 ** np.linspace(0.8, 2.2, 4)))
                d = n * r
                loss = truth(n, d) * np.exp(0.007 * rng.standard_normal(len(n)))
                places = [beyond(n, d, factor) for factor in FACTORS]
                budget = 10 * (6 * n * d).max()
                ratio = optimum(truth, budget)
                for kind, binary in binaries.items():
                    for law in ("auto", name):
                        fitted = scratch.fit(
                            binary, ["N", "D", "loss"], zip(n, d, loss), law, "--resamples", "300")
                        if fitted is None:
                            continue
                        answers = scratch.forecast(
                            binary, fitted[0], [dict(N=p[0], D=p[1]) for p in places])
                        for factor, answer, place in zip(FACTORS, answers or [], places):
                            cell = counts.setdefault((law, f"mean at {factor} ×", kind), [0, 0, []])
                            cell[1] += 1
                            cell[0] += holds(answer["law"], truth(*place))
                            both = ends(answer["law"])
                            if both is not None:
                                cell[2].append((both[1] - both[0]) / truth(*place))
                        text = command(
                            binary, "plan", fitted[0], "--compute", f"{budget:.6g}", "--json")
                        cell = counts.setdefault((law, "tokens per parameter", kind), [0, 0, []])
                        cell[1] += 1
                        if text is None:
                            continue
                        plan = json.loads(text)["plan"]["tokensPerParameter"]
                        cell[0] += holds(plan, ratio)
                        both = ends(plan)
                        if both is not None and both[0] > 0:
                            cell[2].append(np.log(both[1] / both[0]))
            for law in ("auto", name):
                total = {kind: [0, 0] for kind in binaries}
                for question in [f"mean at {f} ×" for f in FACTORS] + ["tokens per parameter"]:
                    cells = []
                    for kind in binaries:
                        held, count, widths = counts.get((law, question, kind), [0, 0, []])
                        width = 100 * np.median(widths) if widths else float("nan")
                        cells.append(f"{held}/{count}, {width:.1f} %")
                        if question.startswith("mean"):
                            total[kind][0] += held
                            total[kind][1] += count
                    print(f"| {name} | {law} | {question} | " + " | ".join(cells) + " |")
                print(f"| {name} | {law} | **means together** | " + " | ".join(
                    f"**{total[k][0]}/{total[k][1]}**" for k in binaries) + " |", flush=True)


if __name__ == "__main__":
    main()
