"""Planted worlds for the checks of coverage, written from the papers' formulas.

A world has a truth, which may be another form than the law that is fitted, and the places at which
its forecasts are checked. Nothing here calls the tool that is checked.
"""

import json
import os
import subprocess
import tempfile

import numpy as np


class World:
    """A truth, the law that is fitted to it, and whether that law is the truth's own form."""

    def __init__(self, name, law, truth, right=False, single=False, options=()):
        self.name = name
        self.law = law
        self.truth = truth
        self.right = right
        self.single = single
        self.options = list(options)

    def table(self, rng, grid, noise):
        """Rows of the table: (N, D, loss), and the parameters of this table's truth."""
        truth = self.truth(rng)
        n, d = grid
        return n, d, truth(n, d) * np.exp(noise * rng.standard_normal(len(n))), truth


def jitter(rng, width=0.15):
    return np.exp(width * rng.standard_normal())


# E + A/N^alpha + B/D^beta, about the constants of Hoffmann et al. [L2].
def chinchilla(rng):
    e, a, b = 1.69 * jitter(rng), 406.4 * jitter(rng), 410.7 * jitter(rng)
    alpha, beta = 0.3392 * jitter(rng, 0.08), 0.2849 * jitter(rng, 0.08)
    return lambda n, d: e + a * n**-alpha + b * d**-beta


# ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D, Kaplan et al. [L1].
def kaplan(rng):
    an, ad = 0.076 * jitter(rng), 0.095 * jitter(rng)
    nc, dc = 8.8e13 * jitter(rng), 5.4e13 * jitter(rng)
    return lambda n, d: ((nc / n) ** (an / ad) + dc / d) ** ad


# (A/N^alpha + B/D^beta)^k + E [L5].
def coupled(rng):
    k = rng.uniform(0.45, 0.75)
    alpha, beta = 0.34 * jitter(rng, 0.08) / k, 0.29 * jitter(rng, 0.08) / k
    a, b = (406.0 * jitter(rng)) ** (1 / k), (410.0 * jitter(rng)) ** (1 / k)
    e = 1.7 * jitter(rng)
    return lambda n, d: (a * n**-alpha + b * d**-beta) ** k + e


# Chinchilla's form with a third term in N and D together.
def interaction(rng):
    base = chinchilla(rng)
    g, q = 25.0 * jitter(rng), 0.075
    return lambda n, d: base(n, d) + g * (n * d) ** -q


# The exponent of D grows with N, the idea of Farseer [48].
def size_dependent_exponent(rng):
    e, a = 1.7 * jitter(rng), 400 * jitter(rng)
    b0, slope = 0.24 * jitter(rng, 0.05), rng.uniform(0.006, 0.014)

    def loss(n, d):
        beta = b0 + slope * np.log(n / 1e8)
        return e + a * n**-0.34 + 0.35 * (d / 1e10) ** -beta

    return loss


# A floor that sinks as tokens grow and then settles.
def sinking_floor(rng):
    base = chinchilla(rng)
    depth, place = rng.uniform(0.1, 0.25), 10 ** rng.uniform(10.0, 10.8)
    return lambda n, d: base(n, d) - depth / (1 + place / d) ** 0.7


# A power of compute whose exponent changes smoothly, the broken law [L7].
def broken(rng):
    e, a = 1.6 * jitter(rng), 150 * jitter(rng)
    c0, c1 = 0.10 * jitter(rng, 0.08), rng.uniform(0.03, 0.07)
    place, width = 10 ** rng.uniform(18.5, 20.0), rng.uniform(0.8, 1.6)

    def loss(n, d):
        c = 6 * n * d
        return e + a * c**-c0 * (1 + (c / place) ** (1 / width)) ** (-c1 * width)

    return loss


# Two powers of compute over a floor.
def two_powers(rng):
    e = 1.5 * jitter(rng)
    a, b = 0.6 * jitter(rng), 0.5 * jitter(rng)

    def loss(n, d):
        c = 6 * n * d / 1e18
        return e + a * c**-0.26 + b * c**-0.07

    return loss


