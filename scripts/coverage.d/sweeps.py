#!/usr/bin/env python3
"""Coverage of the optima of raw sweeps and of their power laws, over planted worlds.

Worlds are written here from the formula of the step law, lr* = c N^a D^b, and a valley of ln loss
around it; the command is run on each and its nominal 90 % intervals are counted. `--before` is a
build that fits rows of a raw sweep as if each were an optimum.
"""
import argparse, json, os, subprocess, tempfile
import numpy as np

TRUTH = {"a": -0.7, "b": 0.3}


def world(rng, noise, between, skew, rates, sizes):
    lines = ["N,D,lr,loss"]
    optima = {}
    for n in sizes:
        for d in (2e9, 1e10, 5e10):
            best = 1.8 * n**-0.7 * d**0.3 * np.exp(between * rng.normal())
            optima[n, d] = best
            floor = 1.7 + 400 * n**-0.34 + 400 * d**-0.28
            for lr in rates:
                x = np.log(lr / best)
                loss = floor * np.exp(0.006 * x**2 + skew * x**3 + noise * rng.normal())
                lines.append(f"{n:.6g},{d:.6g},{lr:.6g},{loss:.6g}")
    return "\n".join(lines) + "\n", optima


def run(binary, table, seed):
    out = subprocess.run(
        [binary, "fit", table, "--law", "learning-rate", "--seed", str(seed), "--json",
         "--resamples", "400"], capture_output=True, text=True)
    return json.loads(out.stdout) if out.returncode == 0 else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before")
    parser.add_argument("--after", required=True)
    parser.add_argument("--worlds", type=int, default=40)
    options = parser.parse_args()
    wide = [1.2e-4 * 2**k for k in range(9)]
    coarse = [1e-4 * 4**k for k in range(6)]
    sizes = (6e7, 2e8, 6e8)
    designs = [
        ("9 rates a factor 2 apart, noise 0.1 %", 0.001, 0.0, 0.0, wide, sizes),
        ("the same, optima scatter by 10 %", 0.001, 0.1, 0.0, wide, sizes),
        ("the same, skewed valley", 0.001, 0.1, 0.0012, wide, sizes),
        ("6 rates a factor 4 apart, skewed", 0.001, 0.05, 0.0006, coarse, sizes),
        ("noise 0.3 %", 0.003, 0.0, 0.0, wide, sizes),
        ("2 sizes", 0.001, 0.05, 0.0, wide, (6e7, 6e8)),
    ]
    print("| raw sweep of learning rates | quantity | before | after |")
    print("|---|---|---|---|")
    for name, noise, between, skew, rates, ladder in designs:
        counts = {}
        for index in range(options.worlds):
            rng = np.random.default_rng([7, index])
            text, optima = world(rng, noise, between, skew, rates, ladder)
            with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as file:
                file.write(text)
            for label, binary in (("before", options.before), ("after", options.after)):
                if not binary:
                    continue
                fit = run(binary, file.name, index)
                if fit is None:
                    continue
                for key, truth in TRUTH.items():
                    parameter = fit["parameters"][key]
                    inside = parameter["low"] <= truth <= parameter["high"]
                    counts.setdefault((f"exponent {key}", label), []).append(inside)
                for cell in (fit.get("sweep") or {}).get("cells", []):
                    best = optima[min(optima, key=lambda k: abs(np.log(k[0] / cell["columns"]["N"]))
                                      + abs(np.log(k[1] / cell["columns"]["D"])))]
                    axis = cell["optimum"]["lr"]
                    low, high = axis.get("low") or 0, axis.get("high") or np.inf
                    counts.setdefault(("optimum of a cell", label), []).append(low <= best <= high)
            os.unlink(file.name)
        for quantity in ("exponent a", "exponent b", "optimum of a cell"):
            def share(label):
                values = counts.get((quantity, label))
                return f"{100 * np.mean(values):.0f} %" if values else "–"
            print(f"| {name} | {quantity} | {share('before')} | {share('after')} |")


main()
