"""Velocities, exact divergences and trained samples per second of equivariant fields for alanine dipeptide: `molsample bench field`
beside the equivariant graph network of Klein & Noé 2024 (5 layers of 64) in PyTorch, its trace by one backward pass for each
coordinate.

    .venv-torch/bin/python Benchmarks/continuous_flow_vs_torch.py --molsample .build/release/molsample

`equivariant` and `egnn` after one round of training, since costs do not depend on parameters; `ffjord` is the shipped one. Two threads
each. The cost of one exactly weighted sample is that of the exact divergences along its path: of `ffjord` as many as Dormand
and Prince's method takes at a tolerance of 1e-4, of the others, here and in PyTorch, 38. Rounds take turns; medians are compared. Writes
Benchmarks/results/continuous_flow_vs_torch.json.
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
THREADS, ATOMS, WIDTH, LAYERS, TOLERANCE = 2, 22, 64, 5, 1e-4
WANTED = {"ffjord": 20, "equivariant": 20, "egnn": 3, "training": 2.5}
KINDS = ("ffjord", "equivariant", "egnn")
# Of the right-hand side for one sample at that tolerance by a trained graph network, least of those reported (docs/performance.md).
EVALUATIONS = 38

TORCH = f"""
import json, sys, time
import torch
from torch import nn

seconds = float(sys.argv[1])
torch.set_num_threads({THREADS})
torch.manual_seed(0)
n, width = {ATOMS}, {WIDTH}
first, second = (torch.tensor([[i, j] for i in range(n) for j in range(n) if i != j]).T)

class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        act = nn.SiLU()
        self.edge = nn.Sequential(nn.Linear(2 * width + 1, width), act, nn.Linear(width, width), act)
        self.attention = nn.Sequential(nn.Linear(width, 1), nn.Sigmoid())
        self.coordinate = nn.Sequential(nn.Linear(width, width), act, nn.Linear(width, 1, bias=False), nn.Tanh())
        self.node = nn.Sequential(nn.Linear(2 * width, width), act, nn.Linear(width, width))

    def forward(self, h, x):
        difference = x[:, first] - x[:, second]
        square = (difference ** 2).sum(-1, keepdim=True)
        message = self.edge(torch.cat([h[:, first], h[:, second], square], -1))
        message = message * self.attention(message)
        step = difference / (1 + (square + 1e-6).sqrt()) * self.coordinate(message) * 3
        x = x + torch.zeros_like(x).index_add(1, first, step)
        received = torch.zeros_like(h).index_add(1, first, message)
        return h + self.node(torch.cat([h, received], -1)), x

class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.start = nn.Linear(n + 1, width)
        self.layers = nn.ModuleList(Layer() for _ in range({LAYERS}))

    def forward(self, x, t):
        features = torch.cat([torch.eye(n).expand(len(x), n, n), t.expand(len(x), n, 1)], -1)
        h, y = self.start(features), x
        for layer in self.layers:
            h, y = layer(h, y)
        v = y - x
        return v - v.mean(1, keepdim=True)

field = Field()
optimizer = torch.optim.Adam(field.parameters(), lr=1e-6)

def value(x):
    with torch.no_grad():
        field(x, torch.full((1, 1, 1), 0.5))

def trace(x):
    x = x.requires_grad_(True)
    v = field(x, torch.full((1, 1, 1), 0.5)).reshape(len(x), 3 * n)
    total = 0
    for i in range(3 * n):
        total = total + torch.autograd.grad(v[:, i].sum(), x, retain_graph=True)[0].reshape(len(x), 3 * n)[:, i]
    return total

def train(x):
    optimizer.zero_grad()
    ((field(x, torch.full((1, 1, 1), 0.5)) - x) ** 2).mean().backward()
    optimizer.step()

