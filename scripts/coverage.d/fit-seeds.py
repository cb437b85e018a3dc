#!/usr/bin/env python3
"""Coverage of nominal 90 % intervals of fits where seeds are repeated at a design point."""

import numpy as np

from _fits import TRUTH, Fit, Tally, arguments, binaries, header, loss, report

DESIGNS = [
    # name, sizes, lengths per size, seeds, scatter of design points, scatter of seeds
    ("6 points x 3 seeds, points 0.3 %, seeds 0.03 %", 3, 2, 3, 0.003, 0.0003),
    ("9 points x 3 seeds, points 0.3 %, seeds 0.03 %", 3, 3, 3, 0.003, 0.0003),
    ("16 points x 3 seeds, points 0.3 %, seeds 0.03 %", 4, 4, 3, 0.003, 0.0003),
    ("16 points x 3 seeds, points 0.2 %, seeds 0.2 %", 4, 4, 3, 0.002, 0.002),
    ("16 points x 3 seeds, points 0, seeds 0.3 %", 4, 4, 3, 0.0, 0.003),
    ("30 points x 3 seeds, points 0.3 %, seeds 0.03 %", 6, 5, 3, 0.003, 0.0003),
]
PLACE = (7e9, 1.4e11)
NAMES = ["E", "alpha", "beta", "forecast at 7B, 140B", "single run there"]


def table(rng, sizes, lengths, seeds, points, noise):
    rows = []
    for n in np.geomspace(5e7, 1.6e9, sizes):
        for ratio in np.geomspace(5, 80, lengths):
            own = points * rng.standard_normal()
            for _ in range(seeds):
                value = loss(n, ratio * n) * np.exp(own + noise * rng.standard_normal())
                rows.append((n, ratio * n, value))
    return rows


def main():
    options = arguments()
    header()
    for name, sizes, lengths, seeds, points, noise in DESIGNS:
        tallies = {which: {q: Tally() for q in NAMES} for which, _ in binaries(options)}
        for world in range(options.worlds):
            rng = np.random.default_rng([world, sizes, lengths, int(points * 1e5)])
            rows = table(rng, sizes, lengths, seeds, points, noise)
            run = loss(*PLACE) * np.exp(np.hypot(points, noise) * rng.standard_normal())
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
