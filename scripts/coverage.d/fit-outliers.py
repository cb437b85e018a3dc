#!/usr/bin/env python3
"""Coverage where one run diverged, where rows are repeated ten-fold, and of clean tables."""

import numpy as np

from _fits import TRUTH, Fit, Tally, arguments, binaries, header, loss, report

PLACE = (7e9, 1.4e11)
NAMES = ["E", "alpha", "beta", "forecast at 7B, 140B", "single run there"]
NOISE = 0.003


def table(rng):
    return [(n, r * n, loss(n, r * n) * np.exp(NOISE * rng.standard_normal()))
            for n in np.geomspace(5e7, 5e9, 6) for r in np.geomspace(5, 80, 5)]


def diverged(rng):
    rows = table(rng)
    place = rng.integers(len(rows))
    rows[place] = (*rows[place][:2], 9.5)
    return rows


DESIGNS = [
    ("6 x 5 runs, 0.3 %", table),
    ("6 x 5 runs, each row ten times", lambda g: table(g) * 10),
    ("6 x 5 runs, one of them diverged (9.5)", diverged),
]


def main():
    options = arguments()
    header()
    for name, make in DESIGNS:
        tallies = {which: {q: Tally() for q in NAMES} for which, _ in binaries(options)}
        for world in range(options.worlds):
            rng = np.random.default_rng([world, 5])
            rows = make(rng)
            run = loss(*PLACE) * np.exp(NOISE * rng.standard_normal())
            for which, binary in binaries(options):
                fit = Fit(binary, rows, ["--law", "chinchilla", "--seed", str(world),
                                         "--resamples", "400"])
                for q in NAMES[:3]:
                    tallies[which][q].add(fit.interval(q), TRUTH[q])
                answer = fit.ask("forecast", "--at", f"N={PLACE[0]},D={PLACE[1]}")
                law = answer["forecasts"][0]["law"] if answer else {}
                one = answer["forecasts"][0]["run"] if answer else {}
                tallies[which][NAMES[3]].add((law.get("low"), law.get("high")), loss(*PLACE))
                tallies[which][NAMES[4]].add((one.get("low"), one.get("high")), run)
        report(name, NAMES, tallies)


if __name__ == "__main__":
    main()
