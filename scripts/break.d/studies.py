"""Studies under signals, faults of system calls, flipped bits, many writers and full disks."""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time

from command import REFUSALS, Fault

TINY = """corpus: {language: markov, knobs: {tokens: 8, order: 1}}
model: {context: 32}
ladder: {sizes: [1x16, 2x16, 2x32], tokens: %s, lengths: [0.5, 1], seeds: 2}
recipe: {batch: 4, learning-rate: 0.02, evaluation-tokens: 2048}
treatments: [qk-norm]
"""


def study(command, name, tokens):
    command.write(f"{name}.yaml", TINY % tokens)


def line(name, store, *more):
    return ["study", "run", f"{name}.yaml", "--store", f"{store}/a.sqlite", "--report",
            f"{store}-{name}.html", "--workers", "2", *more]


def export(command, name, store):
    """The table of a study without what the clock says."""
    code, output, errors = command.run(
        ["study", "export", name, "--store", f"{store}/a.sqlite", "--format", "jsonl"], may_fail=False)
    return re.sub(rb'"(seconds|tokens_per_second)":[^,}]*,?', b"", output)


def reference(command, name):
    command.run(line(name, f"whole-{name}"), limit=120, may_fail=False)
    table = export(command, name, f"whole-{name}")
    if table.count(b'"status":"finished"') != table.count(b"\n"):
        raise Fault(f"a run of {name} did not finish when left alone")
    return table


def same(command, name, store, whole):
    """Carries a study to its end and compares its table; every run has its curves."""
    command.run(line(name, store), limit=120, may_fail=False)
    if export(command, name, store) != whole:
        raise Fault(f"the table of {name} in {store} differs from the one left alone")
    command.run(["study", "check", "--store", f"{store}/a.sqlite"], may_fail=False)


def ended(process, limit):
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Fault(f"a hang: over {limit} s after a signal") from None


def signals(command, rng):
    """Signals at random moments; then the study is carried to its end and compared."""
    study(command, "s", "32k")
    begin = time.monotonic()
    whole = reference(command, "s")
    length = time.monotonic() - begin
    kinds = [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
             signal.SIGUSR1, signal.SIGUSR2, signal.SIGSTOP]
    rounds = 0
    while command.has_time:
        store = f"s{rounds}"
        rounds += 1
        for _ in range(rng.randrange(2, 8)):
            process = command.start(line("s", store), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.02, 0.4 * length))
            kind = rng.choice(kinds)
            if process.poll() is None:
                process.send_signal(kind)
                if kind == signal.SIGSTOP:
                    # Somebody else takes the runs of the one that is stopped, which then goes on.
                    command.run(line("s", store, "--takeover"), limit=120, may_fail=False)
                    process.send_signal(signal.SIGCONT)
                code = ended(process, 60)
                if kind != signal.SIGKILL and code not in (0, 130, -kind):
                    raise Fault(f"status {code} after signal {kind}")
            command.tried += 1
        same(command, "s", store, whole)
        shutil.rmtree(command.path(store), ignore_errors=True)
    return f"{rounds} studies compared"


