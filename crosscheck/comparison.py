"""What "the same" means: 1e-6, relative to max(1, |E|) for energies and to ‖F‖ for forces."""

from dataclasses import dataclass

import numpy as np

from reference import TERMS

TOLERANCE = 1e-6


@dataclass
class Difference:
    """The worst deviations of one comparison, in units where the tolerance is 1e-6."""

    energy: float
    term: str
    forces: float

    @property
    def worst(self):
        return max(self.energy, self.forces)

    @property
    def passed(self):
        return self.worst <= TOLERANCE  # False for NaN


def compare(total, terms, forces, reference_total, reference_terms, reference_forces):
    """Totals [n], terms {name: [n]}, forces [n][atoms][3] of ours and of the reference."""
    deviations = {"total": _energy_deviation(total, reference_total)}
    for name in TERMS:
        deviations[name] = _energy_deviation(terms[name], reference_terms[name])
    term = max(deviations, key=lambda name: np.inf if np.isnan(deviations[name]) else deviations[name])
    return Difference(deviations[term], term, _force_deviation(forces, reference_forces))


def _energy_deviation(values, reference):
    values, reference = np.asarray(values), np.asarray(reference)
    if values.shape != reference.shape:
        return np.inf
    return float(np.max(np.abs(values - reference) / np.maximum(1.0, np.abs(reference))))


def _force_deviation(forces, reference):
    forces, reference = np.asarray(forces), np.asarray(reference)
    if forces.shape != reference.shape:
        return np.inf
    difference = np.linalg.norm((forces - reference).reshape(len(reference), -1), axis=1)
    return float(np.max(difference / np.linalg.norm(reference.reshape(len(reference), -1), axis=1)))


class Report:
    """A table that grows while the checks run, and its closing line."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.worst = None
        print(f"{'check':<66} {'energy':>9} {'worst term':>16} {'forces':>9}")

    def difference(self, name, difference):
        if self.worst is None or not difference.worst <= self.worst[1].worst:
            self.worst = (name, difference)
        verdict = self._count(difference.passed)
        print(
            f"{name:<66} {difference.energy:9.1e} {difference.term:>16} {difference.forces:9.1e} {verdict}",
            flush=True)

    def check(self, name, passed, why=""):
        verdict = self._count(passed)
        print(f"{name:<103} {verdict}" + (f": {why}" if why and not passed else ""), flush=True)

    def _count(self, passed):
        if passed:
            self.passed += 1
            return "passed"
        self.failed += 1
        return "FAILED"

    def close(self):
        """Prints the worst case and the closing line; the exit status."""
        if self.worst is not None:
            name, difference = self.worst
            print(f"worst: {name}, {difference.worst:.1e} (tolerance {TOLERANCE:.0e})")
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0
