#!/usr/bin/env python3
"""How often do the intervals of `allometry fit` and `allometry forecast` hold the truth?

For every law of the catalogue, tables are planted from the formula of its paper, written here in
NumPy, with noise of a known size; the command line fits them, and the share of nominal 90 %
intervals that hold the planted parameter, or the planted outcome of a larger run, is counted. One
Markdown row a law and design:

    scripts/coverage.d/laws.py --after .build/release/allometry --worlds 100 --laws chinchilla,routed

`--before` counts the same worlds with another binary beside it. A share is followed by `!` where it
lies outside 85 to 95 % by more than two standard errors of the simulation. Every world has its own
seed, so the same call gives the same numbers.
"""
import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np

exp, log = np.exp, np.log


def grid(**axes):
    """Every combination of the values of the axes, as columns."""
    names = list(axes)
    mesh = np.meshgrid(*[np.asarray(axes[name], float) for name in names], indexing="ij")
    return {name: values.ravel() for name, values in zip(names, mesh)}


def powers(low, high, count):
    return np.exp(np.linspace(np.log(low), np.log(high), count))


def join(*tables):
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


class Design:
    """A table to plant: columns, planted parameters, the spread of single outcomes.

    `noise` is the standard deviation of the log of the outcome, or of the outcome itself where the
    law has `plain` noise. `beyond` is the larger run that is forecast. `skip` names parameters that
    the design cannot tell and that are not counted.
    """

    def __init__(self, label, columns, truth, noise, beyond, seeds=1, skip=(), options=()):
        self.label, self.truth, self.noise, self.beyond = label, truth, noise, beyond
        self.columns = {name: np.repeat(values, seeds) for name, values in columns.items()}
        self.skip, self.options = set(skip), list(options)


class Law:
    def __init__(self, formula, designs, response="loss", plain=False, options=(), clip=None):
        self.formula, self.designs, self.response = formula, designs, response
        self.plain, self.options, self.clip = plain, list(options), clip


# --- formulas, from the papers -------------------------------------------------------------------


def chinchilla(p, x):
    return p["E"] + p["A"] * x["N"] ** -p["alpha"] + p["B"] * x["D"] ** -p["beta"]


def kaplan(p, x):
    return ((p["N_c"] / x["N"]) ** (p["alpha_N"] / p["alpha_D"]) + p["D_c"] / x["D"]) ** p["alpha_D"]


def kaplan_steps(p, x):
    # The implicit equation of [11], by fixed-point iteration (a contraction: L enters weakly).
    loss = np.full_like(x["N"], 3.0)
    for _ in range(200):
        critical = p["Bstar"] / loss ** (1 / p["alpha_B"])
        loss = (p["N_c"] / x["N"]) ** p["alpha_N"] + (
            p["S_c"] / x["step"] * (1 + critical / x["batch_tokens"])
        ) ** p["alpha_S"]
    return loss


def coupled(p, x):
    return (p["A"] * x["N"] ** -p["alpha"] + p["B"] * x["D"] ** -p["beta"]) ** p["k"] + p["E"]


def farseer(p, x):
    N, D = x["N"], x["D"]
    return exp(p["s"] * N ** p["q"] + p["S"]) + exp(p["b"] * N ** p["beta"] + p["Q"]) * D ** (
        -exp(p["a"] * N ** p["alpha"] + p["P"])
    )


def overtraining(p, x):
    M, C = x["D"] / x["N"], 6 * x["N"] * x["D"]
    return p["E"] + (p["a"] * M ** p["eta"] + p["b"] * M ** -p["eta"]) * C ** -p["eta"]


def bnsl(p, x):
    D = x["D"]
    return p["a"] + p["b"] * D ** -p["c0"] * (1 + (D / p["d1"]) ** (1 / p["f1"])) ** (
        -p["c1"] * p["f1"]
    )


def m4(p, x):
    # (y - e)/(E0 - y)^alpha = beta x^-c, by bisection in y.
    low = np.full_like(x["D"], p["eps_inf"])
    high = np.full_like(x["D"], p["eps_0"])
    target = log(p["beta"]) - p["c"] * log(x["D"])
    for _ in range(200):
        y = (low + high) / 2
        above = log(y - p["eps_inf"]) - p["alpha"] * log(p["eps_0"] - y) > target
        high, low = np.where(above, y, high), np.where(above, low, y)
    return (low + high) / 2


def data_constrained(p, x):
    U = np.minimum(x["U"], x["D"])
    best = U * (p["A"] / p["B"]) ** (1 / p["alpha"])
    UN = np.minimum(x["N"], best)
    Neff = UN + UN * p["R_N"] * (1 - exp(-(x["N"] / UN - 1) / p["R_N"]))
    Deff = U + U * p["R_D"] * (1 - exp(-(x["D"] / U - 1) / p["R_D"]))
    return p["E"] + p["A"] * Neff ** -p["alpha"] + p["B"] * Deff ** -p["alpha"]


def repeated_data(p, x):
    bump = exp(-((log(x["repeats"]) - log(p["peak"])) ** 2) / (2 * p["width"] ** 2))
    Neff = x["N"] * exp(-p["depth"] * x["repeated_share"] * bump)
    return p["E"] + p["A"] * Neff ** -p["alpha"]


def data_filtering(p, x):
    result = []
    for D, U in zip(x["D"], x["U"]):
        y, seen, epoch = min(D, U) ** -p["b"], U, 1
        while seen < D - 1e-9:
            after = min(D, seen + U)
            y *= (after / seen) ** (-p["b"] * 0.5 ** (epoch / p["tau"]))
            seen, epoch = after, epoch + 1
        result.append(p["d"] + p["a"] * y)
    return np.array(result)


def vocabulary(p, x):
    lv = log(np.minimum(x["vocab"], 2e5))
    f = 0.00639222 * lv**2 - 0.15811069 * lv + 1.20470122
    return (
        -p["E"]
        + p["A1"] * x["N"] ** -p["beta"]
        + p["A2"] * (x["vocab"] * x["width"]) ** -p["alpha2"]
        + p["B"] * (x["characters"] * f) ** -p["beta"]
    )


