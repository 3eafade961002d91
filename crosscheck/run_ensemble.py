"""Reads what `molsample run` wrote as other programs would, and recomputes its numbers: FOLDER with ensemble.nc and
summary.json. Exit code 1 with a message where something does not hold."""

import json
import sys
from pathlib import Path

import mdtraj
import netCDF4
import numpy


def main(folder):
    summary = json.loads((folder / "summary.json").read_text())
    frames = mdtraj.formats.NetCDFTrajectoryFile(str(folder / "ensemble.nc")).read()[0]
    data = netCDF4.Dataset(folder / "ensemble.nc")
    read = {name: numpy.array(data.variables[name][:]) for name in data.variables}
    problems = []

    def check(condition, message):
        if not condition:
            problems.append(message)

    check(len(frames) == summary["samples"], f"{len(frames)} frames, {summary['samples']} samples")
    check(data.data_model == "NETCDF3_64BIT_OFFSET", f"data model {data.data_model}")
    # log w = −u − log q up to a constant; normalised.
    weights = -read["reduced_potential"] - read["log_proposal"]
    weights -= numpy.logaddexp.reduce(weights)
    check(numpy.allclose(weights, read["log_weight"], atol=1e-9), "log_weight is not −u − log q, normalised")
    ess = 1 / numpy.sum(numpy.exp(2 * weights))
    check(abs(ess / summary["ess"] - 1) < 1e-6, f"ESS {ess}, reported {summary['ess']}")
    check(abs(numpy.exp(weights.max()) / summary["largest_weight_share"] - 1) < 1e-6, "largest weight")
    kT = 0.00831446261815324 * summary["temperature_K"]
    check(numpy.allclose(read["potential_energy"] / kT, read["reduced_potential"], atol=1e-9), "u is not U/kT")
    for problem in problems:
        print(f"FAILED: {problem}")
    print("ensemble of molsample run: " + ("failed" if problems else "passed"))
    return 1 if problems else 0


sys.exit(main(Path(sys.argv[1])))
