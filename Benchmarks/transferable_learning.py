"""How the effective share of unseen peptides grows with the number of peptides a transferable model is trained on and with training, and what
guidance by the force field, energies beside likelihood, and adaptation at run time are worth.

    python3 Benchmarks/transferable_learning.py --set trajectories/learning-dataset \\
        --validation trajectories/transferable-validation-dataset [--only 25 50 ...]

Models of the shipped size, trained from nothing, alike but for one thing (15 minutes each on two quiet cores; the folder of a case that is
done is kept, one that was interrupted goes on), and evaluated on the 40 validation peptides, N = 2,000 each, nothing clipped; beside these the
forward share of eight of them after each round. The set to train on can be any of train.txt; the committed result is of frames drawn by weights, which takes a fourth of the time of
replica exchange and has the odds of slow states right:

    molsample dataset datasets/dipeptides/train.txt model=transferable samples=4000 most_samples=8000 output=trajectories/learning-dataset

(the first 153 of them by the model before the last two trainings, in a folder of its own). Needs matplotlib.

`adaptation` compares runs of the shipped model with and without adapt= on the validation peptides that it knows worst. Writes
Benchmarks/results/transferable_learning.json and docs/pictures/transferable_learning.png.
"""

import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "Benchmarks/results/transferable_learning.json"
PICTURE = REPOSITORY / "docs/pictures/transferable_learning.png"
COMMON = ("width=96 layers=4 rounds=40 rate=1e-3 energy_rate=1e-3 energy_rounds=0 pool=8192 batch=256 peptides_at_once=8 "
          "average_decay=0.998 seed=31").split()
# What differs, beside variance_weight=1 of all others.
CASES = {
    "25": ["peptides=25"], "25 dropout": ["peptides=25", "feature_dropout=0.1"], "50": ["peptides=50"], "100": ["peptides=100"], "all": [],
    "no guidance": ["guidance=0"], "likelihood only": ["variance_weight=0"],
}
# The training of `likelihood only` as early stopping leaves it: the round that described the frames to validate best.
STOPPED = "likelihood only, stopped early"
OPTIONS = [*CASES, STOPPED, "adaptation"]
POOL = 8192
ADAPTED, ADAPTATION, ADAPTED_SAMPLES = ("EH", "RI", "RN", "IR"), 15, 10_000


def call(*command):
    finished = subprocess.run([str(word) for word in command], check=False, stdout=subprocess.PIPE, text=True)
    # 3: the run ended with the verdict "not converged".
    if finished.returncode not in (0, 3):
        sys.exit(f"{' '.join(map(str, command))} ended with {finished.returncode}")
    return finished.stdout


def learned(arguments, name):
    """Trains and evaluates a case."""
    name, model = ("likelihood only", "best") if name == STOPPED else (name, "model")
    folder = arguments.work / f"learning-{name.replace(' ', '-')}-training"
    if not (folder / "training.svg").exists():
        resume = ["--resume"] if (folder / "checkpoint.safetensors").exists() else []
        weight = [] if "variance_weight=0" in CASES[name] else ["variance_weight=1"]
        call(arguments.molsample, "train", "--set", arguments.set, "--validation", arguments.validation, f"output={folder}",
             f"threads={arguments.threads}", *COMMON, *weight, *CASES[name], *resume)
    evaluation = folder / ("evaluation" if model == "model" else f"evaluation-of-{model}")
    if not (evaluation / "evaluation.json").exists():
        resume = ["--resume"] if (evaluation / "evaluation.progress.json").exists() else []
        call(arguments.molsample, "evaluate", "--set", REPOSITORY / "datasets/dipeptides/validation.txt",
             f"model={folder / model}.safetensors", "samples=2000", f"threads={arguments.threads}",
             f"output={evaluation}", *resume)
    found = json.loads((evaluation / "evaluation.json").read_text())
    shares = [row["ess_fraction"] for row in found["peptides"]]
    return {
        "mean": statistics.mean(shares), "median": statistics.median(shares), "smallest": min(shares),
        "mean_trimmed": statistics.mean(row["ess_fraction_trimmed"] for row in found["peptides"]), "samples": found["samples"],
        "forward": grown(folder, stopped=model == "best")}


