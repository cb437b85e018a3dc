#!/usr/bin/env python3
"""Plans from tables that cannot give them: the plan must hold the truth, or be refused.

An answer is right where the interval of N* holds the truth, or where the number is refused and the
bound that is given in its place is true.
"""

import numpy as np

from _fits import Fit, arguments, best_size, binaries, exponent, header, loss

COMPUTE = 1e24


def grid(rng, sizes, ratios, noise):
    return [(n, r * n, loss(n, r * n) * np.exp(noise * rng.standard_normal()))
            for n in sizes for r in ratios]


def lengths(rng, sizes, tokens, noise):
    return [(n, d, loss(n, d) * np.exp(noise * rng.standard_normal()))
            for n in sizes for d in tokens]


DESIGNS = [
    ("2 sizes x 8 lengths, 0.2 %", lambda g: lengths(g, [1e8, 1e9], np.geomspace(1e9, 1e11, 8), 2e-3)),
    ("8 sizes x 2 lengths, 0.2 %", lambda g: lengths(g, np.geomspace(5e7, 5e9, 8), [1e10, 1e11], 2e-3)),
    ("D = 20 N, 8 sizes, 0.2 %", lambda g: grid(g, np.geomspace(5e7, 5e9, 8), [20], 2e-3)),
    ("D = 20 N, 12 sizes, 0.05 %", lambda g: grid(g, np.geomspace(5e7, 5e9, 12), [20], 5e-4)),
    ("3 sizes x 5 lengths, 0.2 %", lambda g: grid(g, np.geomspace(5e7, 5e9, 3), np.geomspace(5, 80, 5), 2e-3)),
    ("4 sizes x 4 lengths, 0.3 %", lambda g: grid(g, np.geomspace(5e7, 5e9, 4), np.geomspace(5, 80, 4), 3e-3)),
    ("6 sizes x 5 lengths, 0.3 %", lambda g: grid(g, np.geomspace(5e7, 5e9, 6), np.geomspace(5, 80, 5), 3e-3)),
]


def number(x):
    return isinstance(x, (int, float)) and np.isfinite(x)


def judged(answer, key, truth):
    """Whether the answer is right, and whether it is a refusal."""
    if answer is None:
        return True, True
    x = answer["plan"][key]
    low = x.get("low") if number(x.get("low")) else -np.inf
    high = x.get("high") if number(x.get("high")) else np.inf
    refused = not number(x.get("value"))
    return low <= truth <= high and (refused or np.isfinite(high - low)), refused


def main():
    options = arguments()
    header()
    for name, make in DESIGNS:
        cells = {q: [] for q in ("size", "sizeExponent")}
        for which, binary in binaries(options):
            right = {q: 0 for q in cells}
            refused = {q: 0 for q in cells}
            for world in range(options.worlds):
                rows = make(np.random.default_rng([world, 77]))
                fit = Fit(binary, rows, ["--law", "chinchilla", "--seed", str(world),
                                         "--resamples", "400"])
                answer = fit.ask("plan", "--compute", str(COMPUTE)) if fit.json else None
                for q, truth in (("size", best_size(COMPUTE)), ("sizeExponent", exponent())):
                    good, withheld = judged(answer, q, truth)
                    right[q] += good
                    refused[q] += withheld
            for q in cells:
                n = options.worlds
                cells[q].append(f"right {100 * right[q] / n:.0f} %, refused {100 * refused[q] / n:.0f} %")
        for q, label in (("size", "N* at 1e24 FLOPs"), ("sizeExponent", "a")):
            before = cells[q][0] if options.before else "–"
            print(f"| {name} | {label} | {before} | {cells[q][-1]} |", flush=True)


if __name__ == "__main__":
    main()
