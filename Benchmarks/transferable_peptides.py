"""The shipped transferable model on peptides it was never trained on: a picture and a table of an evaluation.

    molsample evaluate --set datasets/dipeptides/test.txt --reference trajectories samples=30000 output=trajectories/test-run
    python3 Benchmarks/transferable_peptides.py trajectories/test-run/evaluation.json

The first takes some 50 minutes of two cores; with validation.txt, samples=2000 and --name validation three. Needs matplotlib. Writes Benchmarks/results/transferable_NAME.csv and docs/pictures/transferable_NAME.png,
NAME being test unless --name gives another (--table-only: no picture), and prints the rows of peptides with a reference as a table. With
--beside Benchmarks/results/transferable_baseline.csv it prints the rows of both instead, and writes nothing. docs/transferable.md has the
command of each table.
"""

import argparse
import csv
import json
import pathlib
import statistics

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
# Klein & Noé 2024 (arXiv:2406.14426): mean raw share on unseen dipeptides, nothing clipped, N = 30,000.
PUBLISHED = 15.3


def draw(rows, samples, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = sorted(rows, key=lambda row: -row["ess_fraction"])
    figure, axes = pyplot.subplots(figsize=(11, 3.4), layout="constrained")
    places = range(len(rows))
    axes.bar(places, [100 * (row["ess_fraction_trimmed"] or 0) for row in rows], color="#c6d9ec", label="without the largest 0.2 %")
    axes.bar(places, [100 * row["ess_fraction"] for row in rows], color="#2b6ca3", label="raw")
    mean = statistics.mean(100 * row["ess_fraction"] for row in rows)
    axes.axhline(mean, color="#2b6ca3", linewidth=1, label=f"mean of raw, {mean:.1f} %")
    axes.axhline(PUBLISHED, color="#b3482e", linewidth=1, linestyle="--", label=f"published mean, {PUBLISHED} % (Klein & Noé 2024)")
    axes.set_xticks(places, [row["sequence"] for row in rows], rotation=90, fontsize=8)
    axes.set(ylabel="effective share (%)", title=f"{len(rows)} peptides that the model was not trained on, N = {samples:,} each",
             xlim=(-0.7, len(rows) - 0.3))
    axes.legend(frameon=False)
    figure.savefig(path, dpi=150)


def table(rows):
    """Markdown rows of those that have a reference."""
    for row in rows:
        if None in (row["reference_delta_f_phi_kT"], row["delta_f_phi_kT"], row["error_kT"], row["forward_ess_fraction"]):
            continue
        seconds = row["replica_exchange_seconds"]
        print(
            f"| {row['sequence']} | {100 * row['ess_fraction']:.1f} | {100 * row['forward_ess_fraction']:.1f} "
            f"| {row['delta_f_phi_kT']:.3f} ± {row['error_kT']:.3f} "
            f"| {row['reference_delta_f_phi_kT']:.3f} ± {row['reference_error_kT']:.3f} "
            f"| {row['energy_w2']:.2f} ({row['energy_w2_floor']:.2f}) | {row['torus_w2']:.2f} ({row['torus_w2_floor']:.2f}) "
            f"| {row['seconds']:.0f} | {'–' if seconds is None else f'{seconds:.0f}'} |")


def beside(rows, path):
    """Markdown rows of those that the baseline's table has too."""
    def distance(value, floor):
        return f"{float(f'{float(value):.3g}'):g} ({float(floor):.2g})" if value not in (None, "") else "–"

    with path.open(newline="") as file:
        baseline = {row["sequence"]: row for row in csv.DictReader(file)}
    for row in rows:
        other = baseline.get(row["sequence"])
        if other is None:
            continue
        samples = int(other["samples"])
        print(
            f"| {row['sequence']} | {row['atoms']} | {100 * row['ess_fraction']:.1f} "
            f"| {distance(row['energy_w2'], row['energy_w2_floor'])} | {distance(row['torus_w2'], row['torus_w2_floor'])} "
            f"| {1e3 * row['seconds'] / row['samples']:.1f} "
            f"| {samples * float(other['ess_fraction']):.2f} | {100 * float(other['valid_bond_graph_fraction']):.0f} "
            f"| {100 * float(other['correct_chirality_fraction']):.0f} "
            f"| {distance(other['energy_w2'], other['energy_w2_floor'])} | {distance(other['torus_w2'], other['torus_w2_floor'])} "
            f"| {float(other['seconds']) / samples:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=pathlib.Path)
    parser.add_argument("--name", default="test")
    parser.add_argument("--table-only", action="store_true", help="no picture")
    parser.add_argument("--beside", type=pathlib.Path, help="a table of the same peptides by another model, to print both")
    arguments = parser.parse_args()
    found = json.loads(arguments.evaluation.read_text())
    rows = found["peptides"]
    if arguments.beside:
        beside(rows, arguments.beside)
        return
    with (REPOSITORY / f"Benchmarks/results/transferable_{arguments.name}.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=["sequence"] + [name for name in rows[0] if name != "sequence"], lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: f"{value:.5g}" if isinstance(value, float) else value for key, value in row.items()} for row in rows)
    if not arguments.table_only:
        draw(rows, found["samples"], REPOSITORY / f"docs/pictures/transferable_{arguments.name}.png")
    shares = [100 * row["ess_fraction"] for row in rows]
    print(f"{len(rows)} peptides: mean {statistics.mean(shares):.1f} %, median {statistics.median(shares):.1f} %, smallest {min(shares):.2f} %")
    table(rows)


if __name__ == "__main__":
    main()
