"""Writes ../DistanceGoldenValues.swift: distances between point sets that both sides build from a linear congruence.

Run: python make_distances.py. Used: NumPy 2.4.6, SciPy 1.17.1, POT 0.9.7.post1."""
import pathlib

import numpy as np
import ot
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from linear_congruence import LinearCongruence


def points(random, n, dimension, spread, shift):
    """Two clusters, the second of a third of the points."""
    rows = []
    for i in range(n):
        centre = shift if i % 3 else -2.0
        rows.append([centre + spread * random.bell() for _ in range(dimension)])
    return np.array(rows)


def weighted_shares(random, n):
    draws = random.uniforms(n)
    weights = np.array([0.0 if i % 11 == 5 else np.exp(2 * draws[i]) for i in range(n)])
    return weights / weights.sum()


def case(seed, n, m, dimension, weighted):
    random = LinearCongruence(seed)
    a = points(random, n, dimension, 1.1, 1.0)
    b = points(random, m, dimension, 0.8, 1.4)
    if weighted:
        return a, b, weighted_shares(random, n), weighted_shares(random, m)
    return a, b, np.full(n, 1 / n), np.full(m, 1 / m)


def line(seed, n, m, weighted):
    a, b, p, q = case(seed, n, m, 1, weighted)
    first = wasserstein_distance(a[:, 0], b[:, 0], p, q)
    second = np.sqrt(ot.emd2_1d(a[:, 0], b[:, 0], p, q, metric="sqeuclidean"))
    return (f"    Line(seed: {seed}, n: {n}, m: {m}, isWeighted: {str(weighted).lower()}, "
            f"first: {float(first)!r}, second: {float(second)!r}),\n")


def transport(seed, n, m, dimension, weighted, torus):
    a, b, p, q = case(seed, n, m, dimension, weighted)
    apart = np.abs(a[:, None, :] - b[None, :, :])
    if torus:
        apart = np.mod(apart, 2 * np.pi)
        apart = np.minimum(apart, 2 * np.pi - apart)
    cost = (apart**2).sum(-1)
    value = ot.emd2(p, q, cost, numItermax=10_000_000)
    return (f"    Transport(\n      seed: {seed}, n: {n}, m: {m}, dimension: {dimension}, "
            f"isWeighted: {str(weighted).lower()}, isTorus: {str(torus).lower()},\n      cost: {float(value)!r}),\n")


def divergence(seed, bins):
    random = LinearCongruence(seed)
    p = [0.0 if k % 7 == 3 else random.uniform() for k in range(bins)]
    q = [0.0 if k % 5 == 2 else random.uniform() ** 2 for k in range(bins)]
    nats = jensenshannon(p, q) ** 2
    bits = jensenshannon(p, q, base=2) ** 2
    return f"    Divergence(seed: {seed}, bins: {bins}, nats: {float(nats)!r}, bits: {float(bits)!r}),\n"


def main():
    text = """/// Written by Golden/make_distances.py; the points themselves are built by `DistanceTests`.
enum DistanceGoldenValues {
  struct Line: Sendable {
    let seed: UInt64
    let n: Int
    let m: Int
    let isWeighted: Bool
    let first: Double
    let second: Double
  }
  struct Transport: Sendable {
    let seed: UInt64
    let n: Int
    let m: Int
    let dimension: Int
    let isWeighted: Bool
    let isTorus: Bool
    /// W2 squared
    let cost: Double
  }
  struct Divergence: Sendable {
    let seed: UInt64
    let bins: Int
    let nats: Double
    let bits: Double
  }

"""
    text += "  static let lines = [\n" + line(1, 300, 217, False) + line(2, 250, 250, False) + line(3, 180, 300, True) + "  ]\n"
    text += "  static let transports = [\n"
    text += transport(11, 500, 500, 2, False, True)
    text += transport(12, 300, 450, 4, True, True)
    text += transport(13, 250, 400, 2, False, True)
    text += transport(14, 400, 300, 2, True, False)
    text += transport(15, 350, 350, 3, False, False)
    text += transport(16, 1, 9, 2, True, False)
    text += "  ]\n"
    text += "  static let divergences = [\n" + divergence(21, 40) + divergence(22, 120) + "  ]\n}\n"
    pathlib.Path(__file__).parent.parent.joinpath("DistanceGoldenValues.swift").write_text(text)


main()
