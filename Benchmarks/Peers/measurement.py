"""Stopwatch and JSON lines shared by the peers; the same fields as the Swift program writes."""

import json
import os
import resource
import sys
import time


def cpu_seconds():
    """CPU time of this process and of the workers it has waited for, user and system."""
    t = os.times()
    return t.user + t.system + t.children_user + t.children_system


def peak_megabytes():
    """Largest resident set so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def fastest(work, repetitions):
    """Runs `work` several times: minimum wall time, minimum CPU time and the last result."""
    wall, cpu, result = float("inf"), float("inf"), None
    for _ in range(repetitions):
        c, w = cpu_seconds(), time.perf_counter()
        result = work()
        wall = min(wall, time.perf_counter() - w)
        cpu = min(cpu, cpu_seconds() - c)
    return wall, cpu, result


def report(benchmark, input, program, wall, cpu, repetitions, results, note="", memory=None):
    """Writes one measurement as one line."""
    line = dict(
        benchmark=benchmark, input=input, program=program, wallSeconds=wall, cpuSeconds=cpu,
        repetitions=repetitions, results=results, note=note,
    )
    if memory is not None:
        line["peakMegabytes"] = memory
    print(json.dumps(line), flush=True)
