#!/usr/bin/env python3
"""Coverage of forecasts of the mixture law, over planted worlds.

Losses are written here from three published forms (log-linear [L17], reciprocal powers, power and
exponential), not from the law under test; the command fits them and forecasts new mixtures at the same
size, at a third size after two, and at a size that was never varied.
"""
import argparse, json, os, subprocess, tempfile
import numpy as np

DOMAINS = ["web", "code", "books", "wiki"]


def response(form, rng):
    t = rng.normal(0, 0.6, 4)
    k, g = rng.uniform(0.3, 1.5, 4), rng.uniform(0.15, 0.8, 4)
    a = rng.uniform(0, 0.12, 4)
    if form == "log-linear":
        return lambda w: np.exp(w @ t)
    if form == "reciprocal":
        return lambda w: 1 / ((k * w**g).sum(1))
    return lambda w: np.exp(w @ t - np.log1p(w / 0.02) @ a)


def table(path, w, loss, n=None):
    with open(path, "w") as file:
        file.write(",".join("share_" + d for d in DOMAINS) + (",N" if n is not None else "") + ",loss\n")
        for i in range(len(w)):
            row = [f"{x:.8f}" for x in w[i]] + ([f"{n[i]:.6g}"] if n is not None else [])
            file.write(",".join(row) + f",{loss[i]:.6f}\n")


def forecasts(binary, train, test, seed, many):
    fit = subprocess.run([binary, "fit", train, "--law", "mixture", "--json", "--resamples", "200",
                          "--seed", str(seed)], capture_output=True, text=True)
    if fit.returncode:
        return None
    path = train + ".json"
    open(path, "w").write(fit.stdout)
    if many:
        out = subprocess.run([binary, "forecast", path, "--table", test, "--json"],
                             capture_output=True, text=True)
        result = [row["forecasts"][0] for row in json.loads(out.stdout)["rows"]]
    else:
        rows = [line.split(",") for line in open(test).read().split("\n")[1:] if line]
        names = ["share_" + d for d in DOMAINS]
        at = []
        for row in rows:
            at += ["--at", ",".join(f"{n}={v}" for n, v in zip(names, row))]
        out = subprocess.run([binary, "forecast", path, *at, "--json"], capture_output=True, text=True)
        result = json.loads(out.stdout)["forecasts"]
    os.unlink(path)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--before")
    parser.add_argument("--after", required=True)
    parser.add_argument("--worlds", type=int, default=20)
    options = parser.parse_args()
    print("| mixtures of four domains, 64 proxies, noise 0.5 % | single runs inside, before | after |")
    print("|---|---|---|")
    folder = tempfile.mkdtemp()
    train, test = os.path.join(folder, "train.csv"), os.path.join(folder, "test.csv")
    for form in ("log-linear", "reciprocal", "power-exponential"):
        for setting in ("same size", "third size after two", "size never varied"):
            inside = {"before": [], "after": []}
            for index in range(options.worlds):
                rng = np.random.default_rng([11, index])
                m, alpha = response(form, rng), rng.uniform(0.08, 0.6)
                def loss(w, n):
                    return (1.5 + 0.8 * (n / 1e8)**-alpha + m(w)) * np.exp(rng.normal(0, 0.005, len(w)))
                def draw(count):
                    return rng.dirichlet(np.full(4, 0.8), count)
                w = draw(64 if setting != "third size after two" else 128)
                n = np.full(len(w), 1e7)
                if setting == "third size after two":
                    n[64:] = 1e8
                far = 1e7 if setting == "same size" else 2e9
                v = draw(32)
                truth = loss(v, np.full(32, far))
                table(train, w, loss(w, n), n)
                table(test, v, truth, np.full(32, far))
                for label, binary in (("before", options.before), ("after", options.after)):
                    if binary:
                        result = forecasts(binary, train, test, index, label == "after")
                        for forecast, value in zip(result or [], truth):
                            low, high = float(forecast["run"]["low"]), float(forecast["run"]["high"])
                            inside[label].append(low <= value <= high)
            def share(label):
                return f"{100 * np.mean(inside[label]):.0f} %" if inside[label] else "–"
            print(f"| {form}, {setting} | {share('before')} | {share('after')} |")


main()
