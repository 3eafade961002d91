"""Verdicts of `molsample run` on alanine dipeptide over many seeds, for the shipped model and for one that lacks the mode at phi > 0.

    verdicts.py --molsample BINARY [--seeds 100] [--folder FOLDER]

The second model is trained on frames of the reference ensemble with phi < 0 alone, so that its weights look good. A run fails it by
the forward check, by its weights, or by the reference ensemble, which users' molecules do not have: runs that fail without it are
counted too. Exits with 1 unless at least 95 of 100 runs of the bad model end as not converged without the reference, and at most 5
of the good one. Half an
hour on two cores for 100 seeds.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import mdtraj
import netCDF4
import numpy

REFERENCE = Path(__file__).resolve().parent.parent / "trajectories" / "alanine-dipeptide.nc"
PHI = [4, 6, 8, 14]
WITHOUT_REFERENCE = ("dynamics from these samples", "only ", "one sample carries", "the weights' tail")


def left_frames(path):
    """The reference's frames with phi < 0."""
    with netCDF4.Dataset(REFERENCE) as whole, netCDF4.Dataset(path, "w", format=whole.data_model) as part:
        coordinates = numpy.array(whole.variables["coordinates"][:])
        topology = mdtraj.Topology()
        residue = topology.add_residue("X", topology.add_chain())
        for number in range(coordinates.shape[1]):
            topology.add_atom(f"C{number}", mdtraj.element.carbon, residue)
        phi = mdtraj.compute_dihedrals(mdtraj.Trajectory(coordinates / 10, topology), [PHI], periodic=False)[:, 0]
        part.setncatts({name: whole.getncattr(name) for name in whole.ncattrs()})
        for name, dimension in whole.dimensions.items():
            part.createDimension(name, None if dimension.isunlimited() else len(dimension))
        for name, variable in whole.variables.items():
            copy = part.createVariable(name, variable.dtype, variable.dimensions)
            copy.setncatts({key: variable.getncattr(key) for key in variable.ncattrs() if key != "_FillValue"})
            values = variable[:]
            copy[:] = values[phi < 0] if "frame" in variable.dimensions[:1] else values


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--molsample", required=True)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--folder")
    options = parser.parse_args()
    folder = Path(options.folder or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    bad = folder / "bad" / "model.safetensors"
    if not bad.exists():
        left_frames(folder / "left.nc")
        subprocess.run(
            [options.molsample, "train", "alanine-dipeptide", f"data={folder / 'left.nc'}", "likelihood_rounds=12",
             "energy_rounds=0", "seed=1", f"output={folder / 'bad'}"], check=True, stdout=subprocess.DEVNULL)

    counts = {"good": [0, 0], "bad": [0, 0]}
    for seed in range(options.seeds):
        for kind, words in (("good", []), ("bad", [f"model={bad}"])):
            output = folder / f"{kind}-{seed}"
            result = subprocess.run(
                [options.molsample, "run", "alanine-dipeptide", *words, "method=importance", "samples=3000", f"seed={seed}",
                 f"output={output}", "--json"], capture_output=True, text=True)
            assert result.returncode in (0, 3), result.stderr
            summary = json.loads((output / "summary.json").read_text())
            assert (summary["verdict"] == "not converged") == (result.returncode == 3)
            counts[kind][0] += summary["verdict"] == "not converged"
            counts[kind][1] += any(
                reason.startswith(WITHOUT_REFERENCE) for reason in summary["reasons"])
            subprocess.run(["rm", "-r", output], check=True)
        print(seed + 1, counts, file=sys.stderr, flush=True)
    print(f"not converged, of {options.seeds} runs each: bad model {counts['bad'][0]} (without the reference "
          f"{counts['bad'][1]}), good model {counts['good'][0]} ({counts['good'][1]})")
    share = options.seeds / 100
    sys.exit(0 if counts["bad"][1] >= 95 * share and counts["good"][0] <= 5 * share else 1)


if __name__ == "__main__":
    main()
