#!/usr/bin/env python3
"""Draws the charts of RECIPES.md from the tables beside it: `study export --sweeps` of each recipe.

Standard library only; run it in this folder after replacing a table."""
import csv
import math
import os
from collections import defaultdict

COLORS = ["#1b1f24", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 64, 190, 34, 52


def rows(name, purpose="comparison"):
    if not os.path.exists(f"{name}.csv"):
        print(f"{name}.csv is not here: no chart")
        return []
    with open(f"{name}.csv", newline="") as file:
        return [r for r in csv.DictReader(file) if r["purpose"] == purpose and r["loss"]]


def means(table, key, x, y):
    """{series: [(x, mean y)]} over the runs that agree in series and x."""
    groups = defaultdict(list)
    for row in table:
        if row.get(y):
            groups[(key(row), x(row))].append(float(row[y]))
    series = {}
    for (name, place), values in groups.items():
        series.setdefault(name, []).append((place, sum(values) / len(values)))
    return {name: sorted(points) for name, points in series.items()}


def ticks(low, high, is_log):
    if is_log:
        found = [m * 10.0**e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
                 for m in (1, 2, 5)]
        found = [t for t in found if low <= t <= high]
        return found if len(found) <= 9 else [t for t in found if str(t / 10 ** math.floor(math.log10(t)))[0] == "1"]
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step = next(s * step for s in (1, 2, 5, 10) if (high - low) / (s * step) <= 6)
    first = math.ceil(low / step)
    return [k * step for k in range(first, math.floor(high / step) + 1)]


def label(value):
    if value and (abs(value) >= 1e5 or abs(value) < 1e-3):
        return f"{value:.0e}".replace("e+", "e").replace("e0", "e").replace("e-0", "e-")
    return f"{value:g}"


def draw(file, title, x_title, y_title, series, lines=True, log_x=True, log_y=False):
    points = [p for s in series.values() for p in s]
    if not points:
        return
    def span(values, is_log):
        low, high = min(values), max(values)
        if is_log:
            pad = (high / low) ** 0.06 if high > low else 2
            return low / pad, high * pad
        pad = 0.08 * (high - low) or 1
        return low - pad, high + pad
    x0, x1 = span([p[0] for p in points], log_x)
    y0, y1 = span([p[1] for p in points], log_y)
    def place(value, low, high, start, end, is_log):
        if is_log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return start + (value - low) / (high - low) * (end - start)
    def px(v): return place(v, x0, x1, LEFT, WIDTH - RIGHT, log_x)
    def py(v): return place(v, y0, y1, HEIGHT - BOTTOM, TOP, log_y)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
           'font-family="sans-serif" font-size="12" fill="#333">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
           f'<text x="{LEFT}" y="18" font-size="14" font-weight="bold">{title}</text>']
    for t in ticks(x0, x1, log_x):
        out.append(f'<line x1="{px(t):.1f}" x2="{px(t):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#e5e8ec"/>'
                   f'<text x="{px(t):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{label(t)}</text>')
    for t in ticks(y0, y1, log_y):
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{py(t):.1f}" y2="{py(t):.1f}" stroke="#e5e8ec"/>'
                   f'<text x="{LEFT - 6}" y="{py(t) + 4:.1f}" text-anchor="end">{label(t)}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">{x_title}</text>'
               f'<text x="14" y="{(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" '
               f'transform="rotate(-90 14 {(TOP + HEIGHT - BOTTOM) / 2})">{y_title}</text>')
    for index, (name, values) in enumerate(series.items()):
        color = COLORS[index % len(COLORS)]
        if lines and len(values) > 1:
            path = " ".join(f"{px(x):.1f},{py(y):.1f}" for x, y in values)
            out.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.6"/>')
        for x, y in values:
            out.append(f'<circle cx="{px(x):.1f}" cy="{py(y):.1f}" r="3.5" fill="{color}"/>')
        height = TOP + 12 + 18 * index
        out.append(f'<circle cx="{WIDTH - RIGHT + 16}" cy="{height - 4}" r="4" fill="{color}"/>'
                   f'<text x="{WIDTH - RIGHT + 26}" y="{height}">{name}</text>')
    out.append("</svg>")
    with open(f"{file}.svg", "w") as target:
        target.write("\n".join(out) + "\n")


def ladder(name, title):
    draw(name, title, "training FLOPs", "loss on held-out text (nats per token)",
         means(rows(name), lambda r: r["arm"], lambda r: float(f'{float(r["C"]):.3g}'), "loss"))


ladder("gated-attention", "Gated attention against plain attention")
ladder("experts-at-equal-active-parameters", "Two of eight experts against a dense model")
ladder("no-change", "No change but the random numbers")
ladder("planted-crossover", "More parameters, but one small text again and again")
draw("planted-gain", "1.5 times the parameters, charged as the baseline", "active parameters charged",
     "loss on held-out text (nats per token)",
     means(rows("planted-gain"), lambda r: r["arm"], lambda r: float(r["active"]), "loss"))
draw("mup-transfer", "Loss against the learning rate", "peak learning rate",
     "loss on held-out text (nats per token)",
     means(rows("mup-transfer", "learning-rate-sweep"), lambda r: f'{r["arm"]} {r["size"]}',
           lambda r: float(r["lr"]), "loss"))
REPEATS = {"4 times": 4, "32 times": 32, "256 times": 256, "2048 times": 2048}
table = rows("repeated-data")
control = means(table, lambda r: r["arm"], lambda r: r["size"], "loss").get("baseline", [])
draw("repeated-data", "What repeating half of the data costs", "times that the part is seen",
     "loss above the control's (nats per token)",
     {size: [(n, dict(means(table, lambda r: r["arm"], lambda r: r["size"], "loss")[arm])[size] - loss)
             for arm, n in REPEATS.items()] for size, loss in control})
draw("sink-mass", "Attention on the first token", "training FLOPs", "share of attention",
     means(rows("sink-mass"), lambda r: r["arm"], lambda r: float(f'{float(r["C"]):.3g}'),
           "diagnostic.sink_mass"))
draw("based-recall", "Recall against the state that decoding keeps", "bytes of state a sequence",
     "accuracy of recall",
     means(rows("based-recall"), lambda r: r["arm"], lambda r: float(r["state_bytes"]),
           "metric.accuracy"), lines=False)
