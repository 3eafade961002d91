"""Writes ../WeightGoldenValues.swift: reference values of weight statistics, computed with NumPy and SciPy from formulas
written out anew. Run: python make_weights.py (NumPy and SciPy; no other package)."""
import math
import pathlib

import numpy as np
from scipy.special import logsumexp


def log_weights(n, spread):
    """Deterministic, skewed, spread over many kT and given without a random generator, so that both sides build them:
    a_i = spread * (t + t^3), t = 2 frac(i * golden) - 1; every 17th weight is zero."""
    golden = (math.sqrt(5) - 1) / 2
    t = 2 * np.mod(np.arange(1, n + 1) * golden, 1.0) - 1
    a = spread * (t + t**3)
    a[16::17] = -np.inf
    return a


def ess(a):
    return math.exp(2 * logsumexp(a) - logsumexp(2 * a))


def drop(a, f):
    q = np.quantile(a, 1 - f)
    return a[a < q]


def clip(a, f):
    return np.minimum(a, np.quantile(a, 1 - f))


def pareto_shape(a):
    n = len(a)
    m = math.ceil(min(n / 5, 3 * math.sqrt(n)))
    s = np.sort(a)
    w = np.exp(s - s[-1])
    y = w[-m:] - w[-m - 1]
    q = y[int(m / 4 + 0.5) - 1]
    grid = 30 + int(math.sqrt(m))
    j = np.arange(1, grid + 1)
    theta = 1 / y[-1] + (1 - np.sqrt(grid / (j - 0.5))) / (3 * q)
    k = np.array([np.mean(np.log1p(-t * y)) for t in theta])
    likelihood = m * (np.log(-theta / k) - k - 1)
    mean = np.sum(theta * np.exp(likelihood - logsumexp(likelihood)))
    shape = np.mean(np.log1p(-mean * y))
    return (m * shape + 5) / (m + 10)


def main():
    lines = []
    for n, spread in [(1000, 0.5), (1000, 2.0), (5000, 3.0), (123, 1.0)]:
        a = log_weights(n, spread)
        finite_mean = np.exp(logsumexp(a) - math.log(n))
        w = np.exp(a)
        lines.append(
            f"    WeightGoldenValues(\n      count: {n}, spread: {spread}, effectiveSampleSize: {ess(a)!r},\n"
            f"      dropped: {ess(drop(a, 0.002)) / len(drop(a, 0.002))!r}, clipped: {ess(clip(a, 0.01)) / n!r},\n"
            f"      largestShare: {float(np.max(w) / np.sum(w))!r}, logPartitionFunction: {math.log(finite_mean)!r},\n"
            f"      error: {float(np.std(w, ddof=1) / np.mean(w) / math.sqrt(n))!r}, paretoShape: {float(pareto_shape(a))!r}),")
    path = pathlib.Path(__file__).resolve().parents[1] / "WeightGoldenValues.swift"
    path.write_text(
        "/// Written by Golden/make_weights.py; the weights themselves are built by `logWeights`.\n"
        "struct WeightGoldenValues: Sendable {\n  let count: Int\n  let spread: Double\n  let effectiveSampleSize: Double\n"
        "  /// Effective fraction after dropping the largest 0.2 %.\n  let dropped: Double\n"
        "  /// Effective fraction after clipping to the 99 % quantile.\n  let clipped: Double\n"
        "  let largestShare: Double\n  let logPartitionFunction: Double\n  let error: Double\n  let paretoShape: Double\n\n"
        "  static let all = [\n" + "\n".join(lines) + "\n  ]\n}\n")


if __name__ == "__main__":
    main()