# ln(L - E) bends: a parabola in ln C.
def log_curved(rng):
    e, a = 1.5 * jitter(rng), 1.4 * jitter(rng)
    slope, bend = 0.15 * jitter(rng, 0.1), rng.choice([-1, 1]) * rng.uniform(0.001, 0.0025)

    def loss(n, d):
        x = np.log(6 * n * d / 1e18)
        return e + a * np.exp(-slope * x + bend * x * x)

    return loss


# E + A/C^alpha.
def power_constant(rng):
    e, a, alpha = 1.7 * jitter(rng), 1.5 * jitter(rng), 0.15 * jitter(rng, 0.1)
    return lambda n, d: e + a * (6 * n * d / 1e18) ** -alpha


BANK = [
    World("chinchilla", "kaplan", chinchilla),
    World("chinchilla", "coupled", chinchilla),
    World("chinchilla", "overtraining", chinchilla),
    World("kaplan", "chinchilla", kaplan),
    World("coupled", "chinchilla", coupled),
    World("coupled", "overtraining", coupled),
    World("kaplan", "overtraining", kaplan),
    World("interaction term", "chinchilla", interaction),
    World("exponent of D grows with N", "chinchilla", size_dependent_exponent),
    World("floor sinks with tokens", "chinchilla", sinking_floor),
    World("interaction term", "farseer", interaction),
    World("broken power", "power-constant", broken, single=True),
    World("two powers", "power-constant", two_powers, single=True),
    World("log-curved", "power-constant", log_curved, single=True),
    World("power with a floor", "power", power_constant, single=True),
    World("chinchilla", "chinchilla", chinchilla, right=True),
    World("kaplan", "kaplan", kaplan, right=True),
    World("coupled", "coupled", coupled, right=True),
    World("power with a floor", "power-constant", power_constant, right=True, single=True),
]


def grid(rng, single):
    """The sizes and tokens of a table: a product grid, or one run per compute."""
    if single:
        count = rng.choice([10, 16, 24])
        c = 10 ** np.linspace(17.5, 17.5 + rng.uniform(2.5, 3.5), count)
        n = 0.1 * np.sqrt(c)
        return n, c / (6 * n)
    sizes, ratios = rng.choice([4, 5, 6]), rng.choice([4, 5])
    n = 10 ** np.linspace(7.3, 7.3 + rng.uniform(1.3, 2.0), sizes)
    ratio = 10 ** np.linspace(0.7, 0.7 + rng.uniform(1.0, 1.6), ratios)
    n, r = (x.ravel() for x in np.meshgrid(n, ratio))
    return n, n * r


def beyond(n, d, factor):
    """The run at `factor` times the largest compute with the mean tokens per parameter."""
    compute = factor * (6 * n * d).max()
    ratio = np.exp(np.log(d / n).mean())
    size = np.sqrt(compute / (6 * ratio))
    return size, size * ratio


def write_table(path, columns, rows):
    with open(path, "w") as file:
        file.write(",".join(columns) + "\n")
        for row in rows:
            file.write(",".join(f"{value:.10g}" for value in row) + "\n")


def command(binary, *arguments):
    """Runs the tool; None where it refuses."""
    result = subprocess.run(
        [binary, *arguments], capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}
    )
    return result.stdout if result.returncode == 0 else None


class Scratch:
    """A folder for tables and fits that is removed at the end."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def fit(self, binary, columns, rows, law, *options, keep="fit.json"):
        """Fits a table; the path of the saved fit and its JSON, or None where it is refused."""
        table, saved = self.path("table.csv"), self.path(keep)
        write_table(table, columns, rows)
        text = command(binary, "fit", table, "--law", law, "--json", *options)
        if text is None:
            return None
        with open(saved, "w") as file:
            file.write(text)
        return saved, json.loads(text)

    def forecast(self, binary, saved, places):
        """Forecasts at places (dictionaries); a list, or None where it is refused."""
        at = [f"--at={','.join(f'{k}={v:.10g}' for k, v in place.items())}" for place in places]
        text = command(binary, "forecast", saved, *at, "--json")
        return None if text is None else json.loads(text)["forecasts"]
