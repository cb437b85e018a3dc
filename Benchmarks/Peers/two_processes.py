"""Two single-threaded training processes of a peer side by side: the sum of their rates.

    two_processes.py [--tool torch|jax] [--sizes …] [--seconds …]

Both are measured over the same stretch: each says when it is compiled and warm and waits for the
other. Each is bound to a processor of its own where the system allows that.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from engine_peer import arguments, report

options = arguments(__doc__, tool=dict(default="torch", choices=["torch", "jax"]))
script = pathlib.Path(__file__).with_name(f"train_{options.tool}.py")
for size in options.sizes:
    with tempfile.TemporaryDirectory() as folder:
        processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        running = []
        for index in range(2):
            environment = dict(os.environ, ALLOMETRY_PEER_PAIR=f"{folder}:{index}")

            def pin(index=index):
                if len(processors) >= 2:
                    os.sched_setaffinity(0, [processors[index]])

            running.append(subprocess.Popen(
                [sys.executable, str(script), "--sizes", size, "--threads", "1", "--seconds",
                 str(options.seconds)],
                env=environment, stdout=subprocess.PIPE, text=True, preexec_fn=pin))
        lines = [json.loads(process.communicate()[0].splitlines()[-1]) for process in running]
        if any(process.returncode for process in running):
            sys.exit("a process failed")
        report(
            options.tool, "two processes", size, 2,
            tokens_per_s=sum(line["tokens_per_s"] for line in lines),
            peak_mb=sum(line["peak_mb"] for line in lines))
