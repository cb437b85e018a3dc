"""Iso-FLOP fits: the exponents of the optimal size and tokens.

Losses are E + A N^-alpha + B D^-beta (Hoffmann et al. 2022, table A3: 1.69, 406.4, 410.7, 0.34,
0.28) along budgets, times a normal factor of the stated noise. The truth is beta/(alpha + beta)
where C = 6 N D. In the last design C counts FLOPs a token as 9 N^0.975, for which a is
beta/(alpha + 0.975 beta) and b = 1 - 0.975 a.
"""

import argparse
import csv
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

E, A, B, ALPHA, BETA = 1.69, 406.4, 410.7, 0.34, 0.28

# name, budgets, sizes, half-width in ln N, shift of the grid, drift a decade of C, power of N in C
DESIGNS = [
    ("narrow, 5 sizes, 4 budgets", 4, 5, 1.0, 0.0, 0.0, 1.0),
    ("narrow, 7 sizes, 6 budgets", 6, 7, 1.2, 0.0, 0.0, 1.0),
    ("wide, 12 sizes, 9 budgets", 9, 12, 2.5, 0.0, 0.0, 1.0),
    ("wide, centre drifts", 6, 9, 2.5, 0.0, 0.4, 1.0),
    ("off centre by a factor 2.2, drifts", 5, 9, 2.0, -0.8, 0.3, 1.0),
    ("very wide, off centre, drifts", 7, 9, 4.0, 1.0, 0.6, 1.0),
    ("C is 9 N^0.975 D", 6, 7, 1.6, 0.3, 0.2, 0.975),
]
NOISES = [0.0, 0.002, 0.005]


def table(generator, design, noise):
    _, budgets, sizes, half, shift, drift, power = design
    factor = 6 if power == 1 else 9
    rows = []
    for compute in np.geomspace(6e18, 6e18 * 10**2.5, budgets):
        # Minimise over N at F(N) D = C: alpha A N^-alpha = power beta B D^-beta.
        scale = ALPHA * A / (power * BETA * B) * (compute / factor) ** BETA
        best = np.log(scale) / (ALPHA + power * BETA)
        decades = np.log10(compute / 6e18) - 1.25
        x = best + shift + drift * decades + np.linspace(-half, half, sizes)
        n = np.exp(x)
        d = compute / (factor * n**power)
        loss = E + A * n**-ALPHA + B * d**-BETA
        loss *= 1 + noise * generator.standard_normal(sizes)
        rows += [(a, b, compute, c) for a, b, c in zip(n, d, loss)]
    return rows


def fitted(binary, rows, folder):
    path = Path(folder) / "runs.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["N", "D", "C", "loss"])
        writer.writerows([[repr(float(x)) for x in row] for row in rows])
    command = [binary, "fit", str(path), "--law", "isoflop", "--json", "--resamples", "400"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    return json.loads(done.stdout)["parameters"]


def measured(binary, design, noise, worlds):
    truth = BETA / (ALPHA + design[6] * BETA)
    targets = {"a": truth, "b": 1 - design[6] * truth}
    held = {"a": 0, "b": 0}
    errors, widths, lost = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        for world in range(worlds):
            rows = table(np.random.default_rng(10_000 + world), design, noise)
            found = fitted(binary, rows, folder)
            if found is None or found["a"].get("low") is None:
                lost += 1
                continue
            for name, target in targets.items():
                # A noise-free table leaves rounding; nothing finer than 1e-9 is claimed.
                low, high = found[name]["low"] - 1e-9, found[name]["high"] + 1e-9
                held[name] += low <= target <= high
            errors.append(found["a"]["value"] - truth)
            widths.append(found["a"]["high"] - found["a"]["low"])
    count = worlds - lost
    if count == 0:
        return "refused"
    text = f"{100 * held['a'] / count:.0f} % ({np.median(errors):+.4f}, width {np.median(widths):.3f})"
    if design[6] != 1:
        text += f"; b {100 * held['b'] / count:.0f} %"
    return text + (f", {lost} refused" if lost else "")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", required=True)
    parser.add_argument("--after", required=True)
    parser.add_argument("--worlds", type=int, default=100)
    arguments = parser.parse_args()
    print(
        f"{arguments.worlds} tables a row (one where there is no noise), nominal 90 %. In brackets"
        " the median error of a and the median width of its interval.\n"
    )
    print("| design | noise | before | after |")
    print("|---|---|---|---|")
    for design in DESIGNS:
        for noise in NOISES:
            worlds = arguments.worlds if noise else 1
            cells = [
                measured(binary, design, noise, worlds)
                for binary in (arguments.before, arguments.after)
            ]
            print(f"| {design[0]} | {100 * noise:g} % | {cells[0]} | {cells[1]} |", flush=True)


if __name__ == "__main__":
    main()