def routed(p, x):
    inverse = 1 / (x["experts"] - 1 + 1 / (1 / p["E_start"] - 1 / p["E_max"])) + 1 / p["E_max"]
    lE, lN = -np.log10(inverse), np.log10(x["N"])
    return 10 ** (p["a"] * lN + p["b"] * lE + p["c"] * lN * lE + p["d"])


def fine_grained(p, x):
    return (
        p["c"]
        + (p["g"] / x["granularity"] ** p["gamma"] + p["a"]) * x["N"] ** -p["alpha"]
        + p["b"] * x["D"] ** -p["beta"]
    )


def precision(p, x):
    if "bits" in x:
        return precision_one(p, x)
    Neff = x["N"].copy()
    for part in ("w", "a", "kv"):
        name = {"w": "weights", "a": "activations", "kv": "kv"}[part]
        Neff *= 1 - exp(p["n_" + part] - x["bits_" + name] / p["gamma_" + part])
    return p["E"] + p["A"] * Neff ** -p["alpha"] + p["B"] * x["D"] ** -p["alpha"]


def precision_one(p, x):
    Neff = x["N"] * (1 - exp(p["n"] - x["bits"] / p["gamma"]))
    return p["E"] + p["A"] * Neff ** -p["alpha"] + p["B"] * x["D"] ** -p["alpha"]


def float_quantization(p, x):
    N, D = x["N"], x["D"]
    return (
        p["n"] * N ** -p["alpha"]
        + p["d"] * D ** -p["beta"]
        + p["eps"]
        + D ** p["beta"] / N ** p["alpha"] * np.log2(x["block"])
        / (p["gamma"] * (x["exponent_bits"] + 0.5) ** p["delta"] * (x["mantissa_bits"] + 0.5) ** p["nu"])
    )


def joint_moe(p, x):
    lE = log(x["experts"])
    return (
        p["a"] * x["experts"] ** p["delta"] * x["N"] ** (p["alpha"] + p["gamma"] * lE)
        + p["b"] * x["experts"] ** p["omega"] * x["D"] ** (p["beta"] + p["zeta"] * lE)
        + p["c"]
    )


def sparse_moe(p, x):
    T, r = x["total"], x["N"] / x["total"]
    return (
        p["a"] * T ** -p["alpha"]
        + p["b"] * x["D"] ** -p["beta"]
        + p["c"] * r ** -p["lambda"]
        + p["d"] * r ** -p["delta"] * T ** -p["gamma"]
        + p["e"]
    )


def distillation(p, x):
    LT, LS = x["teacher_loss"], x["supervised_loss"]
    gap = LT ** -p["c0"] * (1 + (LT / (LS * p["d1"])) ** (1 / p["f1"])) ** (-p["c1"] * p["f1"])
    return LT + gap * (p["A"] * x["N"] ** -p["alpha"] + p["B"] * x["D"] ** -p["beta"]) ** p["gamma"]


def students(rows):
    """The loss of the students without a teacher, by the supervised law of the same paper."""
    rows["supervised_loss"] = 1.220 + (
        3355 * rows["N"] ** -0.408 + 18186 * rows["D"] ** -0.431
    ) ** 0.452
    return rows


def logistic(z):
    return 1 / (1 + exp(-z))


def schedule_sums(lr, decay=0.999):
    fall = np.r_[0.0, lr[:-1] - lr[1:]]
    momentum, total, sums = 0.0, 0.0, []
    for change in fall:
        momentum = decay * momentum + change
        total += momentum
        sums.append(total)
    return np.cumsum(lr), np.array(sums)


