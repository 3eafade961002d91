"""Writes ../IndependentComponentsGoldenValues.swift: TICA and Koopman weights of deeptime on two short trajectories that
both sides build from a linear congruence.

Run: python make_independent_components.py. Used: NumPy 2.4.6, deeptime 0.4.5."""
import pathlib

import numpy as np
from deeptime.covariance import KoopmanWeightingEstimator
from deeptime.decomposition import TICA

from linear_congruence import LinearCongruence

MIXING = [[1.0, 0.3, -0.2], [0.1, 0.8, 0.5], [-0.4, 0.2, 1.1], [0.6, -0.5, 0.3], [1.6, -0.2, 0.1]]


def trajectory(seed, frames, start):
    """Three autoregressive sources of different memory, mixed into five features; the fifth is the sum of the first and
    the fourth, so that one direction has no variance."""
    random = LinearCongruence(seed)
    state = [start, -start, 0.0]
    rows = []
    for _ in range(frames):
        for k, memory in enumerate([0.97, 0.8, 0.3]):
            state[k] = memory * state[k] + random.bell()
        rows.append([sum(MIXING[d][k] * state[k] for k in range(3)) for d in range(5)])
        rows[-1][3] += 0.1 * random.bell()
        rows[-1][4] = rows[-1][0] + rows[-1][3]
    return np.array(rows)


def wrapped(name, values, width=4):
    values = [repr(float(x)) for x in np.ravel(values)]
    lines = [", ".join(values[i:i + width]) for i in range(0, len(values), width)]
    return f"      {name}: [\n        " + ",\n        ".join(lines) + ",\n      ]"


def main():
    trajectories = [trajectory(31, 400, 3.0), trajectory(32, 250, -2.0)]
    lag = 5
    koopman = KoopmanWeightingEstimator(lagtime=lag).fit(trajectories).fetch_model()
    text = """/// Written by Golden/make_independent_components.py; the trajectories are built by `IndependentComponentsTests`.
struct IndependentComponentsGoldenValues: Sendable {
  let isKoopman: Bool
  let isKineticMap: Bool
  let eigenvalues: [Double]
  let timescales: [Double]
  /// Two components of frames 0, 50, …, 350 of the first trajectory.
  let projections: [Double]

  static let lag = 5
  static let koopmanCoefficients = [
"""
    text += "".join(f"    {float(x)!r},\n" for x in koopman.weights_input)
    text += f"  ]\n  static let koopmanConstant = {float(koopman.const_weight_input)!r}\n\n  static let all = [\n"
    for is_koopman in [False, True]:
        for scaling in ["kinetic_map", None]:
            model = TICA(lagtime=lag, dim=2, scaling=scaling).fit(
                trajectories, weights=koopman if is_koopman else None).fetch_model()
            projections = model.transform(trajectories[0])[0:400:50]
            eigenvalues = model.singular_values
            text += (f"    IndependentComponentsGoldenValues(\n      isKoopman: {str(is_koopman).lower()}, "
                     f"isKineticMap: {str(scaling is not None).lower()},\n"
                     + wrapped("eigenvalues", eigenvalues) + ",\n"
                     + wrapped("timescales", -lag / np.log(np.abs(eigenvalues))) + ",\n"
                     + wrapped("projections", projections) + "),\n")
    text += "  ]\n}\n"
    pathlib.Path(__file__).parent.parent.joinpath("IndependentComponentsGoldenValues.swift").write_text(text)


main()
