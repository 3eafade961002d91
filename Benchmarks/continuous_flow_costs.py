"""What a value, an exact divergence and a weighted sample cost for every velocity field, and how that grows with the molecule.

    python3 Benchmarks/continuous_flow_costs.py --molsample .build/release/molsample

Fields with the sizes that they have by default, after one round of training, on one thread: costs do not depend on parameters, but
the number of evaluations does, so that is asked of shipped models only. Frames of the larger molecules come from a moment of
dynamics. Memory is the largest resident size of `molsample bench field` beyond that of `molsample --version`. Writes
Benchmarks/results/continuous_flow_costs.json and prints the table of docs/performance.md.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
KINDS = ("equivariant", "kernel-dynamics", "egnn", "ffjord")
MOLECULES = {
    4: ["dw4"], 13: ["lj13"], 22: ["alanine-dipeptide"],
    42: ["--sequence", "ACE-ALA-ALA-ALA-NME", "--force-field", "amber14", "--solvent", "obc1"],
    62: ["--sequence", "ACE-ALA-ALA-ALA-ALA-ALA-NME", "--force-field", "amber14", "--solvent", "obc1"],
}
LIMIT = 400


def run(command):
    """Output, and the largest resident size in MB."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate(timeout=LIMIT)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}: {err.strip()[-400:]}")
    return out


def resident(command):
    """The same for one command in a process of its own, so that the kernel's maximum is of it alone."""
    code = ("import json, resource, subprocess, sys; out = subprocess.run(sys.argv[1:], capture_output=True, text=True, check=True).stdout; "
            "print(json.dumps([out, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))")
    return json.loads(run([sys.executable, "-c", code, *map(str, command)]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", type=pathlib.Path, default=REPOSITORY / ".build/release/molsample")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--output", type=pathlib.Path, default=REPOSITORY / "Benchmarks/results/continuous_flow_costs.json")
    parser.add_argument("--atoms", type=int, nargs="+", choices=MOLECULES, default=list(MOLECULES))
    arguments = parser.parse_args()
    molsample = arguments.molsample
    _, empty = resident([molsample, "--version"])
    rows = []
    print("| field | atoms | parameters | values/s | exact divergences/s | trained samples/s | memory, MB |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for atoms in arguments.atoms:
            system = MOLECULES[atoms]
            data = []
            if system[0] == "--sequence":
                frames = pathlib.Path(folder) / f"{atoms}"
                run([molsample, "simulate", *system, "steps=4000", "stride=100", "replicas=16", f"output={frames}"])
                data = [f"data={next(frames.glob('*.nc'))}"]
            for kind in KINDS:
                if kind == "ffjord" and system in (["dw4"], ["lj13"]):
                    continue
                model = pathlib.Path(folder) / f"{kind}{atoms}"
                run([molsample, "train", *system, *data, f"model={kind}", "likelihood_rounds=1", "energy_rounds=0", "pool=64",
                     "batch=64", "data_stride=1", "threads=1", f"output={model}"])
                text, memory = resident([
                    molsample, "bench", "field", *system, "--json", f"model={model}/model.safetensors", "threads=1",
                    f"samples={32 if kind != 'egnn' else 8}", f"seconds={arguments.seconds}", "tolerances=none",
                    "directions=no"])
                found = json.loads(text)
                row = {"field": kind, "atoms": atoms, "parameters": found["parameters"],
                       "values": found["velocities_per_second"], "divergences": found["divergences_per_second"],
                       "training": found["training_samples_per_second"], "memory": memory - empty}
                rows.append(row)
                print(f"| `{kind}` | {atoms} | {row['parameters']} | {row['values']:.0f} | {row['divergences']:.3g} "
                      f"| {row['training']:.0f} | {row['memory']:.0f} |", flush=True)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps({"cores": os.cpu_count(), "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
