"""Variable projection on a grid of exponents, the published method re-implemented in NumPy.

For fixed exponents L = E + A/N^alpha + B/D^beta is linear; Huber loss by ten rounds of iteratively
reweighted least squares, negative amplitudes set to zero [arXiv 2603.22339]. All exponents of one
alpha are solved together. Not the code of `vpnls`, which is measured beside it where it can be
imported. No intervals, as in the original.
"""

import argparse
import pathlib

import numpy as np

from measurement import fastest, report

DELTA = 1e-3
TABLES = ["isoflop-ml_scalefit", "isoflop-epochai", "isoflop-llama3"]


def solve(gram, moment):
    """Nonnegative solutions of batches of 3 x 3 normal equations by an active set."""
    free = np.ones(moment.shape, dtype=bool)
    for _ in range(3):
        both = free[:, :, None] & free[:, None, :]
        masked = np.where(both, gram, 0.0) + np.where(free, 0.0, 1.0)[:, :, None] * np.eye(3)
        found = np.linalg.solve(masked, np.where(free, moment, 0.0)[..., None])[..., 0]
        negative = found < 0
        if not negative.any():
            break
        free &= ~negative
    return np.maximum(found, 0.0)


def fit(n, d, loss, resolution=0.01, rounds=10):
    """The lowest mean Huber loss over the grid, with its parameters."""
    exponents = np.arange(0.01, 0.99 + resolution / 2, resolution)
    data = np.exp(-np.outer(exponents, np.log(d)))
    best = (np.inf,)
    for alpha in exponents:
        size = np.exp(-alpha * np.log(n))
        columns = np.empty((exponents.size, 3, loss.size))
        columns[:, 0], columns[:, 1], columns[:, 2] = 1.0, size, data
        weighted = columns
        for turn in range(rounds + 1):
            gram = weighted @ columns.transpose(0, 2, 1)
            scale = solve(gram, weighted @ loss)
            residual = loss - (scale[:, None, :] @ columns)[:, 0]
            magnitude = np.abs(residual)
            if turn < rounds:
                weights = DELTA / np.maximum(magnitude, DELTA)
                weighted = columns * weights[:, None, :]
        clipped = np.minimum(magnitude, DELTA)
        objective = (clipped * (magnitude - 0.5 * clipped)).mean(axis=1)
        at = int(objective.argmin())
        if objective[at] < best[0]:
            best = (objective[at], *scale[at], alpha, exponents[at])
    return best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("inputs", type=pathlib.Path)
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    try:
        from vpnls.api import fit_vpnls, huber
    except ImportError:
        fit_vpnls = None
    for table in TABLES:
        path = options.inputs / f"{table}.csv"
        if not path.exists():
            continue
        n, d, loss = np.loadtxt(path, delimiter=",", skiprows=1).T
        n, d = n / 1e6, d / 1e9
        wall, cpu, best = fastest(lambda: fit(n, d, loss), options.repetitions)
        report(
            "isoflop", f"{table}, {loss.size} rows", "variable projection, NumPy", wall, cpu,
            options.repetitions,
            dict(meanHuberTimesMillion=best[0] * 1e6, E=best[1], A=best[2], B=best[3],
                 alpha=best[4], beta=best[5]),
            "published method re-implemented, exponents in steps of 0.01, no intervals")
        if fit_vpnls is not None:
            wall, cpu, found = fastest(
                lambda: fit_vpnls(n, d, loss, resolution=0.01, loss=huber(DELTA)),
                options.repetitions)
            report(
                "isoflop", f"{table}, {loss.size} rows", "vpnls", wall, cpu, options.repetitions,
                dict(meanHuberTimesMillion=found.loss_value * 1e6, E=found.E, A=found.A, B=found.B,
                     alpha=found.alpha, beta=found.beta),
                "exponents in steps of 0.01, no intervals")


if __name__ == "__main__":
    main()
