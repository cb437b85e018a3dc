"""Sizes, stopwatch and JSON lines shared by the peers of the training engine.

Import before torch, jax or NumPy: the number of threads must be in the environment when they load.
"""

import argparse
import json
import os
import resource
import sys
import time

# Layers, width and heads of the decoders with about 0.14, 0.87 and 4.9 million parameters.
SIZES = {"2x64": (2, 64, 2), "4x128": (4, 128, 4), "6x256": (6, 256, 4)}
VOCABULARY, LENGTH, BATCH = 512, 128, 16


def arguments(description, **extra):
    """The options that all share, with the environment set for their number of threads."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=6)
    for name, options in extra.items():
        parser.add_argument("--" + name, **options)
    parsed = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(parsed.threads)
    return parsed


def peak_megabytes():
    """Largest resident set of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def in_turns():
    """Whether other programs take turns with this one: each line of standard input is the length
    of a turn in seconds, and any other line is the end."""
    return os.environ.get("ALLOMETRY_TURNS") == "1"


def turns():
    """The lengths of the turns; the rate of each is written by `best_rate`."""
    print(json.dumps(dict(ready=True)), flush=True)
    for line in iter(sys.stdin.readline, ""):
        try:
            yield float(line)
        except ValueError:
            return


def best_rate(work, amount, seconds, blocks=5):
    """The highest rate over equal stretches of time, since other programs can only slow one down.

    `work` does `amount` and returns when it is done; it has been run before, so nothing is compiled
    in here. A program that takes turns works when it is told to instead of `seconds`.
    """
    best, total = 0.0, 0
    for stretch in turns() if in_turns() else [seconds / blocks] * blocks:
        count, cpu, start = 0, time.process_time(), time.perf_counter()
        while True:
            work()
            count += 1
            elapsed = time.perf_counter() - start
            if elapsed >= stretch:
                break
        rate = count * amount / elapsed
        best, total = max(best, rate), total + count
        if in_turns():
            print(json.dumps(dict(rate=rate, wall=elapsed, cpu=time.process_time() - cpu)),
                  flush=True)
    return best, total


def report(tool, task, size, threads, **numbers):
    """Writes one result as one line."""
    rounded = {key: value if isinstance(value, (int, str)) else float(f"{value:.5g}")
               for key, value in numbers.items()}
    print(json.dumps(dict(tool=tool, task=task, size=size, threads=threads, **rounded)), flush=True)


def in_own_process(options):
    """Whether this process measures one size only, as peak memory needs; else starts one a size."""
    if len(options.sizes) == 1:
        return True
    import subprocess
    for size in options.sizes:
        others = [a for a in sys.argv[1:] if a not in SIZES and a != "--sizes"]
        subprocess.run([sys.executable, sys.argv[0], "--sizes", size, *others], check=True)
    return False
