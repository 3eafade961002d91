"""ΔF(φ) of alanine dipeptide by four ways that share nothing but the energy: replica exchange from two seeds, umbrella
windows with MBAR, and a long plain run. All must agree within their errors, and replica exchange must reach 0.05 kT in ten
minutes on two cores.

    python crosscheck/free_energy_agreement.py --molsample .build/release/molsample [--keep FOLDER]

Takes about half an hour. A pair of values that differ by more than 3.3 of their joint standard errors fails: six pairs, so
by chance once in 170 runs.
"""

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
SYSTEM = "alanine-dipeptide"
# Seed 1 repeats the reference ensemble of trajectories/, byte for byte.
EXCHANGE = ["--config", str(REPOSITORY / "scripts/reference_ensembles/settings.yaml")]
UMBRELLA = [
    "method=langevin", "umbrella=phi", "windows=24", "force_constant=60", "replicas=32", "steps=240000", "stride=2000",
    "equilibration=60000", "exchange_interval=50"]
# All walkers start on the common side and the rare one fills within 1.3 ns: the first 4.5 ns are not counted.
PLAIN = ["method=langevin", "time_step_fs=3", "replicas=512", "stride=2000", "equilibration=1500000"]


def run(command):
    begin = time.monotonic()
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {finished.returncode}: {finished.stderr[-800:]}")
    return finished.stdout, time.monotonic() - begin


def free_energy(molsample, folder, settings):
    """(ΔF, error, seconds)."""
    _, seconds = run([molsample, "simulate", SYSTEM, *settings, f"output={folder}"])
    printed, more = run([molsample, "free-energy", SYSTEM, "--input", str(folder), "temperature=300", "--json"])
    found = json.loads(printed)["free_energies"][0]
    return found["delta_f_kT"], found["error_kT"], seconds + more


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", required=True)
    parser.add_argument("--plain-steps", type=int, default=1_000_000, help="of each of 512 walkers, after 1.5 million unseen")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for the runs, which otherwise are removed")
    options = parser.parse_args()
    molsample = os.path.abspath(options.molsample)
    plain = [*PLAIN, f"steps={options.plain_steps}"]
    ways = [
        ("replica exchange, seed 1", [*EXCHANGE, "seed=1"]), ("replica exchange, seed 2", [*EXCHANGE, "seed=2"]),
        ("umbrella windows", UMBRELLA), ("plain run", plain)]
    results, failures = [], []
    with tempfile.TemporaryDirectory() as place:
        for index, (name, settings) in enumerate(ways):
            value, error, seconds = free_energy(molsample, (options.keep or pathlib.Path(place)) / str(index), settings)
            results.append((name, value, error))
            print(f"{name:26} {value:7.3f} ± {error:.3f} kT in {seconds:.0f} s", flush=True)
            if name.startswith("replica exchange") and (error > 0.05 or seconds > 600):
                failures.append(f"{name}: error {error:.3f} kT after {seconds:.0f} s, wanted 0.05 in 600")
    passed = 2 - len(failures)
    for (a, x, dx), (b, y, dy) in itertools.combinations(results, 2):
        z = (x - y) / (dx * dx + dy * dy) ** 0.5
        print(f"{a} − {b}: z = {z:+.2f}")
        if abs(z) > 3.3:
            failures.append(f"{a} and {b} differ by {z:.1f} standard errors")
        else:
            passed += 1
    for failure in failures:
        print(f"FAILED {failure}")
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
