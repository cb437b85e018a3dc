"""Expected values of MixedModelTests: REML and Kenward-Roger from their formulas, dense.

    python3 Tests/StatisticsTests/Goldens/mixed_model.py

Needs NumPy and SciPy. Nothing of this is how MixedModel computes: the likelihood is that of Patterson
and Thompson with n x n matrices and a general optimiser over logarithms of variances, each choice of
variances that are zero by itself; the small-sample covariance and degrees of freedom are formulas
(1) to (4) of Kenward and Roger (Biometrics 53, 983-997, 1997), derivatives by central differences.
"""
import itertools
import numpy as np
from scipy import optimize

TABLES = {
    # rung, seed, x, y: a scatter of rungs, missing runs
    "unbalanced": (
        [0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 4],
        [1, 2, 3, 1, 3, 1, 2, 3, 2, 1, 2, 3],
        [0.0, 0.0, 0.0, 1.1, 1.1, 2.0, 2.0, 2.0, 3.2, 4.0, 4.0, 4.0],
        [0.31, 0.42, 0.25, 0.90, 0.88, 0.35, 0.52, 0.28, 0.95, 0.61, 0.83, 0.66]),
    # seeds shift whole ladders, rungs hardly differ
    "seeds": (
        [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3],
        [1, 2, 3, 4, 1, 2, 4, 1, 2, 3, 4, 2, 3, 4],
        [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0],
        [0.52, -0.31, 0.15, 0.92, 0.43, -0.22, 1.05, 0.61, -0.35, 0.28, 0.88, -0.20, 0.12, 1.01]),
    # both at once
    "both": (
        [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5],
        [1, 2, 3, 1, 2, 3, 1, 2, 1, 2, 3, 2, 3, 1, 2, 3],
        [0.0, 0.0, 0.0, 0.7, 0.7, 0.7, 1.9, 1.9, 2.6, 2.6, 2.6, 3.5, 3.5, 4.4, 4.4, 4.4],
        [1.02, 0.71, 0.80, 1.65, 1.20, 1.41, 0.81, 0.33, 1.98, 1.60, 1.72, 0.90, 1.18, 1.77, 1.51,
         1.49]),
    # neither: all variance is the error's
    "plain": (
        [0, 0, 1, 1, 2, 2, 3, 3],
        [1, 2, 1, 2, 1, 2, 1, 2],
        [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0],
        [0.10, -0.21, -0.05, 0.24, 0.18, -0.20, -0.15, 0.14]),
}


def indicator(groups):
    return (np.array(groups)[:, None] == np.unique(groups)[None, :]).astype(float)


def covariance(theta, zs, n):
    v = theta[-1] * np.eye(n)
    for t, z in zip(theta, zs):
        v = v + t * z @ z.T
    return v


def deviance(theta, zs, x, y):
    v = covariance(theta, zs, len(y))
    vi = np.linalg.inv(v)
    g = x.T @ vi @ x
    beta = np.linalg.solve(g, x.T @ vi @ y)
    r = y - x @ beta
    return np.linalg.slogdet(v)[1] + np.linalg.slogdet(g)[1] + r @ vi @ r


def reml(zs, x, y):
    best = None
    for kept in itertools.chain.from_iterable(
            itertools.combinations(range(len(zs)), k) for k in range(len(zs) + 1)):
        own = [zs[k] for k in kept]
        for start in itertools.product([-6.0, -3.0, -1.0], repeat=len(own) + 1):
            found = optimize.minimize(
                lambda u: deviance(np.exp(u), own, x, y), np.array(start), method="Nelder-Mead",
                options=dict(xatol=1e-11, fatol=1e-14, maxiter=20000, maxfev=20000))
            if best is None or found.fun < best[0] - 1e-9:
                theta = np.exp(found.x)
                if (theta[:-1] < 1e-9 * theta[-1]).any():
                    continue  # that is the choice with this variance at zero
                best = (found.fun, kept, theta)
    return best


def report(name, rung, seed, x, y):
    rung, seed, x, y = map(np.array, (rung, seed, x, y))
    design = np.column_stack([np.ones(len(y)), x])
    zs = [indicator(rung), indicator(seed)]
    dev, kept, theta = reml(zs, design, y)
    own = [zs[k] for k in kept]
    n, p = design.shape
    vs = [z @ z.T for z in own] + [np.eye(n)]
    v = covariance(theta, own, n)
    vi = np.linalg.inv(v)
    phi = np.linalg.inv(design.T @ vi @ design)
    beta = phi @ design.T @ vi @ y
    k = len(vs)
    P = [-design.T @ vi @ a @ vi @ design for a in vs]
    Q = [[design.T @ vi @ a @ vi @ b @ vi @ design for b in vs] for a in vs]
    info = np.array([[0.5 * (np.trace(vi @ vs[i] @ vi @ vs[j]) - 2 * np.trace(phi @ Q[i][j])
                             + np.trace(phi @ P[i] @ phi @ P[j])) for j in range(k)]
                     for i in range(k)])
    W = np.linalg.inv(info)
    inner = sum(W[i, j] * (Q[i][j] - P[i] @ phi @ P[j]) for i in range(k) for j in range(k))
    phiA = phi + 2 * phi @ inner @ phi

    def plain(t):
        vi = np.linalg.inv(covariance(t, own, n))
        return np.linalg.inv(design.T @ vi @ design)

    def freedom(c, extra):
        # 2 (c' phi c)^2 / Var(c' phi c), the gradient by central differences
        grad = []
        for i in range(k):
            step = np.zeros(k)
            step[i] = 1e-5 * theta[i]
            grad.append((c @ (plain(theta + step) - plain(theta - step)) @ c) / (2 * step[i]))
        grad = np.array(grad)
        value = c @ phi @ c
        if extra and 0 in kept:
            grad[kept.index(0)] += 1
            value += theta[kept.index(0)]
        return 2 * value ** 2 / (grad @ W @ grad)

    full = [0.0, 0.0]
    for i, place in enumerate(kept):
        full[place] = theta[i]
    print(f"{name}: variances rung {full[0]:.8g}, seed {full[1]:.8g}, error {theta[-1]:.8g}; "
          f"beta {beta[0]:.8g} {beta[1]:.8g}")
    for c in ([1.0, 0.0], [0.0, 1.0], [1.0, 6.0]):
        c = np.array(c)
        print(f"   {c}: {c @ beta:.8g} +- {np.sqrt(c @ phiA @ c):.8g} on {freedom(c, False):.7g}")
    c = np.array([1.0, 6.0])
    variance = c @ phiA @ c + full[0]
    print(f"   new rung: +- {np.sqrt(variance):.8g} on {freedom(c, True):.7g}")
    print(f"   F of both: {beta @ np.linalg.solve(phiA, beta) / 2:.8g}")


for name, table in TABLES.items():
    report(name, *table)
