"""Recomputes what `molsample run SYSTEM output=FOLDER` reports, with other people's code: Wasserstein distances by POT,
torsions by mdtraj, the Jensen-Shannon divergence by SciPy, potential energies by OpenMM's Reference platform.

    python crosscheck/ensemble_metrics.py FOLDER [--reference FILE] [--evaluation FILE] [--field]

Reads ensemble.nc, summary.json, config.yaml and restarts/001.pdb, and the reference ensemble. All distances use the
weights themselves, as ours do, so they must agree to rounding; only torus-W2 of a run is of random points, 2000 on each
side, and must lie within the spread over subsets drawn here, a coarse test. `--evaluation` takes the evaluation.json of
`molsample evaluate SYSTEM samples=N seed=S` with the run's seed and at most 10,000 of its samples: there torus-W2 has
every point and is exact. `--field` prints what the definitions of transferable-samplers and BoltzNCE give where they
differ from ours.

Ends with "N passed, N failed"; the exit status is 0 only if nothing failed.
"""

import argparse
import copy
import json
import pathlib
import re
import sys

import mdtraj
import netCDF4
import numpy as np
import ot
from openmm import app
from scipy.constants import R
from scipy.spatial.distance import jensenshannon
from scipy.special import logsumexp

from force_fields import Field
from reference import Evaluator

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
# Relative, of numbers that both sides compute from the same doubles: sums of some ten thousand lose 1e-13.
ROUNDING = 1e-9
# mdtraj's torsions come from float32 coordinates in nm: off by up to 5e-7 rad beside double precision.
ANGLE_ROUNDING = 1e-6
# Deviations, in their own standard deviations, that pass: by chance one of a dozen is beyond it in ten thousand runs.
# The spread of torus-W2 comes from 24 subsets and is itself known to 15 % only.
LARGEST_Z = 4.5
TRANSPORT_POINTS = 2000
SUBSETS = 24
ENERGY_FRAMES = 500


class Table:
    def __init__(self):
        self.passed = self.failed = 0
        print(f"{'quantity':<42} {'molsample':>16} {'independent':>16} {'difference':>11} {'tolerance':>10}  ok")

    def check(self, quantity, ours, theirs, tolerance=None, note=""):
        """Passes within `tolerance`, by default 1e-9 of the value; None agrees only with None."""
        if ours is None or theirs is None:
            difference, tolerance, ok = "", "", ours is None and theirs is None
        else:
            difference = ours - theirs
            tolerance = ROUNDING * abs(theirs) if tolerance is None else tolerance
            ok = abs(difference) <= tolerance  # False for NaN
            difference, tolerance = f"{difference:.1e}", f"{tolerance:.1e}"
        self.passed, self.failed = self.passed + bool(ok), self.failed + (not ok)
        columns = [f"{'null' if value is None else format(value, '.9g'):>16}" for value in (ours, theirs)]
        print(f"{quantity:<42} {' '.join(columns)} {difference:>11} {tolerance:>10}  {'ok' if ok else 'FAILED'}"
              + (f"  {note}" if note else ""), flush=True)


class Ensemble:
    """Frames of a file, as far as an analysis needs them."""

    def __init__(self, path, topology):
        with netCDF4.Dataset(path) as file:
            read = {name: np.array(file.variables[name][:]) for name in file.variables if name != "spatial"}
            self.group = int(getattr(file, "stratified_group", 0))
        self.angstrom = read["coordinates"]
        self.energies = read["potential_energy"]
        self.reduced = read.get("reduced_potential")
        self.log_proposals = read.get("log_proposal")
        self.log_weights = read.get("log_weight")
        self.walkers = read.get("replica")
        # Centred, so that float32 nm lose nothing where a simulation has drifted away from the origin.
        centred = self.angstrom.astype(float)
        centred -= centred.mean(axis=1, keepdims=True)
        trajectory = mdtraj.Trajectory(centred / 10, topology)
        self.phi, psi = (compute(trajectory)[1].astype(float) for compute in (mdtraj.compute_phi, mdtraj.compute_psi))
        self.torsions = np.concatenate([self.phi, psi], axis=1)  # all φ, then all ψ

    def __len__(self):
        return len(self.energies)

    def part(self, frames):
        chosen = copy.copy(self)
        for name, values in vars(self).items():
            setattr(chosen, name, values if values is None or isinstance(values, int) else values[frames])
        return chosen


