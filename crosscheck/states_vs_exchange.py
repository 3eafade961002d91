"""Free energies between states by `molsample reweight` beside pymbar on replica-exchange data.

    states_vs_exchange.py --molsample BINARY [--run FOLDER] [--exchange FOLDER]

Temperatures: MBAR over all frames of a replica exchange whose ladder has 300 and 350 K. Force fields: BAR between the reference
ensembles of alanine dipeptide in amber99sb-ildn and amber96. The run and the exchange are made where no folder is given (some
minutes). Both differences must agree within 0.1 kT and within 4.5 of their errors.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import netCDF4
import numpy
import pymbar
from pymbar import timeseries
from pymbar.other_estimators import bar

GAS_CONSTANT = 0.00831446261815324
TRAJECTORIES = Path(__file__).resolve().parent.parent / "trajectories"


def command(binary, *words):
    return json.loads(subprocess.run([binary, *words, "--json"], check=True, capture_output=True, text=True).stdout)


def energies(path):
    return numpy.array(netCDF4.Dataset(path).variables["potential_energy"][:])


def exchange(binary, folder):
    subprocess.run(
        [binary, "simulate", "alanine-dipeptide", "method=ghmc", "leapfrog_steps=50", "time_step_fs=2",
         "friction_per_ps=0.5", "temperatures=300,350,425,520,640,800", "exchange_interval=1", "replicas=125",
         "equilibration=800", "stride=80", "steps=3200", "keep=all", "seed=11", f"output={folder}"],
        check=True, capture_output=True)


def between_temperatures(folder):
    """-ln(Z350/Z300) by MBAR; frames are thinned by the statistical inefficiency of the energy along each walker."""
    states = json.loads((folder / "simulation.json").read_text())["states"]
    temperatures = [state["temperature_K"] for state in states]
    kept = []
    for state in states:
        data = netCDF4.Dataset(folder / state["trajectory"])
        potential = numpy.array(data.variables["potential_energy"][:])
        replica = numpy.array(data.variables["replica"][:])
        series = [potential[replica == number] for number in numpy.unique(replica)]
        inefficiency = timeseries.statistical_inefficiency_multiple(series)
        kept.append(numpy.concatenate([one[:: math.ceil(inefficiency)] for one in series]))
    counts = [len(one) for one in kept]
    potential = numpy.concatenate(kept)
    reduced = numpy.array([potential / (GAS_CONSTANT * temperature) for temperature in temperatures])
    found = pymbar.MBAR(reduced, counts).compute_free_energy_differences()
    to = temperatures.index(350)
    return found["Delta_f"][0, to], found["dDelta_f"][0, to]


def between_force_fields(binary):
    """-ln(Z of amber96/Z of amber99sb-ildn) by BAR; both energies at the files' coordinates, errors from the walkers by jackknife."""
    kT = GAS_CONSTANT * 300
    works, replicas = [], []
    for name, sign in [("alanine-dipeptide", 1), ("alanine-dipeptide-amber96", -1)]:
        file = TRAJECTORIES / f"{name}.nc"
        own = command(binary, "energy", "alanine-dipeptide", "--coordinates", str(file))["potential_energy_kJ_mol"]
        other = command(binary, "energy", "alanine-dipeptide-amber96", "--coordinates", str(file))
        works.append(sign * (numpy.array(other["potential_energy_kJ_mol"]) - numpy.array(own)) / kT)
        replicas.append(numpy.array(netCDF4.Dataset(file).variables["replica"][:]))
    value = bar(works[0], works[1], compute_uncertainty=False)["Delta_f"]
    groups = 25
    left_out = [
        bar(*(work[replica % groups != group] for work, replica in zip(works, replicas)),
            compute_uncertainty=False)["Delta_f"] for group in range(groups)]
    return value, math.sqrt((groups - 1) * numpy.var(left_out))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--molsample", required=True)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--exchange", type=Path)
    arguments = parser.parse_args()
    binary = str(Path(arguments.molsample).resolve())
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        run = arguments.run or Path(place) / "run"
        if not arguments.run:
            subprocess.run([binary, "run", "alanine-dipeptide", "check=no", f"output={run}"], check=False,
                           capture_output=True)
        folder = arguments.exchange or Path(place) / "exchange"
        if not arguments.exchange:
            exchange(binary, folder)
        cases = [
            ("300 K to 350 K", ["temperature=350"], between_temperatures(folder)),
            ("amber99sb-ildn to amber96", ["--force-field", "amber96", "--solvent", "obc1"],
             between_force_fields(binary)),
        ]
        for number, (name, words, (expected, error)) in enumerate(cases):
            found = command(
                binary, "reweight", "alanine-dipeptide", "--input", str(run), *words, f"output={place}/{number}")
            difference = found["delta_f_kT"] - expected
            both = math.hypot(found["error_kT"], error)
            ok = abs(difference) < 0.1 and abs(difference) < 4.5 * both
            failed += not ok
            print(
                f"{'ok  ' if ok else 'FAILED'} {name}: {found['delta_f_kT']:.4f} +- {found['error_kT']:.4f} kT "
                f"({100 * found['ess_fraction']:.1f} % effective), replica exchange {expected:.4f} +- {error:.4f}, "
                f"difference {difference:+.4f}")
    print(f"{2 - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
