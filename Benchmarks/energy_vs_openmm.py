"""Energies and forces per second of `molsample` beside OpenMM, on one core and on two threads.

    .venv/bin/python Benchmarks/energy_vs_openmm.py --molsample .build/release/molsample

Each round runs every route of OpenMM and then `molsample bench energy`, both pinned to the same core; the medians over
the rounds are compared, because machines are shared. Prints a Markdown table, and writes
Benchmarks/results/energy_vs_openmm.json. With --openmm-only nothing of ours is run and nothing written.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

import openmm as mm

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "crosscheck"))

import structures
from openmm_speed import routes

# name, sequence, force field, solvent, cutoff in nm, the ratio that is wanted to OpenMM's fastest
MOLECULES = [
    ("alanine dipeptide", "ACE-ALA-NME", "amber99sb-ildn", "amber99_obc", None, 8),
    ("dipeptide RD", "RD", "amber14", "obc1", 2.0, 8),
    ("chignolin", "GYDPETGTWG", "amber14", "obc1", 2.0, 4),
]

ENERGY = "energy_per_second"
BOTH = "energy_and_forces_per_second"

CONFIGURATIONS = 20


@contextlib.contextmanager
def pinned(cores):
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def configurations(sequence, force_field):
    """(topology, coordinates): thermal geometries, each continuing from the one before."""
    topology, frame = structures.build(sequence, force_field, seed=11)
    frames = []
    for index in range(CONFIGURATIONS):
        frame = structures.thermal(topology, frame, seed=100 + index, steps=100)
        frames.append(frame)
    return topology, frames


def molsample_rates(path, molecule, threads, cores):
    """What `molsample bench energy` prints, run on the given cores."""
    _, sequence, force_field, solvent, cutoff, _ = molecule
    command = [
        str(path), "bench", "energy", "--sequence", sequence, "--force-field", force_field, "--solvent", solvent]
    command += ["--cutoff", repr(cutoff)] if cutoff else []
    command += ["--json", f"threads={threads}"]
    with pinned(cores):  # inherited by the child
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {finished.returncode}: {finished.stderr.strip()}")
    printed = json.loads(finished.stdout)
    return {ENERGY: printed[ENERGY], BOTH: printed[BOTH]}


def measure(molecule, arguments):
    """Medians by route, {route: {ENERGY: …, BOTH: …}}; ours are called "molsample, N thread(s)"."""
    _, sequence, force_field, solvent, cutoff, _ = molecule
    topology, frames = configurations(sequence, force_field)
    cores = sorted(os.sched_getaffinity(0))
    one = {cores[-1]}
    with pinned(one):
        peers = routes(topology, frames, force_field, solvent, cutoff)
        for route in peers:
            route.rate(True, 0)
    rounds = {}
    for _ in range(arguments.rounds):
        with pinned(one):
            for route in peers:
                rates = {ENERGY: route.rate(False, arguments.seconds), BOTH: route.rate(True, arguments.seconds)}
                rounds.setdefault(f"OpenMM {route.name}", []).append(rates)
        if arguments.openmm_only:
            continue
        rounds.setdefault("molsample, 1 thread", []).append(
            molsample_rates(arguments.molsample, molecule, 1, one))
        if len(cores) > 1:
            rounds.setdefault("molsample, 2 threads", []).append(
                molsample_rates(arguments.molsample, molecule, 2, set(cores[-2:])))
    medians = {
        name: {key: statistics.median(rates[key] for rates in all_rates) for key in (ENERGY, BOTH)}
        for name, all_rates in rounds.items()
    }
    return len(frames[0]), medians, rounds


def fastest(medians, key):
    return max((name for name in medians if name.startswith("OpenMM")), key=lambda name: medians[name][key])


def processor():
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def table(results):
    lines = [
        "| molecule | atoms | route | energies/s | energies + forces/s | ratio to OpenMM's fastest | wanted |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        best = {key: result["rates"][fastest(result["rates"], key)][key] for key in (ENERGY, BOTH)}
        for name, rates in result["rates"].items():
            ours = name.startswith("molsample")
            ratio = f"{rates[ENERGY] / best[ENERGY]:.2f} / {rates[BOTH] / best[BOTH]:.2f}"
            wanted = f"{result['wanted_ratio']}" if ours and "1 thread" in name else ""
            lines.append(
                f"| {result['molecule']} | {result['atoms']} | {name} | {rates[ENERGY]:,.0f} | {rates[BOTH]:,.0f} "
                f"| {ratio} | {wanted} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", type=pathlib.Path, default=REPOSITORY / ".build/release/molsample")
    parser.add_argument("--openmm-only", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="per rate of OpenMM and round")
    parser.add_argument("--output", type=pathlib.Path, default=REPOSITORY / "Benchmarks/results/energy_vs_openmm.json")
    arguments = parser.parse_args()
    if not arguments.openmm_only and not arguments.molsample.exists():
        parser.error(f"there is no {arguments.molsample}; build it with: make build")

    results, loads = [], [os.getloadavg()[0]]
    for molecule in MOLECULES:
        name, sequence, force_field, solvent, cutoff, wanted = molecule
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        atoms, medians, rounds = measure(molecule, arguments)
        results.append({
            "molecule": name, "sequence": sequence, "atoms": atoms, "force_field": force_field, "solvent": solvent,
            "cutoff_nm": cutoff, "wanted_ratio": wanted, "rates": medians, "rounds": rounds,
        })
        loads.append(os.getloadavg()[0])
    print(table(results))
    if max(loads) > 1.5 * (os.cpu_count() or 1):
        print(f"the machine was busy (load {max(loads):.1f}): trust no ratio below 2", file=sys.stderr)
    if arguments.openmm_only:
        return
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "processor": processor(), "cores": os.cpu_count(), "date": datetime.date.today().isoformat(),
        "openmm": mm.Platform.getOpenMMVersion(), "rounds": arguments.rounds, "load_averages": loads,
        "results": results,
    }
    temporary = arguments.output.with_suffix(".temporary")
    temporary.write_text(json.dumps(report, indent=1) + "\n")
    temporary.replace(arguments.output)


if __name__ == "__main__":
    main()