def kish(log_weights):
    return np.exp(2 * logsumexp(log_weights) - logsumexp(2 * log_weights))


def trimmed(log_weights):
    """Whether a sample stays when the largest 0.2 % of the log weights are dropped, as transferable-samplers does."""
    return log_weights <= np.quantile(log_weights, 0.998)


def shares(log_weights):
    return np.exp(log_weights - logsumexp(log_weights))


def energy_distance(order, a, b, weights=None):
    """Exact optimal transport on a line. POT returns the mean of |ΔE|ᵖ."""
    metric = {1: "euclidean", 2: "sqeuclidean"}[order]
    return ot.emd2_1d(a, b, a=weights, metric=metric) ** (1 / order)


def torus_distance(a, b, weights=None):
    """W2 by the network simplex, squared shorter way around summed over angles."""
    costs = np.zeros((len(a), len(b)))
    for x, y in zip(a.T, b.T):
        apart = np.abs(x[:, None] - y[None, :])
        costs += np.minimum(apart, 2 * np.pi - apart) ** 2
    weights = ot.unif(len(a)) if weights is None else weights
    return ot.emd2(weights, ot.unif(len(b)), costs, numItermax=int(1e9)) ** 0.5


def ramachandran_divergence(a, b, weights=None):
    """Bits, of 50 × 50 bins; SciPy returns the root."""
    def histogram(angles, weights):
        wrapped = (angles + np.pi) % (2 * np.pi)
        return np.histogram2d(*wrapped.T, bins=50, range=[[0, 2 * np.pi]] * 2, weights=weights)[0].ravel()

    return jensenshannon(histogram(a, weights), histogram(b, None), base=2) ** 2


def error_of_sum(residuals, group):
    """√ of the variance of Σ e: Σ e² of independent samples; with strata, of which every two samples in turn are one in whole
    groups, Σ (e₁ − e₂)² of these and Σ e² of what is left over."""
    paired = len(residuals) // group * group if group else 0
    pairs = residuals[:paired:2] - residuals[1:paired:2]
    return np.sqrt(np.sum(pairs**2) + np.sum(residuals[paired:] ** 2))


def free_energy(phi, weights, group=0, inside=lambda phi: (phi > 0) & (phi < 2)):
    """ΔF of φ in (0, 2) rad and its standard error by the delta method, kT; None where one side has no weight."""
    region = inside(phi)
    p, rest = weights[region].sum(), weights[~region].sum()
    if not (p > 0 and rest > 0):
        return None, None
    return -np.log(p / rest), error_of_sum(weights * (region - p), group) / (p * rest)


def angle_tolerance(measure, *angles):
    """1e-9 of the value, and what moving every angle by the rounding of mdtraj's does: a frame at the edge of a bin may
    lie on either side of it. Each set of angles, column and direction is moved alone and the changes are added."""
    value = measure(*angles)
    tolerance = ROUNDING * abs(value)
    for place, moved in enumerate(angles):
        for column in np.eye(moved.shape[1]):
            for step in (-ANGLE_ROUNDING, ANGLE_ROUNDING):
                changed = [*angles[:place], moved + step * column, *angles[place + 1:]]
                tolerance += abs(measure(*changed) - value)
    return tolerance


