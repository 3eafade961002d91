"""Samples with log q and trained samples per second of spline couplings: `molsample bench couplings` beside nflows on PyTorch.

    .venv-torch/bin/python Benchmarks/couplings_vs_nflows.py --molsample .build/release/molsample

12 rational-quadratic couplings of 8 bins on 60 dimensions, networks of two hidden layers of 256 with SiLU, single precision,
the same batch and two threads for both. A training step is −mean log q, its gradient, clipping of the norm, and Adam. Each
round runs nflows and then molsample, a process each; the first call of either does not count, and medians over the rounds are
compared, because machines are shared. Also prints the share of the machine's measured speed of matrix products (sgemm) that
molsample's training reaches. Writes Benchmarks/results/couplings_vs_nflows.json.
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

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]

DIMENSION, COUPLINGS, WIDTH, BINS, THREADS = 60, 12, 256, 8, 2
WANTED = {"sample": 2.5, "train": 2.0}
WANTED_SHARE = 0.5

NFLOWS = f"""
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import torch
from nflows.distributions import StandardNormal
from nflows.flows import Flow
from nflows.nn.nets import MLP
from nflows.transforms import CompositeTransform
from nflows.transforms.coupling import PiecewiseRationalQuadraticCouplingTransform as Coupling

batch, seconds = int(sys.argv[1]), float(sys.argv[2])
torch.set_num_threads({THREADS})
torch.manual_seed(0)

class Network(torch.nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.layers = MLP((inputs,), (outputs,), [{WIDTH}, {WIDTH}], activation=torch.nn.functional.silu)

    def forward(self, x, context=None):
        return self.layers(x)

couplings = [
    Coupling(torch.tensor([1 if i % 2 == step % 2 else -1 for i in range({DIMENSION})]), Network, num_bins={BINS},
             tails="linear", tail_bound=5.0)
    for step in range({COUPLINGS})]
flow = Flow(CompositeTransform(couplings), StandardNormal([{DIMENSION}]))
optimizer = torch.optim.Adam(flow.parameters(), lr=1e-6)
data = torch.randn(batch, {DIMENSION})

def draw():
    with torch.no_grad():
        flow.sample_and_log_prob(batch)

def train():
    optimizer.zero_grad()
    (-flow.log_prob(data).mean()).backward()
    torch.nn.utils.clip_grad_norm_(flow.parameters(), 10.0)
    optimizer.step()

def rate(call):
    call()
    times = []
    while sum(times) < seconds or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return batch / sorted(times)[len(times) // 2]

print(json.dumps({{"sample": rate(draw), "train": rate(train), "parameters": sum(p.numel() for p in flow.parameters()),
                  "torch": torch.__version__}}))
"""


def printed(command):
    finished = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(f"{command[0]} ended with {finished.returncode}: {finished.stderr.strip()}")
    return json.loads(finished.stdout)


def processor():
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", type=pathlib.Path, default=REPOSITORY / ".build/release/molsample")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--batches", type=int, nargs="+", default=[256, 1024, 4096])
    parser.add_argument(
        "--output", type=pathlib.Path, default=REPOSITORY / "Benchmarks/results/couplings_vs_nflows.json")
    arguments = parser.parse_args()
    if not arguments.molsample.exists():
        parser.error(f"there is no {arguments.molsample}; build it with: make build")

    results, loads = [], [os.getloadavg()[0]]
    for batch in arguments.batches:
        ours, theirs = {"sample": [], "train": [], "share": []}, {"sample": [], "train": []}
        for index in range(arguments.rounds):
            print(f"batch {batch}, round {index + 1} of {arguments.rounds} …", file=sys.stderr, flush=True)
            peer = printed([sys.executable, "-c", NFLOWS, batch, arguments.seconds])
            own = printed([
                arguments.molsample, "bench", "couplings", "--json", f"dimension={DIMENSION}", f"couplings={COUPLINGS}",
                f"width={WIDTH}", f"bins={BINS}", f"batch={batch}", f"threads={THREADS}",
                f"seconds={arguments.seconds}"])
            assert own["parameters"] == peer["parameters"], "the two have the same architecture"
            for key in theirs:
                theirs[key].append(peer[key])
            ours["sample"].append(own["samples_with_log_q_per_second"])
            ours["train"].append(own["training_samples_per_second"])
            ours["share"].append(own["share_of_sgemm_peak"])
            loads.append(os.getloadavg()[0])
        medians = {key: statistics.median(values) for key, values in ours.items()}
        peers = {key: statistics.median(values) for key, values in theirs.items()}
        results.append({
            "batch": batch, "molsample": medians, "nflows": peers, "torch": peer["torch"],
            "parameters": own["parameters"], "ratios": {key: medians[key] / peers[key] for key in peers},
            "molsample_by_round": ours, "nflows_by_round": theirs,
        })

    print("| batch | nflows, sample + log q /s | molsample | ratio | nflows, trained /s | molsample | ratio | of sgemm |")
    print("|---|---|---|---|---|---|---|---|")
    for result in results:
        own, peer, ratios = result["molsample"], result["nflows"], result["ratios"]
        print(
            f"| {result['batch']} | {peer['sample']:.0f} | {own['sample']:.0f} | {ratios['sample']:.2f} "
            f"| {peer['train']:.0f} | {own['train']:.0f} | {ratios['train']:.2f} | {100 * own['share']:.0f} % |")
    if max(loads) > 1.5 * (os.cpu_count() or 1):
        print(f"the machine was busy (load {max(loads):.1f}): ratios are not to be trusted", file=sys.stderr)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "processor": processor(), "cores": os.cpu_count(), "date": datetime.date.today().isoformat(),
        "wanted_ratios": WANTED, "wanted_share_of_sgemm_peak": WANTED_SHARE, "load_averages": loads, "results": results,
    }
    temporary = arguments.output.with_suffix(".temporary")
    temporary.write_text(json.dumps(report, indent=1) + "\n")
    temporary.replace(arguments.output)
    missed = [
        f"batch {result['batch']}: {key} {result['ratios'][key]:.2f} of {wanted}" for result in results
        for key, wanted in WANTED.items() if result["ratios"][key] < wanted]
    missed += [
        f"batch {result['batch']}: {result['molsample']['share']:.2f} of sgemm, wanted {WANTED_SHARE}"
        for result in results if result["molsample"]["share"] < WANTED_SHARE]
    if missed:
        sys.exit("missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