def rate(call, batch):
    x = torch.randn(batch, n, 3)
    call(x.clone())
    times = []
    while sum(times) < seconds or len(times) < 3:
        start = time.perf_counter()
        call(x.clone())
        times.append(time.perf_counter() - start)
    return batch / sorted(times)[len(times) // 2]

# The batch that suits it best.
print(json.dumps({{"velocities": max(rate(value, b) for b in (16, 64, 256)), "divergences": max(rate(trace, b) for b in (4, 16, 64)),
                  "training": max(rate(train, b) for b in (64, 256)), "torch": torch.__version__,
                  "parameters": sum(p.numel() for p in field.parameters())}}))
"""


def printed(command):
    finished = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"{command[0]} ended with {finished.returncode}: {finished.stderr.strip()}")
    return json.loads(finished.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", type=pathlib.Path, default=REPOSITORY / ".build/release/molsample")
    parser.add_argument("--ffjord", default="ffjord")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument(
        "--output", type=pathlib.Path, default=REPOSITORY / "Benchmarks/results/continuous_flow_vs_torch.json")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        compare(arguments, pathlib.Path(folder))


def compare(arguments, folder):
    models = {"ffjord": arguments.ffjord}
    for kind in ("equivariant", "egnn"):
        subprocess.run(
            [arguments.molsample, "train", "alanine-dipeptide", f"model={kind}", "likelihood_rounds=1", "energy_rounds=0", "pool=64",
             "batch=64", "data_stride=1", "threads=1", f"output={folder / kind}"], check=True, capture_output=True)
        models[kind] = folder / kind / "model.safetensors"
    rounds, loads = [], [os.getloadavg()[0]]
    for index in range(arguments.rounds):
        print(f"round {index + 1} of {arguments.rounds} …", file=sys.stderr, flush=True)
        entry = {"torch": printed([sys.executable, "-c", TORCH, arguments.seconds])}
        for kind in KINDS:
            found = printed([
                arguments.molsample, "bench", "field", "alanine-dipeptide", "--json", f"model={models[kind]}",
                f"threads={THREADS}", f"seconds={arguments.seconds}", "directions=no", "samples=128",
                *([f"tolerances={TOLERANCE}", "reference_steps=1"] if kind == "ffjord" else ["tolerances=none"])])
            entry[kind] = {
                "velocities": found["velocities_per_second"], "divergences": found["divergences_per_second"],
                "training": found["training_samples_per_second"], "parameters": found["parameters"],
                "evaluations": found["integrations"][0]["evaluations"] if kind == "ffjord" else EVALUATIONS}
        rounds.append(entry)
        loads.append(os.getloadavg()[0])

    def median(kind, key):
        return statistics.median(entry[kind][key] for entry in rounds)

    keys = ("velocities", "divergences", "training", "parameters", "evaluations")
    for entry in rounds:
        entry["torch"]["evaluations"] = EVALUATIONS
    rows = {kind: {key: median(kind, key) for key in keys} for kind in ("torch", *KINDS)}
    print("| field | parameters | velocities/s | exact divergences/s | trained samples/s | evaluations | s for a weighted sample |")
    print("|---|---|---|---|---|---|---|")
    for kind, row in rows.items():
        row["seconds_per_sample"] = row["evaluations"] / row["divergences"]
        print(f"| {kind} | {row['parameters']:.0f} | {row['velocities']:.0f} | {row['divergences']:.1f} "
              f"| {row['training']:.0f} | {row['evaluations']:.0f} | {row['seconds_per_sample']:.3f} |")
    ratios = {
        "ffjord": rows["torch"]["seconds_per_sample"] / rows["ffjord"]["seconds_per_sample"],
        "equivariant": rows["torch"]["seconds_per_sample"] / rows["equivariant"]["seconds_per_sample"],
        "egnn": rows["torch"]["seconds_per_sample"] / rows["egnn"]["seconds_per_sample"],
        "training": rows["egnn"]["training"] / rows["torch"]["training"]}
    print(" ".join(f"{key} {value:.1f}×" for key, value in ratios.items()))
    report = {
        "date": datetime.date.today().isoformat(), "cores": os.cpu_count(), "torch": rounds[0]["torch"]["torch"],
        "tolerance": TOLERANCE, "wanted_ratios": WANTED, "ratios": ratios, "load_averages": loads, "fields": rows}
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(report, indent=1) + "\n")
    missed = [f"{key} {ratios[key]:.1f} of {wanted}" for key, wanted in WANTED.items() if ratios[key] < wanted]
    if missed:
        sys.exit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
