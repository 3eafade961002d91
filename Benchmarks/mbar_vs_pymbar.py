"""Seconds per MBAR solve, free-energy differences and their errors included, of `molsample` beside pymbar.

    .venv/bin/python Benchmarks/mbar_vs_pymbar.py --molsample .build/release/molsample

12 harmonic oscillators with 5,000 samples each. Each round runs pymbar and then `molsample bench mbar`, both in a process of
its own after one solve that does not count; the medians over the rounds are compared, because machines are shared. pymbar
uses as many threads as it likes, molsample one and then two. What pip installs by default is pymbar without JAX; name a
second interpreter with --jax-python to time it with JAX too. Prints a Markdown table, checks that both agree, and writes
Benchmarks/results/mbar_vs_pymbar.json.
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
import tempfile

import numpy as np

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]

STATES = 12
SAMPLES_PER_STATE = 5000
WANTED_RATIO = 4
# In kT, for every ΔF and every asymptotic error.
TOLERANCE = 1e-6

PYMBAR = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
import numpy as np
import pymbar
u, counts = np.load(sys.argv[1]), json.loads(sys.argv[2])
for _ in range(2):
    start = time.perf_counter()
    found = pymbar.MBAR(u, counts).compute_free_energy_differences()
    seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "version": pymbar.__version__, "jax": "jax" in sys.modules,
                  "delta_f": np.asarray(found["Delta_f"])[0].tolist(), "errors": np.asarray(found["dDelta_f"]).tolist()}))
"""


def potentials():
    """[K][N]: oscillators of unequal stiffness and offset, neighbours well overlapping."""
    random = np.random.default_rng(2024)
    centres = np.linspace(0, 3, STATES)
    stiffnesses = np.linspace(1, 4, STATES)
    offsets = np.linspace(0, 20, STATES)
    x = np.concatenate([
        random.normal(centre, 1 / np.sqrt(stiffness), SAMPLES_PER_STATE)
        for centre, stiffness in zip(centres, stiffnesses)])
    return 0.5 * stiffnesses[:, None] * (x - centres[:, None]) ** 2 + offsets[:, None]


def printed(command):
    finished = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"{command[0]} ended with {finished.returncode}: {finished.stderr.strip()}")
    return json.loads(finished.stdout)


def molsample(path, file, counts, threads):
    """What `molsample bench mbar` prints, under the keys of PYMBAR."""
    found = printed([
        path, "bench", "mbar", "--json", f"reduced_potentials={file}", f"counts={','.join(map(str, counts))}",
        "rounds=5", f"threads={threads}"])
    errors = np.reshape(found["all_errors"], (len(counts), len(counts)))
    return {"seconds": found["seconds_per_solve"], "delta_f": found["delta_f"], "errors": errors.tolist()}


def processor():
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", type=pathlib.Path, default=REPOSITORY / ".build/release/molsample")
    parser.add_argument("--jax-python", help="an interpreter that has pymbar and JAX")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=pathlib.Path, default=REPOSITORY / "Benchmarks/results/mbar_vs_pymbar.json")
    arguments = parser.parse_args()
    if not arguments.molsample.exists():
        parser.error(f"there is no {arguments.molsample}; build it with: make build")

    counts = [SAMPLES_PER_STATE] * STATES
    interpreters = [sys.executable] + ([arguments.jax_python] if arguments.jax_python else [])
    rounds, last, loads = {}, {}, [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "reduced_potentials.npy"
        np.save(file, potentials())
        for index in range(arguments.rounds):
            print(f"round {index + 1} of {arguments.rounds} …", file=sys.stderr, flush=True)
            runs = []
            for interpreter in interpreters:
                found = printed([interpreter, "-c", PYMBAR, file, json.dumps(counts)])
                runs.append((f"pymbar {found['version']}, {'with' if found['jax'] else 'without'} JAX", found))
            for threads in (1, 2):
                name = f"molsample, {threads} thread{'s' if threads > 1 else ''}"
                runs.append((name, molsample(arguments.molsample, file, counts, threads)))
            for name, found in runs:
                rounds.setdefault(name, []).append(found["seconds"])
                last[name] = found
            loads.append(os.getloadavg()[0])

    medians = {name: statistics.median(seconds) for name, seconds in rounds.items()}
    peers = [name for name in medians if name.startswith("pymbar")]
    ours = "molsample, 1 thread"
    deviations = {
        peer: {key: float(np.max(np.abs(np.array(last[ours][key]) - np.array(last[peer][key]))))
               for key in ("delta_f", "errors")}
        for peer in peers}
    print("| route | seconds per solve |" + "".join(f" times faster than {peer} |" for peer in peers))
    print("|---|---|" + "---|" * len(peers))
    for name, seconds in medians.items():
        ratios = "".join(f" {medians[peer] / seconds:.1f} |" for peer in peers)
        print(f"| {name} | {seconds:.4f} |{ratios}")
    for peer, deviation in deviations.items():
        print(f"largest difference from {peer}: ΔF {deviation['delta_f']:.1e} kT, error {deviation['errors']:.1e} kT")
    if max(loads) > 1.5 * (os.cpu_count() or 1):
        print(f"the machine was busy (load {max(loads):.1f}): trust no ratio below 2", file=sys.stderr)

    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "processor": processor(), "cores": os.cpu_count(), "date": datetime.date.today().isoformat(),
        "states": STATES, "samples_per_state": SAMPLES_PER_STATE, "wanted_ratio": WANTED_RATIO,
        "rounds": arguments.rounds, "load_averages": loads, "seconds_per_solve": medians,
        "seconds_by_round": rounds, "largest_differences_kT": deviations,
    }
    temporary = arguments.output.with_suffix(".temporary")
    temporary.write_text(json.dumps(report, indent=1) + "\n")
    temporary.replace(arguments.output)
    if any(value > TOLERANCE for deviation in deviations.values() for value in deviation.values()):
        sys.exit(f"the two disagree by more than {TOLERANCE} kT")


if __name__ == "__main__":
    main()
