"""Langevin steps per second of `molsample`, summed over its walkers, beside OpenMM, on one core.

    .venv/bin/python Benchmarks/dynamics_vs_openmm.py --molsample .build/release/molsample

Both run the same thermostat and step: OpenMM's LangevinMiddleIntegrator, whose splitting is that of `simulate
method=langevin`, at friction 1/ps and steps of 1 fs. Each round runs every route of OpenMM (see openmm_speed.py) and then
`molsample bench dynamics`, pinned to the same core; medians are compared. Writes
Benchmarks/results/dynamics_vs_openmm.json.
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import openmm as mm
from openmm import unit

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "crosscheck"))

import openmm_speed
from energy_vs_openmm import configurations, pinned, processor

# name, sequence, force field, solvent, cutoff in nm, temperature in K, the ratio that is wanted to OpenMM's fastest
MOLECULES = [
    ("alanine dipeptide", "ACE-ALA-NME", "amber99sb-ildn", "amber99_obc", None, 300, 8),
    ("dipeptide RD", "RD", "amber14", "obc1", 2.0, 310, 8),
]
FRICTION = 1.0
TIME_STEP_FS = 1.0


def integrators(topology, frames, force_field, solvent, cutoff, temperature):
    """The routes of openmm_speed with the integrator in them."""
    found = {}
    for route in openmm_speed.routes(topology, frames, force_field, solvent, cutoff):
        system = mm.XmlSerializer.clone(route.context.getSystem())
        name = route.context.getPlatform().getName()
        integrator = mm.LangevinMiddleIntegrator(
            temperature * unit.kelvin, FRICTION / unit.picosecond, TIME_STEP_FS * unit.femtosecond)
        properties = {"Threads": "1"} if name == "CPU" else {}
        context = mm.Context(system, integrator, mm.Platform.getPlatformByName(name), properties)
        context.setPositions(frames[0])
        context.setVelocitiesToTemperature(temperature * unit.kelvin, 1)
        found[route.name] = (context, integrator)
    return found


def rate(integrator, seconds):
    """Steps per second over at least `seconds`."""
    steps = 0
    start = time.perf_counter()
    while True:
        integrator.step(500)
        steps += 500
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return steps / elapsed


def molsample_rate(path, molecule, seconds):
    _, sequence, force_field, solvent, cutoff, temperature, _ = molecule
    command = [
        str(path), "bench", "dynamics", "--sequence", sequence, "--force-field", force_field, "--solvent", solvent]
    command += ["--cutoff", repr(cutoff)] if cutoff else []
    command += ["--json", "threads=1", f"temperature={temperature}", f"time_step_fs={TIME_STEP_FS}", f"seconds={seconds}"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {finished.returncode}: {finished.stderr.strip()}")
    return json.loads(finished.stdout)["steps_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", type=pathlib.Path, default=REPOSITORY / ".build/release/molsample")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="per route and round")
    parser.add_argument("--output", type=pathlib.Path, default=REPOSITORY / "Benchmarks/results/dynamics_vs_openmm.json")
    arguments = parser.parse_args()
    one = {sorted(os.sched_getaffinity(0))[-1]}
    results, loads = [], [os.getloadavg()[0]]
    print("| molecule | atoms | OpenMM's fastest | steps/s | molsample steps/s | ratio | wanted |\n|---|---|---|---|---|---|---|")
    for molecule in MOLECULES:
        name, sequence, force_field, solvent, cutoff, temperature, wanted = molecule
        topology, frames = configurations(sequence, force_field)
        rounds = {}
        with pinned(one):
            peers = integrators(topology, frames, force_field, solvent, cutoff, temperature)
            for _, integrator in peers.values():
                integrator.step(200)
            for _ in range(arguments.rounds):
                for route, (_, integrator) in peers.items():
                    rounds.setdefault(f"OpenMM {route}", []).append(rate(integrator, arguments.seconds))
                rounds.setdefault("molsample", []).append(
                    molsample_rate(arguments.molsample, molecule, arguments.seconds))
        medians = {route: statistics.median(rates) for route, rates in rounds.items()}
        best = max((route for route in medians if route != "molsample"), key=medians.get)
        ratio = medians["molsample"] / medians[best]
        atoms = len(frames[0])
        print(
            f"| {name} | {atoms} | {best[7:]} | {medians[best]:,.0f} | {medians['molsample']:,.0f} | {ratio:.1f} | {wanted} |",
            flush=True)
        results.append({
            "molecule": name, "sequence": sequence, "atoms": atoms, "wanted_ratio": wanted, "ratio": ratio,
            "steps_per_second": medians, "rounds": rounds})
        loads.append(os.getloadavg()[0])
    if max(loads) > 1.5 * (os.cpu_count() or 1):
        print(f"the machine was busy (load {max(loads):.1f}): trust no ratio below 2", file=sys.stderr)
    report = {
        "processor": processor(), "cores": os.cpu_count(), "date": datetime.date.today().isoformat(),
        "openmm": mm.Platform.getOpenMMVersion(), "friction_per_ps": FRICTION, "time_step_fs": TIME_STEP_FS,
        "load_averages": loads, "results": results}
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    temporary = arguments.output.with_suffix(".temporary")
    temporary.write_text(json.dumps(report, indent=1) + "\n")
    temporary.replace(arguments.output)


if __name__ == "__main__":
    main()
