"""The torsion divergences of Wu, Köhler, Noé 2020 (arXiv:2002.06707, alanine dipeptide, amber96 in vacuum at 1000 K) for a flow of
ours that was trained for some minutes: raw samples of the flow without weights, as there.

    torsion_divergence.py --molsample BINARY [--folder FOLDER]

For each of five torsions the histograms of dynamics and of samples over 50 bins are smoothed with the kernel (1/4, 1/2, 1, 1/2, 1/4),
raised by 1e-5, and Σ p ln(p/q) is printed: a divergence in nats times the 19.9 that the kernel and the bins' width bring. A
second, independent simulation gives the value that a perfect model would have. Exits with 1 unless all five are below the
published ones.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import mdtraj
import netCDF4
import numpy

TORSIONS = {
    "phi": [4, 6, 8, 14], "gamma_1": [11, 10, 8, 6], "psi": [16, 14, 8, 6], "gamma_2": [0, 1, 4, 6],
    "gamma_3": [19, 18, 16, 14]}
PUBLISHED = {"phi": 0.41, "gamma_1": 0.20, "psi": 0.16, "gamma_2": 0.08, "gamma_3": 0.10}
SYSTEM = ["--sequence", "ACE-ALA-NME", "--force-field", "amber96", "--solvent", "vacuum"]
SAMPLES = 100_000


def angles(path):
    coordinates = numpy.array(netCDF4.Dataset(path).variables["coordinates"][:]) / 10
    topology = mdtraj.Topology()
    residue = topology.add_residue("X", topology.add_chain())
    for number in range(coordinates.shape[1]):
        topology.add_atom(f"C{number}", mdtraj.element.carbon, residue)
    return mdtraj.compute_dihedrals(mdtraj.Trajectory(coordinates, topology), list(TORSIONS.values()), periodic=False)


def smoothed(values):
    histogram, _ = numpy.histogram(values, bins=50, range=(-numpy.pi, numpy.pi), density=True)
    return numpy.convolve(histogram, [0.25, 0.5, 1, 0.5, 0.25], mode="same") + 1e-5


def divergences(dynamics, model):
    return [
        float(numpy.sum(p * numpy.log(p / q)))
        for p, q in ((smoothed(dynamics[:, k]), smoothed(model[:, k])) for k in range(len(TORSIONS)))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--molsample", required=True)
    parser.add_argument("--folder")
    options = parser.parse_args()
    folder = Path(options.folder or tempfile.mkdtemp())

    def molsample(*words):
        subprocess.run([options.molsample, *words], check=True, stdout=subprocess.DEVNULL)

    def simulate(name, seed):
        molsample(
            "simulate", *SYSTEM, "temperature=1000", "replicas=256", "time_step_fs=1", "equilibration=20000",
            f"steps={100 * SAMPLES // 256}", "stride=100", f"seed={seed}", f"output={folder / name}")
        return angles(folder / name / "trajectory.nc")

    dynamics = simulate("simulation-1", 1)
    again = simulate("simulation-2", 2)
    molsample(
        "train", *SYSTEM, "temperature=1000", f"data={folder / 'simulation-2' / 'trajectory.nc'}",
        "likelihood_rounds=20", "energy_rounds=0", "seed=1", f"output={folder / 'model'}")
    molsample(
        "sample", *SYSTEM, "temperature=1000", f"model={folder / 'model' / 'model.safetensors'}", f"samples={SAMPLES}",
        "seed=1", f"output={folder / 'samples.nc'}")
    found = divergences(dynamics, angles(folder / "samples.nc"))
    perfect = divergences(dynamics, again)
    print(f"{'torsion':10}{'ours':>9}{'published':>11}{'a second simulation':>21}")
    for name, value, floor in zip(TORSIONS, found, perfect):
        print(f"{name:10}{value:9.4f}{PUBLISHED[name]:11.2f}{floor:21.4f}")
    sys.exit(0 if all(value < PUBLISHED[name] for name, value in zip(TORSIONS, found)) else 1)


if __name__ == "__main__":
    main()
