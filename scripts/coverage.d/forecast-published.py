#!/usr/bin/env python3
"""Forecasts of the largest runs of published tables.

The largest runs, or the curves under other schedules, are held out: routed models, the OLMo ladder
in two steps, loss curves under several learning-rate schedules. Each cell says how many of them fall
into nominal 90 % intervals of a single run. (Before there were curves, their ends are counted with
the interval of the law.)
"""

import argparse
import csv
import json
import os


from _forms import Scratch, command


def rows(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def inside(estimate, value):
    low, high = estimate.get("low"), estimate.get("high")
    return low is not None and high is not None and low <= value <= high


def routed(folder, binaries, scratch):
    """Sizes to 130M fitted, 370M predicted, for each router."""
    table = rows(os.path.join(folder, "routed-moe", "curves_15M_to_370M.csv"))
    last = {}
    for row in table:
        if row["routing_frequency"] != "0.5" or not row["loss_validation"]:
            continue
        if last.get(row["hyper_id"], row) is row or int(row["step"]) >= int(
                last[row["hyper_id"]]["step"]):
            last[row["hyper_id"]] = row
    for router in ("S-Base", "RL-R", "Hash"):
        chosen = [
            (float(r["dense_parameter_count"]), float(r["num_experts"]),
             float(r["loss_validation"]))
            for r in last.values()
            if r["router_type"] in (router, "Dense") and r["k"] == "1" and int(r["step"]) > 200000
        ]
        largest = max(c[0] for c in chosen)
        small = [c for c in chosen if c[0] < largest]
        held = [c for c in chosen if c[0] == largest]
        result = {}
        for kind, binary in binaries.items():
            fitted = scratch.fit(
                binary, ["N", "experts", "loss"], small, "routed", "--resamples", "300")
            if fitted is None:
                continue
            answers = scratch.forecast(
                binary, fitted[0], [dict(N=c[0], experts=c[1]) for c in held]) or []
            result[kind] = (sum(inside(a["run"], c[2]) for a, c in zip(answers, held)), len(held))
        yield f"routed {router}: {len(small)} smaller runs, the largest size predicted", result


def two_step(folder, binaries, scratch):
    """The task ladder: 190M to 760M fitted, 1B predicted, a task at a time."""
    sizes = {"190M": 190354176, "370M": 371262464, "760M": 758220288, "1B": 1279395840}
    tasks = {
        "mmlu_avg_test_5shot": 0.25, "hellaswag_val_5shot": 0.25, "arc_challenge_test_5shot": 0.25,
        "arc_easy_test_5shot": 0.25, "piqa_val_5shot": 0.5, "csqa_val_5shot": 0.2,
        "socialiqa_val_5shot": 1 / 3, "openbookqa_test_5shot": 0.25,
    }
    table = rows(os.path.join(folder, "olmo-ladder", "final_checkpoints_wide.csv"))
    result = {kind: [0, 0] for kind in binaries}
    for task, chance in tasks.items():
        names = [n for n in table[0] if n.startswith("eval/downstream_bpb/")]
        loss_name = next((n for n in names if task in n or task.replace(
            "_5shot", "_rc_5shot") in n), None)
        accuracy_name = next((n for n in table[0] if n.startswith("eval/downstream/") and (
            task in n or task.replace("_5shot", "_rc_5shot") in n)), None)
        if loss_name is None or accuracy_name is None:
            continue
        data = []
        for row in table:
            size = row["run"].split("-")[0]
            tokens = float(row["throughput/total_tokens"])
            if row[loss_name] and row[accuracy_name]:
                data.append((sizes[size], tokens, float(row[loss_name]),
                             float(row[accuracy_name])))
        small = [d for d in data if d[0] < sizes["1B"]]
        held = [d for d in data if d[0] == sizes["1B"]]
        for kind, binary in binaries.items():
            fitted = scratch.fit(
                binary, ["N", "D", "loss", "accuracy"], small, "two-step", "--resamples", "300",
                "--set", f"chance={chance:.4f}")
            if fitted is None:
                continue
            answers = scratch.forecast(
                binary, fitted[0], [dict(N=d[0], D=d[1]) for d in held]) or []
            result[kind][0] += sum(inside(a["run"], d[3]) for a, d in zip(answers, held))
            result[kind][1] += len(held)
    yield "two steps: 190M to 760M fitted, accuracy at 1B predicted", {
        k: tuple(v) for k, v in result.items()}


def curves(folder, binaries, scratch):
    """Three schedules fitted, six others predicted: 16 points of each curve."""
    table = rows(os.path.join(folder, "multi-power-law-curves", "loss_curves.csv"))
    plans = rows(os.path.join(folder, "multi-power-law-curves", "lr_schedules_every_40_steps.csv"))
    schedule = scratch.path("schedule.csv")
    with open(schedule, "w") as file:
        file.write("run,step,lr\n")
        for row in plans:
            file.write(f"{row['schedule']},{row['step']},{row['lr']}\n")
    for size in ("25", "100"):
        fit_rows = [r for r in table if r["model_label_Mparams"] == size and r["split"] == "fit"]
        test = [r for r in table if r["model_label_Mparams"] == size and r["split"] == "test"]
        path = scratch.path("curves.csv")
        with open(path, "w") as file:
            file.write("run,step,loss\n")
            for row in fit_rows:
                file.write(f"{row['schedule']},{row['step']},{row['loss_nats_per_token']}\n")
        result = {}
        for kind, binary in binaries.items():
            text = command(
                binary, "fit", path, "--law", "multi-power", "--schedule", schedule,
                "--resamples", "100", "--json")
            if text is None:
                continue
            saved = scratch.path("curve-fit.json")
            with open(saved, "w") as file:
                file.write(text)
            text = command(binary, "forecast", saved, "--schedule", schedule, "--json")
            if text is None:
                continue
            held = count = 0
            for run in json.loads(text)["runs"]:
                points = [r for r in test if r["schedule"] == run["run"]]
                if not points:
                    continue
                curve = run.get("curve")
                if curve is None:
                    # Before there were curves: the end of the run with the interval of the law.
                    held += inside(run["outcome"], float(points[-1]["loss_nats_per_token"]))
                    count += 1
                    continue
                for row in points[:: max(1, len(points) // 16)]:
                    step = int(row["step"])
                    nearest = min(curve, key=lambda p: abs(p["step"] - step))
                    if abs(nearest["step"] - step) > 400:
                        continue
                    held += inside(nearest["run"], float(row["loss_nats_per_token"]))
                    count += 1
            result[kind] = (held, count)
        yield f"schedules {size}M: three fitted, six others predicted", result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    shared = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared", "data")
    parser.add_argument("--data", default=shared, help="the folder of published tables")
    parser.add_argument("--before")
    parser.add_argument("--after", required=True)
    parser.add_argument("--worlds", type=int, help="accepted for uniformity, not used")
    options = parser.parse_args()
    if not os.path.isdir(options.data):
        print("Not measured: the published tables are not here.")
        return
    binaries = {k: v for k, v in (("before", options.before), ("after", options.after)) if v}
    print("| held out | " + " | ".join(f"{k}: held" for k in binaries) + " |")
    print("|---|" + "---|" * len(binaries))
    with Scratch() as scratch:
        for source in (routed, two_step, curves):
            for name, result in source(options.data, binaries, scratch):
                cells = [
                    f"{result[k][0]} of {result[k][1]}" if k in result else "refused"
                    for k in binaries
                ]
                print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
