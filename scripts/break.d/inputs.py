"""Hostile inputs: headers of checkpoints, tables, study files, saved fits, arguments, outputs."""

import json
import os
import struct

from command import Fault

NUMBERS = [
    "0", "-1", "1e308", "1e-310", "nan", "inf", "-inf", "9223372036854775807", "1e19", "1e400",
    "0x10", "", " ", "1k", "7B", "1e9", "-0", "4.9e-324", "1_000", "½",
]
WORDS = [
    "", "../../x", "a\nb", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "=cmd|' /C calc'!A0", "+1", "-x",
    "@x", "é" * 50, "x" * 5000, "\u202e", "{}", "[]", "%s%n", "$(touch pwned)", "`id`", "a,b", '"',
]


def mangle(rng, data):
    """A few bytes changed, cut out, doubled or put in."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        if not data:
            break
        kind = rng.randrange(5)
        at = rng.randrange(len(data))
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at : at + rng.choice([1, 3, 100])]
        elif kind == 2:
            data[at:at] = data[at : at + rng.choice([1, 10, 200])]
        elif kind == 3:
            data[at:at] = rng.choice(NUMBERS + WORDS).encode("utf-8")
        else:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice([1, 4])))
    return bytes(data)


def table(rng, rows=24):
    lines = ["run,arm,N,D,loss,seed"]
    for row in range(rows):
        n, d = 10 ** rng.uniform(6, 9), 10 ** rng.uniform(8, 11)
        loss = 1.69 + 406 / n**0.34 + 410 / d**0.28
        lines.append(f"r{row},{'ab'[row % 2]},{n:.6g},{d:.6g},{loss:.6f},{row % 3}")
    return "\n".join(lines) + "\n"


def headers(command, rng):
    """Runs and checkpoints whose files say what is not so."""
    command.run(
        ["train", "--language", "markov", "--knobs", "tokens=8", "--layers", "1", "--width", "16",
         "--context", "16", "--batch", "4", "--steps", "4", "--out", "run", "--no-baselines",
         "--threads", "1"], may_fail=False, limit=60)
    step = os.listdir(command.path("run/checkpoints"))[0]
    folder = f"run/checkpoints/{step}"
    files = {}
    for name in os.listdir(command.path(folder)):
        with open(command.path(f"{folder}/{name}"), "rb") as file:
            files[name] = file.read()
    description = "config.json" if "config.json" in files else "allometry.json"
    weights = files["model.safetensors"]
    length = struct.unpack("<Q", weights[:8])[0]
    sizes = [0, -1, 1, 2**31, 10**9, 8 * 10**7, 2**63 - 1, 1e300]
    while command.has_time:
        changed = dict(files)
        kind = rng.randrange(6)
        if kind == 0:
            text = json.loads(files[description])
            for _ in range(rng.choice([1, 1, 3])):
                set_number(rng, text, sizes)
            changed[description] = json.dumps(text).encode()
        elif kind == 1:
            changed[description] = mangle(rng, files[description])
        elif kind == 2:
            changed["model.safetensors"] = weights[:8] + mangle(rng, weights[8 : 8 + length]) + weights[8 + length :]
        elif kind == 3:
            changed["model.safetensors"] = struct.pack(
                "<Q", rng.choice([0, 1, length - 1, length + 1, 2**40, 2**63, 2**64 - 1])) + weights[8:]
        elif kind == 4:
            changed["model.safetensors"] = weights[: rng.randrange(len(weights))]
        else:
            place = 8 + length + 4 * rng.randrange((len(weights) - 8 - length) // 4)
            bits = rng.choice([b"\x00\x00\xc0\x7f", b"\x00\x00\x80\x7f", b"\x00\x00\x80\xff"])
            changed["model.safetensors"] = weights[:place] + bits + weights[place + 4 :]
        for name, data in changed.items():
            command.write(f"bad/{name}", data)
        code, output, _ = command.run(["generate", "bad", "--tokens", "1,2", "--length", "4"])
        if code == 0 and kind == 5:
            raise Fault("weights that are not finite were used")
        if code == 0 and kind in (3, 4):
            raise Fault("a header of another length was believed")


def set_number(rng, value, sizes):
    """Puts a size in place of some number of a JSON value."""
    places = []

    def visit(node):
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else []
        for key, child in items:
            if isinstance(child, (int, float)) and not isinstance(child, bool):
                places.append((node, key))
            visit(child)

    visit(value)
    if places:
        node, key = rng.choice(places)
        node[key] = rng.choice(sizes)


def tables(command, rng):
    """Tables of runs and of outcomes, and things that are no tables."""
    outcomes = "problem,attempt,correct,tokens,score\n" + "".join(
        f"p{p},{a},{(p * a) % 2},{100 + a},{a / 7:.4f}\n" for p in range(6) for a in range(8))
    fit = ["--law", "chinchilla", "--resamples", "20"]
    special = [
        lambda: (["fit", "/dev/zero"] + fit, None),
        lambda: (["fit", "t.csv"] + fit, ("t.csv", ",".join(f"c{i}" for i in range(10**6)) + "\n" + "1," * 10**6)),
        lambda: (["fit", "t.jsonl"] + fit, ("t.jsonl", "".join('{"k%d":1}\n' % i for i in range(40000)))),
        lambda: (["fit", "t.json"] + fit, ("t.json", "[" * 100000)),
        lambda: (["testtime", "simulate", "--problems", "1e9", "--replicates", "0"], None),
        lambda: (["testtime", "/dev/zero"], None),
    ]
    for make in special:
        arguments, file = make()
        if file:
            command.write(*file)
        command.run(arguments)
    while command.has_time:
        if rng.randrange(3):
            data = table(rng)
            if rng.randrange(2):
                lines = data.split("\n")
                row = rng.randrange(len(lines) - 1)
                cells = lines[row].split(",")
                cells[rng.randrange(len(cells))] = rng.choice(NUMBERS + WORDS)
                lines[row] = ",".join(cells)
                data = "\n".join(lines)
            data = data.encode("utf-8", "surrogatepass")
            if rng.randrange(2):
                data = mangle(rng, data)
            name = command.write("t." + rng.choice(["csv", "tsv", "json", "jsonl", "csv"]), data)
            command.run(["fit", name] + fit + rng.choice([[], ["--json"], ["--by", "arm"], ["--where", "N>1e7"]]))
        else:
            name = command.write("o.csv", mangle(rng, outcomes.encode()))
            command.run(["testtime", name, "--resamples", "20"])


STUDY = """study: fuzzed
question: what breaks?
corpus: {language: markov, knobs: {tokens: 8, order: 1}}
model: {context: 32, qk-norm: true, head-width: 16}
ladder: {sizes: [1x16, 2x16, 2x32], tokens: 4096, lengths: [0.5, 1], seeds: 2, match: tokens}
recipe: {batch: 4, learning-rate: [0.01, 0.02], sweep: every-rung, warmup: 0.1, decay: 0.2, optimizer: adamw}
baseline: {name: plain, use: [qk-norm]}
treatments: [{gated-attention: {granularity: head}}]
laws: [auto]
target: 1e12 FLOPs
budget: 5m
"""


def study_files(command, rng):
    """Study files, planned without training: a dry run is arithmetic."""
    sizes = ["[12x768]", "[48x4096]", "[1024x65536]"]
    giants = [f"ladder: {{sizes: {size}, seeds: 1}}" for size in sizes] + [
        "ladder: {parameters: [1e8, 1e9], seeds: 1}", "ladder: {parameters: [1e12], seeds: 1}",
        "ladder: {sizes: [1x16, 2x16], tokens: 1T, seeds: 1000}",
        "ladder: {parameters: [1M, 1B], tokens-per-parameter: 1e6, seeds: 2}",
    ]
    for ladder in giants:
        for batch in ["16", "5k"]:
            text = "\n".join([
                "corpus: {language: markov, knobs: {tokens: 8}}", "model: {context: 256}", ladder,
                f"recipe: {{batch: {batch}}}", "treatments: [qk-norm]", ""])
            command.write("giant.yaml", text)
            command.run(["study", "run", "giant.yaml", "--dry-run", "--json"], limit=10)
    while command.has_time:
        data = STUDY
        if rng.randrange(2):
            words = data.replace("{", " { ").replace("}", " } ").split(" ")
            words[rng.randrange(len(words))] = rng.choice(NUMBERS + WORDS)
            data = " ".join(words)
        data = data.encode("utf-8", "surrogatepass")
        if rng.randrange(2):
            data = mangle(rng, data)
        command.write("s.yaml", data)
        command.run(["study", "run", "s.yaml", "--dry-run"])


def saved(command, rng):
    """Saved fits, which forecast and plan read."""
    command.write("t.csv", table(rng, 30))
    _, fit, _ = command.run(["fit", "t.csv", "--law", "chinchilla", "--resamples", "20", "--json"], may_fail=False)
    scales = ["1e-310", "1e308", "1e19", "7e9", "0", "-1", "nan", "inf", "1e-5"]
    while command.has_time:
        data = fit
        if rng.randrange(2):
            text = json.loads(fit)
            for _ in range(rng.choice([1, 1, 4])):
                set_number(rng, text, [0, -1, 1e308, -1e308, 1e-310, 10**18, 2**63 - 1])
            data = json.dumps(text).encode()
        elif rng.randrange(2):
            data = mangle(rng, fit)
        command.write("f.json", data)
        command.run(rng.choice([
            ["forecast", "f.json", "--at", f"N={rng.choice(scales)},D={rng.choice(scales)}"],
            ["plan", "f.json", "--compute", rng.choice(scales)],
            ["forecast", "f.json", "--reach", rng.choice(["2", "1e-300", "-5"]), "--at", "D=1e11"],
        ]))


def arguments(command, rng):
    """Arguments of every kind, empty ones and controls among them."""
    command.write("t.csv", table(rng, 12))
    commands = [
        ["fit", "t.csv"], ["plan", "t.csv"], ["compare", "t.csv"], ["trends", "t.csv"], ["laws"],
        ["study", "status"], ["study", "export"], ["study", "check"], ["study", "report"],
        ["treatments"], ["testtime", "curve"], ["testtime", "cost"], ["testtime", "ahead"],
        ["generate", "none"], ["evaluate", "none"], ["design"], ["train", "--dry-run"],
        ["testtime", "simulate", "--replicates", "0"], ["score"], ["chain"], ["choose"], ["check"],
    ]
    options = [
        "--law", "--where", "--map", "--resamples", "--compute", "--by", "--seed", "--threads",
        "--target", "--at", "--level", "--store", "--problems", "--attempts", "--difficulty",
        "--steps", "--layers", "--width", "--parameters", "--batch", "--knobs", "--language", "--task",
        "--budgets", "--accuracy", "--horizon", "--json", "--nonsense", "--delimiter", "--format",
    ]
    for line in (["fit", "t\udcff.csv"], ["fit", "t.csv", "--report", "r\udcc3.html"]):
        code, _, _ = command.run(line)
        if code != 64:
            raise Fault(f"{command.said(line)} was taken (status {code})")
    while command.has_time:
        line = list(rng.choice(commands))
        for _ in range(rng.randrange(1, 4)):
            line.append(rng.choice(options))
            if rng.randrange(4):
                line.append(rng.choice(NUMBERS + WORDS).replace("\x00", ""))
        if "train" in line and "--dry-run" not in line:
            continue
        command.run(line)


def outputs(command, rng):
    """Outputs that would replace inputs, stores and other people's files."""
    command.write("t.csv", table(rng, 12))
    command.write("mine.txt", "mine\n")
    command.write("s.yaml", STUDY)
    with open(command.path("db.sqlite"), "wb") as file:
        file.write(b"SQLite format 3\x00" + bytes(4080))
    os.symlink("t.csv", command.path("link.csv"))
    os.link(command.path("t.csv"), command.path("hard.csv"))
    before = {name: open(command.path(name), "rb").read() for name in
              ["t.csv", "mine.txt", "s.yaml", "db.sqlite"]}
    fit = ["fit", "t.csv", "--law", "chinchilla", "--resamples", "20", "--report"]
    lines = [fit + [name] for name in ["t.csv", "link.csv", "hard.csv", "mine.txt", "db.sqlite", "./t.csv"]]
    lines += [fit + [name, "--force"] for name in ["t.csv", "link.csv", "hard.csv", "db.sqlite"]]
    lines += [["study", "run", "s.yaml", "--store", "new/a.sqlite", "--report", "s.yaml"] + force
              for force in ([], ["--force"])]
    lines += [["testtime", "simulate", "--replicates", "0", "--problems", "10", "--out", "mine.txt"],
              ["testtime", "simulate", "--replicates", "0", "--problems", "10", "--out", "db.sqlite", "--force"]]
    for line in lines:
        code, _, _ = command.run(line)
        after = {name: open(command.path(name), "rb").read() for name in before}
        if after != before or code == 0:
            raise Fault(f"{command.said(line)} wrote over a file (status {code})")
    # Two outputs to one file, by its name and by links that lead nowhere yet.
    os.symlink("x.csv", command.path("later.csv"))
    os.symlink(".", command.path("here"))
    for name in ["x.csv", "./x.csv", "later.csv", "here/x.csv"]:
        for line in (["design", "--target", "1e20", "--runs", "x.csv", "--report", name],
                     ["train", "--language", "markov", "--steps", "2", "--out", "r", "--append-to", "x.csv",
                      "--report", name],
                     ["study", "run", "s.yaml", "--store", "x.csv", "--report", name]):
            code, _, _ = command.run(line)
            if code == 0 or os.path.exists(command.path("x.csv")) or os.path.exists(command.path("r")):
                raise Fault(f"{command.said(line)} had two outputs in one file (status {code})")
