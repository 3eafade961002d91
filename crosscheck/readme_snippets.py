"""Runs the snippets of README.md's section "Reading the result" on a folder that `molsample run alanine-dipeptide` wrote,
each Python block in a process of its own, and compares what they compute with summary.json, the file's energies,
`molsample reweight` and `molsample analyze`.

    python crosscheck/readme_snippets.py FOLDER [--molsample .build/release/molsample]

Run it in the repository. The lines for cpptraj are run where that is on the PATH. Ends with "N passed, N failed"; the exit
status is 0 only if nothing failed.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import mdtraj
import netCDF4
import numpy as np

from command import Molsample
from ensemble_metrics import LARGEST_Z, Table

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
SECTION = "Reading the result"
FOLDER_OF_SNIPPETS = "trajectories/alanine-dipeptide-run"
# Of angles and distances from float32 coordinates, and of sums that others do in another order.
ROUNDING = 1e-4
# OpenMM's fast platforms compute in single precision, and the coordinates of a restart are rounded to it: kJ/mol.
SINGLE_PRECISION = 1e-3
# Snippets take draws as independent; where a run draws by strata it reports a smaller error. Of the snippet's.
ERRORS_AGREE = 0.5

# Runs the text of argv[1], then prints the values of the expressions in the rest of argv as the last line.
RUNNER = """
import json, sys
names = {"__name__": "__main__"}
exec(compile(sys.argv[1], "README.md", "exec"), names)
print(json.dumps([float(eval(expression, names)) for expression in sys.argv[2:]]))
"""


class Run:
    """What the folder holds, read without the libraries of the snippets as far as possible."""

    def __init__(self, folder):
        self.folder = folder
        self.summary = json.loads((folder / "summary.json").read_text())
        with netCDF4.Dataset(folder / "ensemble.nc") as file:
            self.energies = np.asarray(file["potential_energy"][:])
            self.weights = np.exp(np.asarray(file["log_weight"][:]))
            self.radii = radii_of_gyration(file, folder)
        with netCDF4.Dataset(folder / "resampled.nc") as file:
            self.resampled_energies = np.asarray(file["potential_energy"][:])
            self.resampled_radii = radii_of_gyration(file, folder)
        self.free_energy = next(found for found in self.summary["free_energies"] if found["name"] == "phi")


def radii_of_gyration(file, folder):
    """Å."""
    atoms = mdtraj.load(str(folder / "restarts/001.pdb")).topology.atoms
    masses = np.array([atom.element.mass for atom in atoms])
    r = np.asarray(file["coordinates"][:], dtype=float)
    r -= np.average(r, axis=1, weights=masses)[:, None]
    return np.sqrt(np.average(np.sum(r**2, axis=2), axis=1, weights=masses))


def check_mdtraj(table, run, molsample, evaluate):
    share, error, psi, total = evaluate("share", "error", "mean_psi", "weights.sum()")
    table.check("mdtraj: sum of the weights", 1.0, total)
    table.check("mdtraj: ΔF(φ), kT", run.free_energy["delta_f_kT"], -np.log(share / (1 - share)), ROUNDING)
    error /= share * (1 - share)
    table.check("mdtraj: its error", run.free_energy["error_kT"], error, ERRORS_AGREE * error)
    with tempfile.TemporaryDirectory() as place:
        found = molsample.json(
            ["analyze", "alanine-dipeptide", "--input", run.folder, "transport_samples=100", f"output={place}", "--json"])
    means = {mean["name"]: mean["value"] for mean in found["means"]}
    table.check("mdtraj: mean ψ, rad", np.arctan2(means["sin_psi"], means["cos_psi"]), psi, ROUNDING)


def check_mdanalysis(table, run, molsample, evaluate):
    mean, error = evaluate("mean", "error")
    table.check("MDAnalysis: radius of gyration, Å", np.sum(run.weights * run.radii), mean, ROUNDING)
    # The same distribution, and the noise of copying frames.
    table.check("MDAnalysis: and of resampled.nc", run.resampled_radii.mean(), mean, LARGEST_Z * error)


def check_pymbar(table, run, molsample, evaluate):
    difference, error, log_z = evaluate(
        "between['Delta_f'][1, 2]", "between['dDelta_f'][1, 2]",
        "-pymbar.other_estimators.exp(u[1] - u[0])['Delta_f']")
    with tempfile.TemporaryDirectory() as place:
        found = molsample.json([
            "reweight", "alanine-dipeptide", "--input", run.folder, "temperature=320", f"output={place}", "--json"])
    table.check("pymbar: −ln(Z₁/Z₀), 300 K to 320 K", found["delta_f_kT"], difference, 1e-6)
    table.check("pymbar: its error", found["error_kT"], error, ERRORS_AGREE * error)
    table.check("pymbar: ln Z by EXP", run.summary["log_z"], log_z, 1e-6)


def check_openmm(table, run, molsample, evaluate):
    energy, steps, constraints, later = evaluate(
        "energy.value_in_unit(unit.kilojoule_per_mole)", "simulation.currentStep", "system.getNumConstraints()",
        "simulation.context.getState(getEnergy=True).getPotentialEnergy().value_in_unit(unit.kilojoule_per_mole)")
    table.check("OpenMM: energy of a restart, kJ/mol", run.resampled_energies[0], energy, SINGLE_PRECISION)
    table.check("OpenMM: constraints", 0, constraints, 0)
    table.check("OpenMM: steps done", 1000, steps, 0)
    mean, deviation = run.resampled_energies.mean(), run.resampled_energies.std()
    table.check("OpenMM: energy after them, kJ/mol", mean, later, 2 * LARGEST_Z * deviation)


def check_cpptraj(table, run, place):
    torsions = np.loadtxt(place / "torsions.dat")
    share = np.mean((torsions[:, 1] > 0) & (torsions[:, 1] < np.degrees(2)))
    found = run.free_energy
    table.check("cpptraj: ΔF(φ), kT", found["delta_f_kT"], -np.log(share / (1 - share)), LARGEST_Z * found["error_kT"])
    radii = np.loadtxt(place / "radius.dat")[:, 1]
    table.check("cpptraj: radius of gyration, Å", run.resampled_radii.mean(), radii.mean(), ROUNDING)


CHECKS = {"mdtraj": check_mdtraj, "MDAnalysis": check_mdanalysis, "pymbar": check_pymbar, "openmm": check_openmm}


def blocks():
    """(language, text) of the fenced blocks of the section."""
    text = (REPOSITORY / "README.md").read_text()
    section = re.search(rf"^## {SECTION}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        sys.exit(f"README.md has no section '{SECTION}'")
    return re.findall(r"^```(\w+)\n(.*?)^```$", section.group(1), re.MULTILINE | re.DOTALL)


def subject(block):
    """The library that the block shows, by what it imports."""
    return next((name for name in CHECKS if re.search(rf"^(import|from) {name}\b", block, re.MULTILINE)), None)


def in_process(command, place):
    finished = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=600, check=False)
    if finished.returncode != 0:
        raise RuntimeError(f"exit status {finished.returncode}: {finished.stderr.strip()[-600:]}")
    return finished.stdout


def evaluator(block, place):
    def evaluate(*expressions):
        return json.loads(in_process([sys.executable, "-c", RUNNER, block, *expressions], place).splitlines()[-1])
    return evaluate


def attempt(table, name, action):
    """What goes wrong is one failed check: the others go on."""
    try:
        action()
    except Exception as error:  # noqa: BLE001
        table.failed += 1
        print(f"{name}: FAILED: {type(error).__name__}: {error}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--molsample", default=str(REPOSITORY / ".build/release/molsample"))
    options = parser.parse_args()
    run, molsample, table = Run(options.folder.resolve()), Molsample(options.molsample), Table()
    if run.summary["system"] != "alanine-dipeptide" or run.summary["temperature_K"] != 300:
        sys.exit("the snippets are for alanine-dipeptide at 300 K")
    if run.summary["method"] in ("mcmc", "smc"):
        sys.exit("the errors of the snippets are for independent draws")
    found = blocks()
    python = [text for language, text in found if language == "python"]
    for name in CHECKS.keys() - {subject(text) for text in python}:
        table.failed += 1
        print(f"{name}: FAILED: README.md has no block for it")
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        link = place / FOLDER_OF_SNIPPETS
        link.parent.mkdir()
        link.symlink_to(run.folder)
        for text in python:
            name = subject(text)
            if name is None:
                table.failed += 1
                print(f"a block without a check: FAILED: {text.splitlines()[0]} …")
                continue
            attempt(table, name, lambda: CHECKS[name](table, run, molsample, evaluator(text, place)))
        for text in (text for language, text in found if language == "sh"):
            if shutil.which("cpptraj") is None:
                print("cpptraj is not on the PATH: its lines were not run")
                continue
            attempt(table, "cpptraj", lambda: (in_process(["sh", "-e", "-c", text], place), check_cpptraj(table, run, place)))
    print(f"{table.passed} passed, {table.failed} failed")
    return 1 if table.failed or not table.passed else 0


if __name__ == "__main__":
    sys.exit(main())
