"""Writes ../FreeEnergyGoldenValues.swift and ../TimeSeriesGoldenValues.swift with what pymbar 4.0.3 (NumPy 2.4.6, no JAX)
finds for data that both languages make from the same linear congruential generator. Run: python make_free_energies.py"""
import logging
import pathlib

import numpy as np

logging.disable(logging.CRITICAL)

import pymbar
from pymbar import timeseries
from pymbar.other_estimators import bar_overlap

FOLDER = pathlib.Path(__file__).resolve().parents[1]


class Generator:
    """x ← a x + c mod 2⁶⁴ with Knuth's MMIX constants; the upper 53 bits are the number."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) * 2.0**-53

    def normal(self):
        """Sum of twelve uniforms less 6: nearly normal, and exact in both languages."""
        total = 0.0
        for _ in range(12):
            total += self.uniform()
        return total - 6.0


CENTRES = [0.0, 0.5, 1.25, 1.75, 2.5]
STIFFNESSES = [1.0, 1.5, 2.0, 3.0, 4.0]
OFFSETS = [0.0, 3.0, -2.0, 5.0, 1.0]
COUNTS = [200, 300, 0, 250, 150]


def energies(x):
    return np.array([0.5 * s * (x - c) * (x - c) + o for c, s, o in zip(CENTRES, STIFFNESSES, OFFSETS)])


def oscillators():
    generator = Generator(1)
    x = []
    for centre, stiffness, count in zip(CENTRES, STIFFNESSES, COUNTS):
        for _ in range(count):
            x.append(centre + generator.normal() / np.sqrt(stiffness))
    return np.array(x)


def series(seed, count, memory):
    generator = Generator(seed)
    values, value = [], generator.normal()
    for _ in range(count):
        value = memory * value + generator.normal()
        values.append(value)
    return np.array(values)


def swift(values):
    values = np.asarray(values, dtype=float)
    if values.ndim == 0:
        return repr(float(values))
    lines, line = [], "    "
    for value in values.ravel():
        word = repr(float(value)) + ", "
        if len(line) + len(word) > 118:
            lines.append(line.rstrip())
            line = "    "
        line += word
    lines.append(line.rstrip())
    return "[\n" + "\n".join(lines) + "\n  ]"


def write(name, values):
    body = "".join(f"  static let {key}{': [Double]' if np.ndim(value) else ''} = {swift(value)}\n" for key, value in values.items())
    text = f"/// Written by Golden/make_free_energies.py with pymbar {pymbar.__version__}.\nenum {name} {{\n{body}}}\n"
    (FOLDER / f"{name}.swift").write_text(text)


def free_energies():
    x = oscillators()
    u = energies(x)
    mbar = pymbar.MBAR(u, COUNTS)
    differences = mbar.compute_free_energy_differences(return_theta=True)
    overlap = mbar.compute_overlap()
    position = mbar.compute_expectations(x)
    square = mbar.compute_expectations(x * x)
    # A state that was not among the five.
    other = 0.5 * 2.5 * (x - 0.8) * (x - 0.8) + 0.1 * x
    perturbed = mbar.compute_perturbed_free_energies(np.vstack([u[0], other]))
    outside = mbar.compute_expectations(x, u_kn=other)
    forward = (u[3] - u[1])[200:500]
    reverse = (u[1] - u[3])[500:750]
    bar = pymbar.bar(forward, reverse)
    likelihood = pymbar.bar(forward, reverse, uncertainty_method="MBAR")
    first, second = pymbar.exp(forward), pymbar.exp(reverse)
    write("FreeEnergyGoldenValues", {
        "values": differences["Delta_f"], "errors": differences["dDelta_f"], "covariance": differences["Theta"],
        "overlap": overlap["matrix"], "overlapScalar": np.real(overlap["scalar"]),
        "effectiveSampleNumbers": mbar.compute_effective_sample_number(),
        "positions": position["mu"], "positionErrors": position["sigma"],
        "squares": square["mu"], "squareErrors": square["sigma"],
        "perturbed": perturbed["Delta_f"][0, 1], "perturbedError": perturbed["dDelta_f"][0, 1],
        "outsidePosition": outside["mu"][0], "outsidePositionError": outside["sigma"][0],
        "bar": bar["Delta_f"], "barError": bar["dDelta_f"], "barLikelihoodError": likelihood["dDelta_f"],
        "barOverlap": np.real(bar_overlap(forward, reverse)),
        "forward": first["Delta_f"], "forwardError": first["dDelta_f"],
        "reverse": -second["Delta_f"], "reverseError": second["dDelta_f"],
    })


def time_series():
    fast, slow = series(2, 1000, 0.5), series(3, 3000, 0.95)
    anti = series(4, 500, -0.6)
    several = [series(5 + i, count, 0.8) + i / 2 for i, count in enumerate([400, 700, 1000])]
    # A relaxation from far away, then a stationary rest.
    relaxing = series(9, 1200, 0.7)
    relaxing += 15 * np.exp(-np.arange(1200) / 40)
    pooled, lags = timeseries.statistical_inefficiency_multiple(several, return_correlation_function=True)
    start, inefficiency, _ = timeseries.detect_equilibration(relaxing, fast=False, nskip=7)
    correlation = timeseries.normalized_fluctuation_correlation_function(fast, N_max=20)
    write("TimeSeriesGoldenValues", {
        "fast": timeseries.statistical_inefficiency(fast), "slow": timeseries.statistical_inefficiency(slow),
        "anti": timeseries.statistical_inefficiency(anti),
        "pooled": pooled, "pooledCorrelation": [c for _, c in lags[:20]], "correlation": correlation[:20],
        "equilibrationStart": start, "equilibrationInefficiency": inefficiency,
        "independentIndices": timeseries.subsample_correlated_data(slow),
    })


if __name__ == "__main__":
    free_energies()
    time_series()