def check_weights(table, summary, log_weights, group=0):
    n = len(log_weights)
    ess = kish(log_weights)
    if "ess" in summary:
        table.check("ESS", summary["ess"], ess)
    table.check("ESS/N", summary["ess_fraction"], ess / n)
    kept = log_weights[trimmed(log_weights)]
    table.check("ESS/N, largest 0.2 % dropped", summary["ess_fraction_trimmed"], kish(kept) / len(kept))
    halves = sorted(kish(half) / len(half) for half in (log_weights[:n // 2], log_weights[n // 2:]))
    for name, ours, theirs in zip(("smaller", "larger"), summary["ess_fraction_halves"], halves):
        table.check(f"ESS/N of the halves, {name}", ours, theirs)
    table.check("share of the largest weight", summary["largest_weight_share"], shares(log_weights).max())
    table.check("samples of no weight", summary["impossible_samples"], int(np.sum(np.isneginf(log_weights))), 0)
    # A logarithm: the absolute error is the relative one of Z.
    table.check("ln Z", summary["log_z"], logsumexp(log_weights) - np.log(n), ROUNDING)
    error = error_of_sum(shares(log_weights) - 1 / n, group) if group else np.sqrt((n / ess - 1) / (n - 1))
    table.check("standard error of ln Z", summary["log_z_error"], error)


def check_free_energy(table, summary, phi, weights, group=0):
    for reported in summary["free_energies"]:
        if reported["name"] != "phi":
            sys.exit(f"this script knows ΔF(φ) only, not that of {reported['name']}")
        if phi.shape[1] != 1:
            sys.exit(f"mdtraj finds {phi.shape[1]} φ, this script expects one")
        for place, (name, key) in enumerate([("ΔF(φ), kT", "delta_f_kT"), ("standard error of ΔF(φ), kT", "error_kT")]):
            value = free_energy(phi[:, 0], weights, group)[place]
            tolerance = None if value is None else angle_tolerance(
                lambda phi: free_energy(phi[:, 0], weights, group)[place], phi)
            table.check(name, reported[key], value, tolerance)


def check_file(table, ensemble, temperature):
    """Worst frame of what should be the same number. 1e-9: doubles of a few hundred kT."""
    kT = R * temperature / 1000
    own = -ensemble.reduced - ensemble.log_proposals
    for name, ours, theirs in [("u = U/kT, worst frame", ensemble.reduced, ensemble.energies / kT),
                               ("ln w = −u − ln q − ln Σ w, worst frame", ensemble.log_weights, own - logsumexp(own))]:
        # Clashes are infinite on both sides.
        worst = np.argmax(np.abs(np.subtract(ours, theirs, out=np.zeros(len(ours)), where=ours != theirs)))
        table.check(name, ours[worst], theirs[worst], 1e-9)


def check_distances(table, distances, a, b, weights, kT, exact_transport):
    """`a` beside the reference `b`. Returns the noise floors that were reported."""
    measures = {
        "energy-w1": lambda a, b, w=None: energy_distance(1, a.energies / kT, b.energies / kT, w),
        "energy-w2": lambda a, b, w=None: energy_distance(2, a.energies / kT, b.energies / kT, w),
        "torus-w2": lambda a, b, w=None: torus_distance(a.torsions, b.torsions, w),
        "ramachandran-jsd": lambda a, b, w=None: ramachandran_divergence(a.torsions, b.torsions, w),
    }
    a, weights = a.part(weights > 0), weights[weights > 0]  # clashes have no energy
    # The divergence is of one (φ, ψ).
    expected = [name for name in measures if name != "ramachandran-jsd" or a.torsions.shape[1] == 2]
    found = {distance["name"]: distance for distance in distances}
    table.check("distances reported", len(set(found) & set(expected)), len(set(found) | set(expected)), 0)
    for name in (name for name in expected if name in found):
        ours = found[name]["value"]
        if name == "torus-w2" and not exact_transport:
            check_subsets(table, ours, a, b, weights)
        elif name == "ramachandran-jsd":
            tolerance = angle_tolerance(
                lambda x, y: ramachandran_divergence(x, y, weights), a.torsions, b.torsions)
            table.check(f"{name}, bit", ours, measures[name](a, b, weights), tolerance)
        elif name == "torus-w2":
            # W2 moves by no more than the points do.
            tolerance = ROUNDING * ours + 2 * ANGLE_ROUNDING * a.torsions.shape[1] ** 0.5
            table.check(f"{name}, all {len(a)} × {len(b)}, rad", ours, measures[name](a, b, weights), tolerance)
        else:
            table.check(f"{name}, kT", ours, measures[name](a, b, weights))
    return found


def check_subsets(table, ours, a, b, weights):
    """torus-W2 of 2000 points on each side: of the ensemble resampled by its weights, of the reference without
    replacement. The value of a finite sample is above that of all, so sizes must be the same."""
    random = np.random.default_rng(1)
    values = []
    for _ in range(SUBSETS):
        x, w = a.torsions, weights
        if len(x) > TRANSPORT_POINTS:
            x, w = x[random.choice(len(x), TRANSPORT_POINTS, p=weights)], None
        y = b.torsions[random.choice(len(b), min(len(b), TRANSPORT_POINTS), replace=False)]
        values.append(torus_distance(x, y, w))
    mean, deviation = np.mean(values), np.std(values, ddof=1)
    table.check(f"torus-w2, {len(x)} × {len(y)} points, rad", ours, mean, LARGEST_Z * deviation,
                f"z = {(ours - mean) / deviation:+.1f}, {SUBSETS} subsets")


def check_noise_floors(table, found, reference, kT):
    """Mean distance between samples of disjoint halves of the walkers, five of them in ours."""
    random = np.random.default_rng(2)
    sides = {name: [] for name in found}
    for _ in range(SUBSETS):
        walkers = random.permutation(np.unique(reference.walkers))
        in_first = np.isin(reference.walkers, walkers[:len(walkers) // 2])
        halves = [random.permutation(np.flatnonzero(side)) for side in (in_first, ~in_first)]
        for name, distance in found.items():
            first, second = (half[:distance["noise_floor_samples"]] for half in halves)
            energies, torsions = ([values[first], values[second]] for values in
                                  (reference.energies / kT, reference.torsions))
            sides[name].append({
                "energy-w1": lambda: energy_distance(1, *energies), "energy-w2": lambda: energy_distance(2, *energies),
                "torus-w2": lambda: torus_distance(*torsions),
                "ramachandran-jsd": lambda: ramachandran_divergence(*torsions)}[name]())
    for name, values in sides.items():
        ours, mean = found[name]["noise_floor"], np.mean(values)
        error = np.std(values, ddof=1) * (1 / 5 + 1 / SUBSETS) ** 0.5  # 0 for single points in different bins
        note = f"z = {(ours - mean) / error:+.1f}" if error else ""
        table.check(f"noise floor of {name}", ours, mean, LARGEST_Z * error + ROUNDING, note)


def check_energies(table, name, ensemble, evaluator):
    """U beside OpenMM's of the file's coordinates, which are rounded to float32 Å: to first order ΔU = −Σ F·δ, δ
    uniform within half a spacing of float32 at each coordinate, so σ² = Σ F² spacing²/12, 5e-5 kJ/mol where the
    molecule is at the origin. ΔU/σ then has mean 0 and rms 1: a force field that is off shows in the mean."""
    possible = np.flatnonzero(np.isfinite(ensemble.energies))
    n = min(ENERGY_FRAMES, len(possible))
    frames = possible[np.arange(n) * len(possible) // n]
    energies, deviations = [], []
    for frame in frames:
        energy, forces = evaluator.energy_and_forces(ensemble.angstrom[frame].astype(float) / 10)
        spacing = np.spacing(np.abs(ensemble.angstrom[frame])).astype(float) / 10
        energies.append(energy)
        deviations.append(np.sqrt(np.sum((forces * spacing) ** 2) / 12))
    ours = ensemble.energies[frames]
    z = (ours - energies) / np.array(deviations)
    worst = np.argmax(np.where(np.isnan(z), np.inf, np.abs(z)))
    table.check(f"U of {name}, worst of {n}, kJ/mol", ours[worst], energies[worst], 6 * deviations[worst],
                f"z = {z[worst]:+.1f}")
    table.check(f"U of {name}, mean ΔU/σ", z.mean(), 0.0, LARGEST_Z / n**0.5)
    table.check(f"U of {name}, rms ΔU/σ", np.sqrt(np.mean(z**2)), 1.0, LARGEST_Z / (2 * n) ** 0.5)


def evaluator(config, topology_file):
    """OpenMM's system of the force field that config.yaml names."""
    read = dict(re.findall(r"^(\w+): (.*)$", config, re.MULTILINE))
    names = re.findall(r"[\w.-]+", read["force_field"])
    if len(names) != 1:
        sys.exit(f"the force field {read['force_field']} is not one of force_fields.py")
    cutoff = float(read["cutoff_nm"]) if "cutoff_nm" in read else None
    field = Field(names[0], read["solvent"].strip('"'), cutoff)
    return Evaluator(field.system(app.PDBFile(str(topology_file)).topology))


def print_field_definitions(a, b, log_weights, kT):
    """transferable-samplers: the largest 0.2 % dropped, multinomial resampling, the first 10,000 of each. BoltzNCE:
    ΔF(φ) from 100 bins between the smallest and the largest φ, by their centres. Not checked: not our definitions."""
    random = np.random.default_rng(3)
    kept = np.flatnonzero(trimmed(log_weights))
    weights, count = shares(log_weights[kept]), min(10_000, len(kept), len(b))
    draws = [random.choice(kept, count, p=weights) for _ in range(10)]
    first = slice(count)
    print("\nby the field's definitions:")
    for order in (1, 2):
        values = [energy_distance(order, a.energies[draw] / kT, b.energies[first] / kT) for draw in draws]
        print(f"energy-w{order}, {count} × {count} resampled: {np.mean(values):.4f} ± {np.std(values, ddof=1):.4f} kT")
    # One draw: each takes 20 s and 5 GB.
    print(f"torus-w2, {count} × {count} resampled: {torus_distance(a.torsions[draws[0]], b.torsions[first]):.4f} rad")

    def by_bins(phi):
        edges = np.histogram_bin_edges(phi, 100)
        centers = (edges[1:] + edges[:-1]) / 2
        center = centers[np.clip(np.digitize(phi, edges) - 1, 0, 99)]
        return (center > 0) & (center < 2)

    print(f"ΔF(φ), 100 bins: {free_energy(a.phi[:, 0], shares(log_weights), by_bins)[0]:.4f} kT")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--reference", type=pathlib.Path, help="by default trajectories/SYSTEM.nc")
    parser.add_argument("--evaluation", type=pathlib.Path, help="evaluation.json of the same seed")
    parser.add_argument("--field", action="store_true", help="values by the field's definitions")
    options = parser.parse_args()
    summary = json.loads((options.folder / "summary.json").read_text())
    pdb = options.folder / "restarts/001.pdb"
    topology = mdtraj.load(str(pdb)).topology
    ensemble = Ensemble(options.folder / "ensemble.nc", topology)
    reference = Ensemble(options.reference or REPOSITORY / f"trajectories/{summary['system']}.nc", topology)
    temperature = summary["temperature_K"]
    kT = R * temperature / 1000
    log_weights = -ensemble.reduced - ensemble.log_proposals
    openmm = evaluator((options.folder / "config.yaml").read_text(), pdb)

    table = Table()
    table.check("samples", summary["samples"], len(ensemble), 0)
    check_file(table, ensemble, temperature)
    check_energies(table, "ensemble", ensemble, openmm)
    check_energies(table, "reference", reference, openmm)
    check_weights(table, summary, log_weights, ensemble.group)
    check_free_energy(table, summary, ensemble.phi, shares(log_weights), ensemble.group)
    # Distances are of the first samples, with the weights of those.
    count = summary["analysed_samples"]
    table.check("samples of the distances", count, min(len(ensemble), 20_000), 0)
    found = check_distances(
        table, summary["distances"], ensemble.part(slice(count)), reference, shares(log_weights[:count]), kT,
        exact_transport=False)
    check_noise_floors(table, found, reference, kT)

    if options.evaluation:
        evaluation = json.loads(options.evaluation.read_text())
        count = evaluation["samples"]
        if count > min(10_000, len(ensemble)) or evaluation["seed"] != summary["seed"]:
            sys.exit("the evaluation must have the run's seed, and at most 10,000 of its samples")
        print(f"evaluation of the first {count} samples")
        first = ensemble.part(slice(count))
        weights = shares(log_weights[:count])
        check_weights(table, evaluation, log_weights[:count])
        check_free_energy(table, evaluation, first.phi, weights)
        check_distances(table, evaluation["distances"], first, reference, weights, kT, exact_transport=True)
    if options.field:
        print_field_definitions(ensemble, reference, log_weights, kT)
    print(f"{table.passed} passed, {table.failed} failed")
    return 1 if table.failed or not table.passed else 0


if __name__ == "__main__":
    sys.exit(main())