def adapted(arguments):
    """Effective shares of the shipped model with and without learning from chains of its own samples."""
    rows = {}
    for sequence in ADAPTED:
        row = {}
        for adaptation in (0, ADAPTATION):
            folder = arguments.work / f"learning-{sequence}-{adaptation}-run"
            if not (folder / "summary.json").exists():
                call(arguments.molsample, "run", "--sequence", sequence, f"samples={ADAPTED_SAMPLES}", "method=importance", "check=no",
                     f"threads={arguments.threads}", f"output={folder}", *([f"adapt={adaptation}"] if adaptation else []))
            summary = json.loads((folder / "summary.json").read_text())
            difference = summary["free_energies"][0]
            row[str(adaptation)] = {
                "share": summary["ess_fraction"], "seconds": summary["seconds"], "delta_f_phi_kT": difference["delta_f_kT"],
                "error_kT": difference["error_kT"]}
        rows[sequence] = row
    return rows


def grown(folder, stopped):
    """Samples spent, in millions, and forward share after each round, or until the one that described the frames to validate best."""
    with (folder / "training.csv").open() as table:
        rows = [row for row in csv.DictReader(table) if row["forward_ess_fraction"]]
    if stopped:
        rows = rows[:1 + min(range(len(rows)), key=lambda number: float(rows[number]["validation"]))]
    return [[int(row["round"]) * POOL / 1e6, float(row["forward_ess_fraction"])] for row in rows]


def draw(report):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    cases = report["cases"]
    figure, ((by_peptides, by_training), (left_out, improved)) = pyplot.subplots(2, 2, figsize=(10, 6.4), layout="constrained")
    counts = [name for name in ("25", "50", "100", "all") if name in cases]
    for name in counts:
        by_training.plot(*zip(*[(spent, 100 * share) for spent, share in cases[name]["forward"]]), label=f"{name} peptides")
    by_training.set(xlabel="samples trained on (millions)", ylabel="forward share of 8 unseen ones (%)", ylim=(0, None))
    by_training.legend(frameon=False)
    places = [report["peptides"] if name == "all" else int(name) for name in counts]
    for key, label, style in (("mean_trimmed", "mean without the largest 0.2 %", "o--"), ("mean", "mean", "o-"), ("smallest", "smallest", "o:")):
        by_peptides.plot(places, [100 * cases[name][key] for name in counts], style, label=label)
    by_peptides.set(xscale="log", yscale="log", xlabel="peptides trained on", ylabel="effective share of 40 unseen ones (%)",
             ylim=(None, 130 * max(case["mean_trimmed"] for case in cases.values())))
    by_peptides.set_xticks(places, [str(place) for place in places])
    by_peptides.minorticks_off()
    by_peptides.legend(frameon=False, loc="center left", bbox_to_anchor=(0, 0.58))
    names = [name for name in ("all", "likelihood only", STOPPED, "no guidance") if name in cases]
    left_out.barh([name.replace(", ", ",\n") for name in names[::-1]], [100 * cases[name]["mean"] for name in names[::-1]])
    left_out.set(xlabel="mean effective share (%)", title="one thing left out")
    adapted = report.get("adaptation", {})
    for shift, rounds, label in ((-0.2, "0", "without"), (0.2, str(ADAPTATION), f"with {ADAPTATION} rounds")):
        improved.bar([place + shift for place in range(len(adapted))], [100 * found[rounds]["share"] for found in adapted.values()], 0.4, label=label)
    improved.set_xticks(range(len(adapted)), list(adapted))
    improved.set(ylabel="effective share (%)", title="self-improvement (adapt=)", ylim=(0, 70))
    improved.legend(frameon=False, loc="upper right")
    figure.savefig(PICTURE, dpi=150)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", type=pathlib.Path, default=REPOSITORY / ".build/release/molsample")
    parser.add_argument("--set", type=pathlib.Path, default=REPOSITORY / "trajectories/learning-dataset")
    parser.add_argument("--validation", type=pathlib.Path, default=REPOSITORY / "trajectories/transferable-validation-dataset")
    parser.add_argument("--work", type=pathlib.Path, default=REPOSITORY / "trajectories")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", nargs="+", choices=OPTIONS, default=OPTIONS)
    arguments = parser.parse_args()

    report = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"cases": {}}
    for name in arguments.only:
        if name == "adaptation":
            report[name] = adapted(arguments)
        else:
            report["peptides"] = len((arguments.set / "dataset.csv").read_text().splitlines()) - 1
            report["cases"][name] = learned(arguments, name)
        RESULTS.write_text(json.dumps(report, indent=1) + "\n")
        shown = report[name] if name == "adaptation" else {key: value for key, value in report["cases"][name].items() if key != "forward"}
        print(name, shown, flush=True)
    draw(report)


if __name__ == "__main__":
    main()