def faults(command, rng):
    """System calls that fail: what is said to be done is done, whatever failed."""
    if not shutil.which("strace"):
        return "no strace"
    study(command, "f", "8k")
    whole = reference(command, "f")
    calls = ["write", "pwrite64", "fsync", "fdatasync", "openat", "rename", "mmap", "ftruncate", "unlink",
             "mkdir", "read", "pread64", "flock", "close", "getdents64"]
    errors = ["ENOSPC", "EIO", "EINTR", "EACCES", "EDQUOT", "EMFILE", "ENOMEM"]
    number = 0
    while command.has_time:
        call = rng.choice(calls)
        store = f"f{number}"
        number += 1
        when = rng.choice([f"{rng.randrange(1, 400)}", f"{rng.randrange(1, 60)}+{rng.randrange(1, 60)}"])
        trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                 f"inject={call}:error={rng.choice(errors)}:when={when}"]
        process = command.start(line("f", store), prefix=trace, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            _, text = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Fault(f"a hang under {trace[-1]}") from None
        command.tried += 1
        code = process.returncode
        # Memory or a library that the loader is refused is no fault of the command's own.
        is_loader = b"error while loading" in text or b"cannot allocate" in text.lower() or code == 127
        if code == 0:
            if export(command, "f", store) != whole:
                raise Fault(f"status 0 with another table under {trace[-1]}")
        elif code not in REFUSALS and not is_loader and call not in ("mmap",):
            raise Fault(f"status {code} under {trace[-1]}: {text[-300:].decode('utf-8', 'replace')}")
        if os.path.exists(command.path(f"{store}/a.sqlite")) and number % 4 == 0:
            same(command, "f", store, whole)
        shutil.rmtree(command.path(store), ignore_errors=True)
    return f"{number} faults"


def bits(command, rng):
    """One bit of a store flipped: what is exported and reported is right, or refused."""
    study(command, "b", "8k")
    whole = reference(command, "b")
    subprocess.run(["cp", "-r", "whole-b", "sound"], cwd=command.place, check=True)
    source = command.path("sound/a.sqlite")
    # Everything into the one file, so that there is no log that a flipped bit could hide behind.
    database = sqlite3.connect(source)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    database.close()
    with open(source, "rb") as file:
        data = file.read()
    report = ["study", "report", "b", "--json", "--out", "flipped.html", "--store"]
    _, verdict, _ = command.run(report + ["sound/a.sqlite"], may_fail=False)
    flips = refused = 0
    os.makedirs(command.path("flipped"), exist_ok=True)
    while command.has_time:
        changed = bytearray(data)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        for name in os.listdir(command.path("flipped")):
            os.unlink(command.path(f"flipped/{name}"))
        command.write("flipped/a.sqlite", bytes(changed))
        flips += 1
        if flips % 2:
            code, output, _ = command.run(report + ["flipped/a.sqlite"])
            refused += code != 0
            if code == 0 and output != verdict:
                raise Fault("a flipped bit changed what is reported, with status 0")
            continue
        code, output, _ = command.run(
            ["study", "export", "b", "--store", "flipped/a.sqlite", "--format", "jsonl"])
        table = re.sub(rb'"(seconds|tokens_per_second)":[^,}]*,?', b"", output)
        if code != 0:
            refused += 1
        elif table != whole:
            raise Fault("a flipped bit changed what is exported, with status 0")
    return f"{flips} bits, {refused} refused"


TRAIN = ["train", "--language", "markov", "--knobs", "order=1,tokens=16", "--layers", "1", "--width", "32",
         "--context", "16", "--batch", "4", "--threads", "1", "--no-baselines"]


def weights(command, rng):
    """One bit of a checkpoint flipped: what it writes is the same, or refused."""
    command.run(TRAIN + ["--steps", "20", "--out", "w"], limit=60, may_fail=False)
    write = ["generate", "w", "--token-ids", "--prompt", "1,2", "--tokens", "8", "--seed", "1"]
    _, whole, _ = command.run(write, may_fail=False)
    folder = "w/checkpoints/" + sorted(os.listdir(command.path("w/checkpoints")))[-1]
    files = [f"{folder}/{name}" for name in os.listdir(command.path(folder))]
    flips = refused = 0
    while command.has_time:
        name = rng.choice(files)
        with open(command.path(name), "rb") as file:
            data = file.read()
        changed = bytearray(data)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        command.write(name, bytes(changed))
        code, output, _ = command.run(write)
        command.write(name, data)
        flips += 1
        refused += code != 0
        if code == 0 and output != whole:
            raise Fault(f"a flipped bit of {name} changed what the model writes, with status 0")
    return f"{flips} bits, {refused} refused"


def rows(command, rng):
    """Runs that add their rows to one table are killed, and the table is torn: each has one row."""
    number = 0
    while command.has_time:
        table = f"rows{number}.csv"
        folders = [f"r{number}-{seed}" for seed in range(3)]
        number += 1
        lines = [TRAIN + ["--steps", "30", "--seed", str(seed), "--out", folder, "--append-to", table]
                 for seed, folder in enumerate(folders)]
        for _ in range(3):
            processes = [command.start(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for line in lines]
            time.sleep(rng.uniform(0.02, 0.8))
            for process in processes:
                process.kill()
                process.wait()
            command.tried += 1
            if os.path.exists(command.path(table)) and rng.randrange(2):
                size = os.path.getsize(command.path(table))
                os.truncate(command.path(table), max(size - rng.randrange(1, 60), 0))
        for line in lines:
            command.run(line, limit=60, may_fail=False)
        for line in lines:
            command.run(line, limit=60, may_fail=False)
        with open(command.path(table), encoding="utf-8") as file:
            text = file.read()
        cells = {line.count(",") for line in text.splitlines()}
        names = sorted(line.split(",")[0] for line in text.splitlines()[1:])
        if not text.endswith("\n") or len(cells) != 1 or names != folders:
            raise Fault(f"{table} has the rows of {names}, expected {folders}")
        for folder in folders:
            shutil.rmtree(command.path(folder), ignore_errors=True)
    return f"{number} tables"


def trunks(command, rng):
    """Studies whose trunks differ in their ends alone, at the same time over one store."""
    names = []
    for index, tokens in enumerate([16384, 17408, 18432]):
        study(command, f"t{index}", tokens)
        names.append(f"t{index}")
    whole = {name: reference(command, name) for name in names}
    rounds = 0
    while command.has_time:
        store = f"shared{rounds}"
        rounds += 1
        running = [
            (name, command.start(line(name, store), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            for name in rng.sample(names, len(names))
        ]
        victim = rng.choice(running)[1] if rng.randrange(2) else None
        if victim:
            time.sleep(rng.uniform(0.05, 1))
            victim.kill()
        for name, process in running:
            code = ended(process, 180)
            if process is not victim and code != 0:
                raise Fault(f"status {code} of {name} beside the others")
        command.tried += len(names)
        for name in names:
            same(command, name, store, whole[name])
        shutil.rmtree(command.path(store), ignore_errors=True)
    return f"{rounds} rounds of {len(names)} studies"


def writers(command, rng):
    """Thirty-two processes of one study."""
    study(command, "w", "2k")
    whole = reference(command, "w")
    rounds = 0
    while command.has_time or rounds == 0:
        store = f"many{rounds}"
        rounds += 1
        running = [
            command.start(line("w", store, "--json")[:-2] + ["1", "--json"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE)
            for _ in range(32)
        ]
        killed = rng.sample(running, 4)
        time.sleep(rng.uniform(0.1, 2))
        for process in killed:
            process.kill()
        for process in running:
            try:
                _, text = process.communicate(timeout=180)
            except subprocess.TimeoutExpired:
                raise Fault("a hang of one of 32 writers") from None
            if process not in killed and process.returncode != 0:
                raise Fault(f"status {process.returncode} of a writer: {text[-300:].decode()}")
        command.tried += len(running)
        same(command, "w", store, whole)
        shutil.rmtree(command.path(store), ignore_errors=True)
    return f"{rounds} rounds of 32"


def disk(command, rng):
    """A disk that is full: a sentence, and everything goes on once there is room."""
    study(command, "d", "8k")
    whole = reference(command, "d")
    place = command.path("small")
    os.makedirs(place)
    rounds = 0
    while command.has_time or rounds == 0:
        size = rng.choice([128, 256, 512, 1024, 2048])
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", place],
                          capture_output=True).returncode != 0:
            return "no right to mount"
        try:
            command.run(line("d", "small"), limit=60)
            subprocess.run(["mount", "-o", "remount,size=64m", place], check=True)
            same(command, "d", "small", whole)
        finally:
            subprocess.run(["umount", place], capture_output=True)
        rounds += 1
    return f"{rounds} disks"