class Curves:
    """Loss curves under schedules: rows of one run share a small offset and are noisy one by one."""

    def __init__(self, law, steps, every, offset):
        self.law, self.steps, self.every, self.offset = law, steps, every, offset

    def schedules(self):
        T, p, floor = self.steps, 3e-4, 3e-5
        t = np.arange(T + 1)
        yield "constant", np.full(T + 1, p)
        yield "cosine", floor + (p - floor) / 2 * (1 + np.cos(np.pi * t / T))
        yield "wsd", np.where(t < 0.8 * T, p, p + (floor - p) * (t - 0.8 * T) / (0.2 * T))
        yield "step", np.where(t < T // 2, p, 9e-5)

    def loss(self, p, lr, steps):
        S, S2 = schedule_sums(lr)
        if self.law == "annealing":
            return (p["L0"] + p["A"] * S ** -p["alpha"] - p["C"] * S2)[steps]
        fall = np.r_[0.0, lr[:-1] - lr[1:]]
        at = np.nonzero(fall)[0]
        before = (S - lr)[at]
        result = []
        for step in steps:
            past = at <= step
            reach = p["C"] * lr[at][past] ** -p["gamma"] * (S[step] - before[past])
            gain = np.sum(fall[at][past] * (1 - (1 + reach) ** -p["beta"]))
            result.append(p["L0"] + p["A"] * S[step] ** -p["alpha"] - p["B"] * gain)
        return np.array(result)


# --- designs -------------------------------------------------------------------------------------

HOFFMANN = dict(E=1.8172, A=477.8, B=2143, alpha=0.3473, beta=0.3672)
SIZES = powers(2e7, 2e9, 5)
ND = grid(N=powers(2e7, 2e9, 5), D=powers(4e8, 4e10, 5))
LADDER = join(*[grid(N=[n], D=[10 * n, 20 * n, 60 * n]) for n in powers(1e7, 1e9, 6)])
BIG = dict(N=2e10, D=4e11)


def one(name, low, high, count):
    return {name: powers(low, high, count)}


def random_shares(count, parts, seed):
    return {
        f"share_{i + 1}": column
        for i, column in enumerate(np.random.default_rng(seed).dirichlet([1.0] * parts, count).T)
    }


KSTEPS = dict(N_c=6.5e13, alpha_N=0.077, S_c=2.1e3, alpha_S=0.76, Bstar=2e8, alpha_B=0.21)
KROWS = grid(N=powers(1e6, 1e9, 4), step=powers(2e3, 1e5, 5), batch_tokens=[6.4e4, 2.5e5, 1e6])
FARSEER = dict(s=-0.02, q=0.15, S=1.0, b=0.25, beta=0.1, Q=3.2, a=-0.05, alpha=0.12, P=-0.55)
OVER = dict(E=1.837, a=212.2, b=366.7, eta=0.1364)
ROUTED = dict(a=-0.083, b=-0.118, c=0.0099, d=1.114, E_start=2.08, E_max=239.0)
GRAIN = dict(c=0.47, g=2.1, gamma=0.58, a=18.1, alpha=0.115, b=30.8, beta=0.147)
BITS = dict(A=4299, alpha=0.4965, B=1.806e4, E=2.7648, gamma_w=2.6745, n_w=0.3037, gamma_a=2.2102,
            n_a=1.4072, gamma_kv=0.9578, n_kv=2.4185)
FLOAT = dict(n=69.2343, alpha=0.2368, d=68973.0621, beta=0.5162, eps=1.9061, gamma=11334.5197,
             delta=3.1926, nu=2.9543)
CONSTRAINED = dict(E=1.87, A=521, B=1488, alpha=0.3526596, R_D=15.387756, R_N=5.309743)
VOCAB = dict(E=5.5, A1=150, A2=60, B=5e3, alpha2=0.35, beta=0.3)
POWER = dict(L0=2.628, A=0.43, C=0.411, alpha=0.55)
MULTI = dict(L0=2.65, A=0.6, alpha=0.453, B=438, C=2.13, beta=0.598, gamma=0.655)
PRECISIONS = join(
    *[
        grid(N=powers(3e7, 2.2e8, 4), D=powers(1.5e9, 2.6e10, 3), bits_weights=[w],
             bits_activations=[a], bits_kv=[k])
        for w, a, k in [(16, 16, 16), (3, 16, 16), (4, 16, 16), (6, 16, 16), (16, 4, 16),
                        (16, 6, 16), (16, 8, 16), (16, 16, 3), (16, 16, 4), (16, 16, 5), (4, 6, 4)]
    ]
)
FORMATS = join(
    *[
        grid(N=powers(4e7, 7e8, 4), D=powers(1e10, 1e11, 3), exponent_bits=[e], mantissa_bits=[m],
             block=[128])
        for e, m in [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (4, 3), (5, 2), (8, 7)]
    ]
)
VROWS = join(
    *[grid(N=[n], width=[w], vocab=powers(4e3, 9.6e4, 5), characters=powers(2e9, 2e11, 4))
      for n, w in [(3.3e7, 512), (1.5e8, 768), (3e8, 1024), (1.1e9, 2048)]]
)

JOINT = dict(c=1.3637, a=35.91, b=35.98, alpha=-0.1889, beta=-0.1775, delta=-0.2285, gamma=0.0098,
             omega=0.5529, zeta=-0.0259)
SPARSE = dict(e=0.94, a=16612.5, b=5455.67, c=0.4598, d=17.26, alpha=0.5962, beta=0.3954,
              delta=0.1603, gamma=0.1595, **{"lambda": -0.1666})
SPARSE_ROWS = join(
    *[grid(N=[share * total], total=[total], D=powers(2e9, 2e11, 4))
      for total in powers(1e8, 1e10, 5) for share in (1, 0.5, 0.25, 0.1, 0.03)]
)
TEACHING = dict(A=2243, B=24181, alpha=0.321, beta=0.637, gamma=0.764, c0=2.549, c1=522.61, f1=0.09,
                d1=1.315)
STUDENTS = students(grid(N=powers(1.4e8, 2e9, 4), D=powers(4e9, 2.6e11, 4),
                         teacher_loss=[1.9, 2.1, 2.3, 2.5, 2.8, 3.2]))

LAWS = {
    "power": Law(
        lambda p, x: p["A"] * x["C"] ** -p["alpha"],
        [Design("8 sizes", one("C", 1e17, 1e20, 8), dict(A=30, alpha=0.05), 0.01, dict(C=1e22)),
         Design("6 sizes x 3 seeds", one("C", 1e17, 1e20, 6), dict(A=30, alpha=0.05), 0.005,
                dict(C=1e22), seeds=3)]),
    "power-constant": Law(
        lambda p, x: p["E"] + p["A"] * x["C"] ** -p["alpha"],
        [Design("12 sizes", one("C", 1e17, 1e21, 12), dict(E=1.7, A=2000, alpha=0.17), 0.003,
                dict(C=1e23)),
         Design("30 sizes", one("C", 1e17, 1e21, 30), dict(E=1.7, A=2000, alpha=0.17), 0.01,
                dict(C=1e23))]),
    "variance-limited": Law(
        lambda p, x: p["E"] + p["A"] / x["D"],
        [Design("10 lengths", one("D", 1e6, 1e8, 10), dict(E=2.0, A=1e6), 0.01, dict(D=1e9)),
         Design("25 lengths", one("D", 1e6, 1e8, 25), dict(E=2.0, A=1e6), 0.03, dict(D=1e9))]),
    "resolution-limited": Law(
        lambda p, x: p["E"] + p["A"] * x["D"] ** (-4 / p["d"]),
        [Design("12 lengths", one("D", 1e6, 1e10, 12), dict(E=1.5, A=100, d=16), 0.005,
                dict(D=1e11)),
         Design("30 lengths", one("D", 1e6, 1e10, 30), dict(E=1.5, A=100, d=16), 0.01,
                dict(D=1e11))]),
    "bnsl": Law(
        bnsl,
        [Design("40 lengths, break inside", one("D", 1e5, 1e9, 40),
                dict(a=0.5, b=6, c0=0.05, d1=1e7, c1=0.4, f1=0.3), 0.004, dict(D=1e10)),
         Design("80 lengths", one("D", 1e5, 1e9, 80),
                dict(a=0.5, b=6, c0=0.05, d1=1e7, c1=0.4, f1=0.3), 0.01, dict(D=1e10))]),
    "m4": Law(
        m4,
        [Design("30 lengths", one("D", 1e3, 1e8, 30),
                dict(beta=3000, c=0.6, eps_inf=0.5, eps_0=6.0, alpha=0.8), 0.005, dict(D=1e9)),
         Design("60 lengths", one("D", 1e3, 1e8, 60),
                dict(beta=3000, c=0.6, eps_inf=0.5, eps_0=6.0, alpha=0.8), 0.01, dict(D=1e9))]),
    "kaplan": Law(
        kaplan,
        [Design("5 x 5", grid(N=powers(1e6, 1e9, 5), D=powers(2e7, 2e10, 5)),
                dict(N_c=6.4e13, D_c=1.8e13, alpha_N=0.076, alpha_D=0.103), 0.005, BIG),
         Design("4 x 4 x 2 seeds", grid(N=powers(1e6, 1e9, 4), D=powers(2e7, 2e10, 4)),
                dict(N_c=6.4e13, D_c=1.8e13, alpha_N=0.076, alpha_D=0.103), 0.01, BIG, seeds=2)]),
    "kaplan-steps": Law(
        kaplan_steps,
        [Design("4 sizes, 5 lengths, 3 batches", KROWS, KSTEPS, 0.004,
                dict(N=1e10, step=3e5, batch_tokens=2e6)),
         Design("same, noisier", KROWS, KSTEPS, 0.01, dict(N=1e10, step=3e5, batch_tokens=2e6))]),
    "chinchilla": Law(
        chinchilla,
        [Design("5 x 5", ND, HOFFMANN, 0.005, BIG),
         Design("4 x 4", grid(N=powers(2e7, 2e9, 4), D=powers(4e8, 4e10, 4)), HOFFMANN, 0.007, BIG),
         Design("ladder, 10 to 60 tokens a parameter", LADDER, HOFFMANN, 0.004, BIG)]),
    "coupled": Law(
        coupled,
        [Design("6 x 6", grid(N=powers(1e7, 3e9, 6), D=powers(2e8, 6e10, 6)),
                dict(E=1.6, A=2.2e3, B=4e4, alpha=0.6, beta=0.7, k=0.5), 0.003, BIG),
         Design("5 x 5", ND, dict(E=1.6, A=2.2e3, B=4e4, alpha=0.6, beta=0.7, k=0.5), 0.005, BIG)]),
    "farseer": Law(
        farseer,
        # Inner exponents and their amplitudes trade off: the surface is what can be told.
        [Design("6 x 8", grid(N=powers(1e8, 6e9, 6), D=powers(1e9, 2.5e11, 8)), FARSEER, 0.003,
                dict(N=2e10, D=5e11), skip=FARSEER),
         Design("5 x 6", grid(N=powers(1e8, 6e9, 5), D=powers(1e9, 2.5e11, 6)), FARSEER, 0.006,
                dict(N=2e10, D=5e11), skip=FARSEER)]),
    "overtraining": Law(
        overtraining,
        [Design("5 sizes x M of 20, 80, 320",
                join(*[grid(N=[n], D=[20 * n, 80 * n, 320 * n]) for n in powers(1e7, 4e8, 5)]),
                OVER, 0.004, dict(N=7e9, D=1.4e11)),
         Design("4 sizes at 20, one at 320",
                dict(N=np.array([1.06e7, 7.9e7, 1.54e8, 4.1e8, 1.06e7, 1.44e9]),
                     D=20 * np.array([1.06e7, 7.9e7, 1.54e8, 4.1e8, 16 * 1.06e7, 1.44e9])),
                OVER, 0.004, dict(N=7e9, D=1.4e11)),
         Design("8 rows",
                join(*[grid(N=[n], D=[20 * n, 160 * n]) for n in powers(1e7, 1e9, 4)]),
                OVER, 0.006, dict(N=7e9, D=1.4e11))]),
    "data-constrained": Law(
        data_constrained,
        [Design("3 pools, 1 to 60 epochs",
                join(*[grid(N=powers(1e7, 1e9, 4), D=[u, 4 * u, 15 * u, 60 * u], U=[u])
                       for u in (1e8, 4e8, 1.6e9)]),
                CONSTRAINED, 0.004, dict(N=5e9, D=2e11, U=2e10)),
         Design("2 pools",
                join(*[grid(N=powers(1e7, 1e9, 4), D=[u, 6 * u, 40 * u], U=[u])
                       for u in (2e8, 1e9)]),
                CONSTRAINED, 0.004, dict(N=5e9, D=2e11, U=2e10))]),
    "repeated-data": Law(
        repeated_data,
        [Design("4 sizes, 6 repeats, 3 shares",
                grid(N=powers(1e7, 1e9, 4), repeats=[1, 10, 50, 200, 1000, 10000],
                     repeated_share=[0, 0.1, 0.3]),
                dict(E=1.7, A=150, alpha=0.25, depth=5, peak=150, width=1.5), 0.004,
                dict(N=5e9, repeats=100, repeated_share=0.1)),
         Design("noisier",
                grid(N=powers(1e7, 1e9, 4), repeats=[1, 10, 50, 200, 1000, 10000],
                     repeated_share=[0, 0.1, 0.3]),
                dict(E=1.7, A=150, alpha=0.25, depth=5, peak=150, width=1.5), 0.01,
                dict(N=5e9, repeats=100, repeated_share=0.1))]),
    "data-filtering": Law(
        data_filtering,
        [Design("3 pools, 1 to 16 epochs",
                join(*[grid(D=[u / 4, u / 2, u, 2 * u, 4 * u, 8 * u, 16 * u], U=[u])
                       for u in (1e7, 4e7, 1.6e8)]),
                dict(d=0.1, a=6, b=0.15, tau=4), 0.003, dict(D=2e9, U=6.4e8)),
         Design("2 pools",
                join(*[grid(D=[u / 4, u, 4 * u, 16 * u], U=[u]) for u in (1e7, 1.6e8)]),
                dict(d=0.1, a=6, b=0.15, tau=4), 0.002, dict(D=2e9, U=6.4e8))],
        response="error", plain=True),
    "vocabulary": Law(
        vocabulary,
        [Design("4 sizes, 5 vocabularies, 4 texts", VROWS, VOCAB, 0.005,
                dict(N=3e9, width=3200, vocab=1e5, characters=1e12)),
         Design("noisier", VROWS, VOCAB, 0.02,
                dict(N=3e9, width=3200, vocab=1e5, characters=1e12))],
        plain=True),
    "routed": Law(
        routed,
        [Design("5 sizes x 7 counts of experts",
                grid(N=powers(1.5e7, 1.3e9, 5), experts=[1, 2, 4, 16, 64, 256, 512]), ROUTED, 0.005,
                dict(N=7e9, experts=64)),
         Design("4 x 5", grid(N=powers(1.5e7, 1.3e9, 4), experts=[1, 4, 16, 64, 256]), ROUTED,
                0.005, dict(N=7e9, experts=64)),
         Design("4 x 6 x 2 seeds, noisier",
                grid(N=powers(1.5e7, 1.3e9, 4), experts=[1, 2, 8, 32, 128, 512]), ROUTED, 0.01,
                dict(N=7e9, experts=64), seeds=2)]),
    "fine-grained-moe": Law(
        fine_grained,
        [Design("5 x 4 x 4 granularities",
                grid(N=powers(6e7, 4e9, 5), D=powers(1.6e10, 1.3e11, 4), granularity=[1, 2, 4, 16]),
                GRAIN, 0.004, dict(N=3e10, D=1e12, granularity=8)),
         Design("3 x 3 x 4",
                grid(N=powers(6e7, 4e9, 3), D=powers(1.6e10, 1.3e11, 3), granularity=[1, 2, 4, 8]),
                GRAIN, 0.004, dict(N=3e10, D=1e12, granularity=8)),
         Design("4 x 4 x 4, little noise",
                grid(N=powers(6e7, 4e9, 4), D=powers(5e9, 2e11, 4), granularity=[1, 2, 4, 16]),
                GRAIN, 0.0015, dict(N=3e10, D=1e12, granularity=8))]),
    "joint-moe": Law(
        joint_moe,
        [Design("4 sizes, 4 lengths, 5 counts of experts",
                grid(N=powers(1e8, 3e9, 4), D=powers(2e9, 2e11, 4), experts=[1, 2, 4, 8, 32]),
                JOINT, 0.003, dict(N=1e10, D=1e12, experts=16)),
         Design("3 x 3 x 4", grid(N=powers(1e8, 3e9, 3), D=powers(2e9, 2e11, 3),
                                  experts=[1, 4, 8, 32]),
                JOINT, 0.004, dict(N=1e10, D=1e12, experts=16))]),
    "sparse-moe": Law(
        sparse_moe,
        # Ten parameters trade off: the surface is what can be told.
        [Design("5 sizes, 4 lengths, 5 active shares", SPARSE_ROWS, SPARSE, 0.003,
                dict(N=2e9, total=2e10, D=1e12), skip=SPARSE),
         Design("same, noisier", SPARSE_ROWS, SPARSE, 0.01, dict(N=2e9, total=2e10, D=1e12),
                skip=SPARSE)]),
    "distillation": Law(
        distillation,
        [Design("4 students, 4 lengths, 6 teachers", STUDENTS, TEACHING, 0.003,
                students({"N": np.array([3e9]), "D": np.array([1e12]),
                          "teacher_loss": np.array([1.9])}), skip=("c0", "c1", "d1", "f1")),
         Design("same, noisier", STUDENTS, TEACHING, 0.01,
                students({"N": np.array([3e9]), "D": np.array([1e12]),
                          "teacher_loss": np.array([1.9])}), skip=("c0", "c1", "d1", "f1"))]),
    "precision": Law(
        precision,
        [Design("132 runs, 11 settings of bits", PRECISIONS, BITS, 0.005,
                dict(N=1.7e9, D=2.6e10, bits_weights=8, bits_activations=8, bits_kv=8)),
         Design("same, noisier", PRECISIONS, BITS, 0.012,
                dict(N=1.7e9, D=2.6e10, bits_weights=8, bits_activations=8, bits_kv=8)),
         Design("one column of bits, 4 x 3 x 5",
                grid(N=powers(3e7, 2.2e8, 4), D=powers(1.5e9, 2.6e10, 3), bits=[3, 4, 6, 8, 16]),
                dict(A=4299, alpha=0.4965, B=1.806e4, E=2.7648, gamma=2.6745, n=0.3037), 0.005,
                dict(N=1.7e9, D=2.6e10, bits=6), options=["--set", "parts=one"])]),
    "float-quantization": Law(
        float_quantization,
        [Design("96 runs, 8 formats", FORMATS, FLOAT, 0.004,
                dict(N=1.2e9, D=2e11, exponent_bits=4, mantissa_bits=3, block=128)),
         Design("same, noisier", FORMATS, FLOAT, 0.01,
                dict(N=1.2e9, D=2e11, exponent_bits=4, mantissa_bits=3, block=128))]),
    "parscale": Law(
        lambda p, x: p["E"] + p["A"] * (x["N"] * (1 + p["k"] * log(x["streams"]))) ** -p["alpha"],
        [Design("6 sizes x 4 counts of streams", grid(N=powers(5e8, 4.4e9, 6), streams=[1, 2, 4, 8]),
                dict(E=1.29, A=7e2 * 0.25, alpha=0.2, k=0.33), 0.001, dict(N=1e10, streams=16)),
         Design("wider and noisier", grid(N=powers(1e8, 1e10, 6), streams=[1, 2, 4, 8]),
                dict(E=1.29, A=7e2 * 0.25, alpha=0.2, k=0.33), 0.004, dict(N=5e10, streams=16))]),
    "sparse-attention": Law(
        lambda p, x: logistic(p["b0"] + p["b_N"] * log(x["N"]) + p["b_T"] * log(x["context"])
                              + p["b_c"] * log(x["compression"])),
        [Design("4 x 4 x 4", grid(N=powers(5e8, 7e10, 4), context=powers(4e3, 1.3e5, 4),
                                  compression=[1, 2, 5, 20]),
                dict(b0=-5, b_N=0.4, b_T=-0.25, b_c=-0.3), 0.02,
                dict(N=2e11, context=1.3e5, compression=5)),
         Design("3 x 3 x 3", grid(N=powers(5e8, 7e10, 3), context=powers(4e3, 1.3e5, 3),
                                  compression=[1, 5, 20]),
                dict(b0=-5, b_N=0.4, b_T=-0.25, b_c=-0.3), 0.02,
                dict(N=2e11, context=1.3e5, compression=5))],
        response="accuracy", plain=True),
    "sparse-training": Law(
        lambda p, x: p["E"] + p["A"] * x["D"] ** -p["b"],
        [Design("10 lengths", one("D", 1e8, 1e11, 10), dict(E=2.1, A=40, b=0.2), 0.003,
                dict(D=1e12)),
         Design("30 lengths", one("D", 1e8, 1e11, 30), dict(E=2.1, A=40, b=0.2), 0.01,
                dict(D=1e12))]),
    "superposition": Law(
        lambda p, x: p["C_m"] * x["width"] ** -p["alpha_m"] + p["rest"],
        [Design("8 widths", one("width", 8, 1024, 8), dict(C_m=6, rest=0.1, alpha_m=0.91), 0.01,
                dict(width=4096)),
         Design("6 widths x 4 seeds", one("width", 8, 1024, 6), dict(C_m=6, rest=0.1, alpha_m=0.91),
                0.02, dict(width=4096), seeds=4)]),
    "encoder-decoder": Law(
        lambda p, x: p["L_inf"] + p["alpha"] * x["encoder_N"] ** -p["p_e"] * x["decoder_N"] ** -p["p_d"],
        [Design("5 x 5", grid(encoder_N=powers(2e7, 2e9, 5), decoder_N=powers(2e7, 2e9, 5)),
                dict(L_inf=1.2, alpha=60, p_e=0.1, p_d=0.14), 0.003,
                dict(encoder_N=1e10, decoder_N=1e10)),
         Design("4 x 4", grid(encoder_N=powers(2e7, 2e9, 4), decoder_N=powers(2e7, 2e9, 4)),
                dict(L_inf=1.2, alpha=60, p_e=0.1, p_d=0.14), 0.006,
                dict(encoder_N=1e10, decoder_N=1e10))]),
    "multilingual": Law(
        lambda p, x: p["E"] + p["A"] * (x["N"] * (
            x["share"] + p["c1"] * x["share"] ** p["c2"] * (1 - x["share"]) ** p["c3"])) ** -p["alpha"],
        [Design("5 sizes x 6 shares", grid(N=powers(2e7, 1e9, 5),
                                           share=[0.05, 0.1, 0.3, 0.5, 0.7, 1]),
                dict(E=1.4, A=120, alpha=0.25, c1=0.3, c2=0.6, c3=0.8), 0.002,
                dict(N=5e9, share=0.2)),
         Design("4 sizes x 8 shares x 2 seeds",
                grid(N=powers(2e7, 1e9, 4), share=[0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1]),
                dict(E=1.4, A=120, alpha=0.25, c1=0.3, c2=0.6, c3=0.8), 0.004,
                dict(N=5e9, share=0.2), seeds=2)]),
    "transfer": Law(
        lambda p, x: (log(p["A"]) + p["alpha"] * log(x["D"])) ** p["beta"],
        [Design("12 lengths", one("D", 1e8, 1e11, 12), dict(A=1e-3, alpha=0.5, beta=1.5), 0.01,
                dict(D=1e12)),
         Design("30 lengths", one("D", 1e8, 1e11, 30), dict(A=1e-3, alpha=0.5, beta=1.5), 0.02,
                dict(D=1e12))],
        response="bleu"),
    "loss-to-error": Law(
        lambda p, x: p["epsilon"] - p["k"] * exp(-p["gamma"] * x["loss"]),
        [Design("10 losses", dict(loss=np.linspace(2.5, 5.3, 10)),
                dict(k=2.079, gamma=0.756, epsilon=0.85), 0.006, dict(loss=2.2)),
         Design("30 losses", dict(loss=np.linspace(2.5, 5.3, 30)),
                dict(k=2.079, gamma=0.756, epsilon=0.85), 0.01, dict(loss=2.2))],
        response="error", plain=True),
    "loss-to-accuracy": Law(
        lambda p, x: p["A"] * logistic(-p["k"] * (x["loss"] - p["L0"])),
        [Design("15 losses", dict(loss=np.linspace(0.4, 2.5, 15)), dict(A=0.9, k=3, L0=1.2), 0.02,
                dict(loss=0.2)),
         Design("30 losses", dict(loss=np.linspace(0.4, 2.5, 30)), dict(A=0.9, k=3, L0=1.2), 0.02,
                dict(loss=0.2))],
        response="accuracy", plain=True),
    "task-sigmoid": Law(
        lambda p, x: 0.25 + (p["A"] - 0.25) / (1 + (p["C_mid"] / x["C"]) ** p["B"]),
        [Design("15 budgets", one("C", 1e18, 1e23, 15), dict(A=0.85, B=0.8, C_mid=3e20), 0.015,
                dict(C=1e24)),
         Design("30 budgets", one("C", 1e18, 1e23, 30), dict(A=0.85, B=0.8, C_mid=3e20), 0.02,
                dict(C=1e24))],
        response="accuracy", plain=True, options=["--set", "chance=0.25"]),
    "rl-sigmoid": Law(
        lambda p, x: p["R0"] + (p["A"] - p["R0"]) / (1 + (p["C_mid"] / x["C"]) ** p["B"]),
        [Design("25 budgets", one("C", 1e2, 1e5, 25), dict(R0=0.2, A=0.61, B=1.2, C_mid=3e3), 0.01,
                dict(C=3e5)),
         Design("40 budgets", one("C", 1e2, 1e5, 40), dict(R0=0.2, A=0.61, B=1.2, C_mid=3e3), 0.02,
                dict(C=3e5))],
        response="accuracy", plain=True),
    "passuntil": Law(
        lambda p, x: exp(-p["c"] * x["N"] ** -p["alpha"]),
        [Design("8 sizes", one("N", 3e7, 1.5e9, 8), dict(c=3e3, alpha=0.33), 0.1, dict(N=1e10)),
         Design("20 sizes", one("N", 3e7, 1.5e9, 20), dict(c=3e3, alpha=0.33), 0.2, dict(N=1e10))],
        response="pass"),
    "post-training": Law(
        lambda p, x: p["c"] * x["examples"] ** (1 / p["b"]),
        [Design("8 counts", one("examples", 100, 10000, 8), dict(c=0.1, b=6), 0.01,
                dict(examples=2e4)),
         Design("5 counts x 3 seeds", one("examples", 100, 10000, 5), dict(c=0.1, b=6), 0.015,
                dict(examples=2e4), seeds=3)],
        response="accuracy", plain=True),
    "learning-rate": Law(
        lambda p, x: p["c"] * x["N"] ** p["a"] * x["D"] ** p["b"],
        [Design("4 x 4", grid(N=powers(6e7, 1e9, 4), D=powers(2e9, 1e11, 4)),
                dict(c=1.79, a=-0.713, b=0.307), 0.1, dict(N=1e10, D=1e12)),
         Design("5 x 5 x 2 seeds", grid(N=powers(6e7, 1e9, 5), D=powers(2e9, 1e11, 5)),
                dict(c=1.79, a=-0.713, b=0.307), 0.2, dict(N=1e10, D=1e12), seeds=2)],
        response="lr"),
    "batch-size": Law(
        lambda p, x: p["c"] * x["N"] ** p["a"] * x["D"] ** p["b"],
        [Design("4 x 4", grid(N=powers(6e7, 1e9, 4), D=powers(2e9, 1e11, 4)),
                dict(c=0.58, a=0.02, b=0.571), 0.1, dict(N=1e10, D=1e12)),
         Design("5 x 5", grid(N=powers(6e7, 1e9, 5), D=powers(2e9, 1e11, 5)),
                dict(c=0.58, a=0.02, b=0.571), 0.2, dict(N=1e10, D=1e12))],
        response="batch_tokens"),
    "critical-batch": Law(
        lambda p, x: p["S_min"] * (1 + p["B_crit"] / x["batch_tokens"]),
        [Design("8 batches", one("batch_tokens", 1e4, 1e7, 8), dict(S_min=5e3, B_crit=5e5), 0.03,
                dict(batch_tokens=3e7)),
         Design("20 batches", one("batch_tokens", 1e4, 1e7, 20), dict(S_min=5e3, B_crit=5e5), 0.05,
                dict(batch_tokens=3e7))],
        response="step"),
    "mixture": Law(
        lambda p, x: p["c"] + exp(sum(p[f"t_share_{i}"] * x[f"share_{i}"] for i in (1, 2, 3))),
        [Design("24 mixtures", random_shares(24, 3, 5),
                dict(c=1.8, t_share_1=0.2, t_share_2=-0.8, t_share_3=-0.1), 0.004,
                dict(share_1=0.2, share_2=0.7, share_3=0.1)),
         Design("64 mixtures", random_shares(64, 3, 6),
                dict(c=1.8, t_share_1=0.2, t_share_2=-0.8, t_share_3=-0.1), 0.01,
                dict(share_1=0.2, share_2=0.7, share_3=0.1))]),
    "two-step": Law(
        lambda p, x: p["A_max"] * logistic(-p["k"] * (chinchilla(p, x) - p["L0"])),
        [Design("5 x 5, loss noise 0.3 %", ND,
                dict(E=0.6, A=60, B=150, alpha=0.25, beta=0.25, A_max=0.9, k=3, L0=1.5), 0.015,
                dict(N=1e10, D=2e11)),
         Design("4 x 4", grid(N=powers(2e7, 2e9, 4), D=powers(4e8, 4e10, 4)),
                dict(E=0.6, A=60, B=150, alpha=0.25, beta=0.25, A_max=0.9, k=3, L0=1.5), 0.015,
                dict(N=1e10, D=2e11))],
        response="accuracy", plain=True),
    "annealing": Law(
        Curves("annealing", 6000, 40, 0.0005),
        [Design("4 schedules, 150 points each", {}, POWER, 0.003, {}),
         Design("same, offsets between runs", {}, POWER, 0.002, {}, options=["offset"])]),
    "multi-power": Law(
        Curves("multi-power", 6000, 40, 0.0005),
        [Design("4 schedules, 150 points each", {}, MULTI, 0.003, {}),
         Design("same, offsets between runs", {}, MULTI, 0.002, {}, options=["offset"])]),
}


# --- worlds --------------------------------------------------------------------------------------


def planted(law, design, rng):
    """One table of a world, as columns."""
    columns = dict(design.columns)
    clean = law.formula(design.truth, columns)
    noise = design.noise * rng.standard_normal(len(clean))
    outcome = clean + noise if law.plain else clean * exp(noise)
    columns[law.response] = outcome
    if law is LAWS["two-step"]:
        loss = chinchilla(design.truth, columns) * exp(0.003 * rng.standard_normal(len(clean)))
        columns["loss"] = loss
        p = design.truth
        columns["accuracy"] = p["A_max"] * logistic(-p["k"] * (loss - p["L0"])) + noise
    return columns


def planted_curves(law, design, rng):
    curves, columns = law.formula, {"run": [], "step": [], "lr": [], "loss": []}
    offset = curves.offset * 4 if "offset" in design.options else 0.0
    for name, lr in curves.schedules():
        steps = np.arange(curves.every, curves.steps + 1, curves.every)
        clean = curves.loss(design.truth, lr, steps)
        shift = offset * rng.standard_normal()
        # The schedule itself is given at every step, as a logger would.
        columns["run"] += [name] * len(lr)
        columns["step"] += list(range(len(lr)))
        columns["lr"] += list(lr)
        loss = np.full(len(lr), np.nan)
        loss[steps] = clean * exp(shift + design.noise * rng.standard_normal(len(steps)))
        columns["loss"] += list(loss)
    return columns


def write(path, columns):
    names = list(columns)
    with open(path, "w") as file:
        file.write(",".join(names) + "\n")
        for row in zip(*columns.values()):
            file.write(",".join(
                value if isinstance(value, str) else "" if math.isnan(value) else f"{value:.12g}"
                for value in row) + "\n")


def call(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        return None
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        return None


def tables_of_curves(columns, folder):
    """Curves as a table of points and a table of rates."""
    rows = [i for i, loss in enumerate(columns["loss"]) if not math.isnan(loss)]
    write(f"{folder}/table.csv", {
        "run": [columns["run"][i] for i in rows], "step": [float(columns["step"][i]) for i in rows],
        "loss": [columns["loss"][i] for i in rows]})
    write(f"{folder}/rates.csv", {
        "run": columns["run"], "step": [float(s) for s in columns["step"]], "lr": columns["lr"]})
    return ["--schedule", f"{folder}/rates.csv"]


def holds(entry, truth):
    low, high = entry.get("low"), entry.get("high")
    if low is None or high is None or isinstance(low, str) or isinstance(high, str):
        return None
    if math.isnan(low) or math.isnan(high):
        return None
    return low <= truth <= high


def world(name, position, index, binaries, resamples, interval):
    """For each binary, which intervals held the truth: {quantity: True, False or None}."""
    law = LAWS[name]
    design = law.designs[position]
    rng = np.random.default_rng([zlib.crc32(name.encode()), position, index])
    is_curve = isinstance(law.formula, Curves)
    columns = planted_curves(law, design, rng) if is_curve else planted(law, design, rng)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        table = f"{folder}/table.csv"
        options = law.options + [option for option in design.options if option != "offset"]
        if is_curve:
            options += tables_of_curves(columns, folder)
        else:
            write(table, columns)
        for binary in binaries:
            fitted = call(binary, "fit", table, "--law", name, "--json", "--seed", str(index),
                          "--resamples", str(resamples), "--threads", "1", "--interval", interval,
                          *options)
            held = {}
            for parameter, truth in design.truth.items():
                if parameter not in design.skip:
                    entry = (fitted or {}).get("parameters", {}).get(parameter)
                    held[parameter] = holds(entry, truth) if entry else None
            if design.beyond:
                held["forecast"] = None
                if fitted:
                    with open(f"{folder}/fit.json", "w") as file:
                        json.dump(fitted, file)
                    at = ",".join(f"{k}={float(np.squeeze(v)):.12g}" for k, v in design.beyond.items())
                    told = call(binary, "forecast", f"{folder}/fit.json", "--at", at, "--json")
                    truth = float(law.formula(
                        design.truth, {k: np.array([float(np.squeeze(v))]) for k, v in design.beyond.items()})[0])
                    entry = forecast_entry(told)
                    held["forecast"] = holds(entry, truth) if entry else None
            results.append(held)
    return results


def forecast_entry(told):
    """The interval of the expected outcome in the JSON of a forecast."""
    if told is None:
        return None
    points = told.get("forecasts") or told.get("points") or [told]
    point = points[0]
    for key in ("law", "expected", "mean", "prediction", "outcome"):
        if isinstance(point.get(key), dict) and "low" in point[key]:
            return point[key]
    return point if "low" in point else None


def share(worlds, quantity):
    held = [w[quantity] for w in worlds if w.get(quantity) is not None]
    if not held:
        return "–"
    value = sum(held) / len(held)
    slack = 2 * math.sqrt(0.9 * 0.1 / len(held))
    mark = "!" if value < 0.85 - slack or value > 0.95 + slack else ""
    missing = len(worlds) - len(held)
    return f"{100 * value:.0f}{mark}" + (f" ({missing} none)" if missing else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--before", help="a binary to compare with")
    parser.add_argument("--after", required=True, help="the binary to test")
    parser.add_argument("--worlds", type=int, default=100, help="tables a design")
    parser.add_argument("--laws", default="", help="names with commas; all by default")
    parser.add_argument("--jobs", type=int, default=1, help="tables at once")
    parser.add_argument("--resamples", type=int, default=400, help="refits an interval")
    parser.add_argument("--interval", default="automatic", help="how intervals are found")
    parser.add_argument("--designs", type=int, default=9, help="designs of each law at most")
    arguments = parser.parse_args()
    names = arguments.laws.split(",") if arguments.laws else list(LAWS)
    unknown = [name for name in names if name not in LAWS]
    if unknown:
        parser.error(f"no planted tables of {', '.join(unknown)}")
    binaries = [b for b in (arguments.before, arguments.after) if b]
    print("| law | design | quantity: share of 90 % intervals that hold the truth, in % "
          + ("(before → after) |" if arguments.before else "|"))
    print("| --- | --- | --- |")
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for name in names:
            for position, design in enumerate(LAWS[name].designs[: arguments.designs]):
                told = list(pool.map(
                    lambda index: world(name, position, index, binaries, arguments.resamples,
                                        arguments.interval),
                    range(arguments.worlds)))
                quantities = list(told[0][0])
                cells = [
                    f"{quantity} " + " → ".join(
                        share([world[b] for world in told], quantity) for b in range(len(binaries)))
                    for quantity in quantities
                ]
                rows = len(next(iter(design.columns.values()))) if design.columns else None
                label = design.label + (f", {rows} rows" if rows else "")
                print(f"| {name} | {label}, {100 * design.noise:g} % | {', '.join(cells)} |",
                      flush=True)


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    sys.exit(main())
