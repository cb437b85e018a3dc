#!/usr/bin/env python3
"""False alarms and power of `allometry compare` where rungs scatter on their own account.

Two arms that follow one law (or, for power, differ in the amplitude) are planted with NumPy from
the formula: ln loss = ln law + rung scatter + seed noise. Rung scatter is in units of the seeds'
standard deviation; it is the same in both arms (shared) or drawn for each (own). An alarm is a
verdict other than "no difference" at the nominal 5 %.

  compare_rungs.py --before OLD --after NEW --worlds 200

prints Markdown rows: design, scatter, alarms before and after; with --power a planted difference.
"""
import argparse
import json
import os
import subprocess
import tempfile

import numpy as np

SEED_NOISE = 3e-4
DESIGNS = {
    # name: (law, rungs, seeds)
    "4 x 3, power-constant": ("power-constant", 4, 3),
    "6 x 3, power-constant": ("power-constant", 6, 3),
    "6 x 1, power-constant": ("power-constant", 6, 1),
    "8 x 5, power-constant": ("power-constant", 8, 5),
    "6 x 3 (N, D), chinchilla": ("chinchilla", 6, 3),
    # The treatment's rungs lie between the baseline's, so nothing is shared.
    "6 x 3, other rungs, power-constant": ("power-constant", 6, 3),
}
# Six points of size and data that are not on one line, as the issue's.
SIZES = [3e7, 3e7, 1e8, 3e8, 3e8, 1e9]
TOKENS = [6e8, 6e9, 4e9, 3e9, 3e10, 2e10]


def law_of(law, rungs, shift):
    if law == "chinchilla":
        n, d = np.array(SIZES[:rungs]), np.array(TOKENS[:rungs])
        return {"N": n, "D": d}, 1.7 + 400 * n**-0.34 + 410 * d**-0.28
    c = shift * np.logspace(17, 20, rungs)
    return {"C": c}, 1.7 + 700 * c**-0.16


def tables(rng, law, rungs, seeds, scatter, shared, gain, folder, shift=1):
    common = rng.normal(size=rungs)
    paths = []
    for arm in (0, 1):
        columns, loss = law_of(law, rungs, shift**arm)
        own = common if shared else rng.normal(size=rungs)
        lines = [",".join(list(columns) + ["seed", "loss"])]
        floor = 1.7
        mean = floor + (loss - floor) * (1 - gain * arm)
        for rung in range(rungs):
            for seed in range(seeds):
                value = mean[rung] * np.exp(
                    SEED_NOISE * (scatter * own[rung] + rng.normal()))
                cells = [f"{columns[name][rung]:.6g}" for name in columns]
                lines.append(",".join(cells + [str(seed), f"{value:.10g}"]))
        path = os.path.join(folder, f"arm{arm}.csv")
        with open(path, "w") as handle:
            handle.write("\n".join(lines) + "\n")
        paths.append(path)
    return paths


def ask(binary, paths, law):
    out = subprocess.run(
        [binary, "compare", *paths, "--law", law, "--resamples", "200", "--threads", "1", "--json"],
        capture_output=True, text=True)
    if out.returncode != 0:
        return None
    return json.loads(out.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before")
    parser.add_argument("--after")
    parser.add_argument("--worlds", type=int, default=30)
    parser.add_argument("--power", action="store_true", help="plant a gain instead of none")
    parser.add_argument("--designs", default="", help="only designs that contain this text")
    parser.add_argument("--scatters", default="0,0.5,1,3,10")
    args = parser.parse_args()
    binaries = [b for b in (args.before, args.after) if b]
    gain = 0.004 if args.power else 0.0
    what = "a planted gain is found" if args.power else "false alarms"
    print(f"| design | rung scatter / seed noise | {what}"
          + "".join(f" | {n}" for n, b in (("before", args.before), ("after", args.after)) if b)
          + " |")
    print("|---|---|---" + "|---:" * len(binaries) + "|")
    for name, (law, rungs, seeds) in DESIGNS.items():
        if args.designs not in name:
            continue
        for scatter in [float(v) for v in args.scatters.split(",")]:
            between = "other rungs" in name
            kinds = (False,) if between else (True,) if scatter == 0 else (True, False)
            for shared in kinds:
                alarms = [0] * len(binaries)
                intervals = [0] * len(binaries)
                failed = [0] * len(binaries)
                for world in range(args.worlds):
                    rng = np.random.default_rng([11, 2, world, rungs, seeds, int(10 * scatter), shared])
                    with tempfile.TemporaryDirectory() as folder:
                        paths = tables(rng, law, rungs, seeds, scatter, shared, gain, folder,
                                       1.5 if between else 1)
                        for slot, binary in enumerate(binaries):
                            answer = ask(binary, paths, law)
                            if answer is None:
                                failed[slot] += 1
                                continue
                            alarms[slot] += answer["verdict"] != "no difference"
                            m = answer["worth"]["target"]["multiplier"]
                            low, high = m.get("low"), m.get("high")
                            intervals[slot] += (low is not None and low > 1) or (
                                high is not None and high < 1)
                kind = "none" if scatter == 0 else ("shared" if shared else "own")
                cells = []
                for slot in range(len(binaries)):
                    done = args.worlds - failed[slot]
                    cell = f"{100 * alarms[slot] / max(done, 1):.1f} % (interval {100 * intervals[slot] / max(done, 1):.1f} %)"
                    if failed[slot]:
                        cell += f" ({failed[slot]} failed)"
                    cells.append(cell)
                print(f"| {name} | {scatter:g} {kind} | {args.worlds} worlds | "
                      + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
