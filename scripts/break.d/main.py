"""Runs the areas in turn until the time is used up, and prints what was tried and what held."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from command import Command, Fault  # noqa: E402
import inputs  # noqa: E402
import studies  # noqa: E402

AREAS = {
    "headers": (inputs.headers, 1.0),
    "tables": (inputs.tables, 1.0),
    "yaml": (inputs.study_files, 1.0),
    "json": (inputs.saved, 1.0),
    "arguments": (inputs.arguments, 1.0),
    "outputs": (inputs.outputs, 0.5),
    "signals": (studies.signals, 2.0),
    "faults": (studies.faults, 1.5),
    "bits": (studies.bits, 1.0),
    "weights": (studies.weights, 0.5),
    "rows": (studies.rows, 0.5),
    "trunks": (studies.trunks, 1.0),
    "writers": (studies.writers, 1.0),
    "disk": (studies.disk, 0.5),
}


def main():
    parser = argparse.ArgumentParser(prog="scripts/break")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long", action="store_true", help="an hour in place of ten minutes")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--only", help="areas, with commas between them: " + ",".join(AREAS))
    options = parser.parse_args()
    chosen = options.only.split(",") if options.only else list(AREAS)
    for name in chosen:
        if name not in AREAS:
            parser.error(f"--only: found {name}, expected some of {','.join(AREAS)}")
    seconds = 60 * (options.minutes or (60 if options.long else 10))
    weight = sum(AREAS[name][1] for name in chosen)
    print(f"seed {options.seed}, {seconds / 60:g} minutes, {options.binary}", flush=True)
    print(f"{'area':<12}{'tried':>8}{'held':>8}{'refused':>9}  longest   most memory", flush=True)
    total = 0
    for name in chosen:
        body, share = AREAS[name]
        # An area's inputs depend on the seed and its name alone.
        rng = random.Random(f"{options.seed} {name}")
        place = tempfile.mkdtemp(prefix=f"allometry-break-{name}-")
        command = Command(options.binary, place, time.monotonic() + seconds * share / weight)
        try:
            note = body(command, rng)
        except Fault as fault:
            print(f"{name:<12}{command.tried:>8}{command.tried - 1:>8}")
            print(f"\n{name}: {fault}\nwhat it was done to is in {place}", file=sys.stderr)
            return 1
        total += command.tried
        print(
            f"{name:<12}{command.tried:>8}{command.tried:>8}{command.refused:>9}"
            f"{command.longest:>7.1f} s{command.most / 1024:>9.0f} MB  {note or ''}",
            flush=True,
        )
        shutil.rmtree(place, ignore_errors=True)
    print(f"{total} tried, {total} held", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
