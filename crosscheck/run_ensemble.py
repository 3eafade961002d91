"""Reads what `molsample run` wrote as other programs would, and recomputes its numbers: FOLDER with ensemble.nc,
resampled.nc, weights.npy, restarts and summary.json. Exit code 1 with a message where something does not hold."""

import json
import sys
from pathlib import Path

import mdtraj
import netCDF4
import numpy
import parmed


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
    # The same share and free energy by other code: mdtraj's torsions with the file's weights.
    topology = mdtraj.load(str(folder / "restarts" / "001.pdb")).topology
    phi = mdtraj.compute_phi(mdtraj.Trajectory(frames / 10, topology))[1][:, 0]
    share = numpy.exp(weights)[(phi > 0) & (phi < 2)].sum()
    energy = next((found for found in summary["free_energies"] if found["name"] == "phi"), None)
    if energy and energy["delta_f_kT"] is not None:
        own = -numpy.log(share / (1 - share))
        check(abs(own - energy["delta_f_kT"]) < 1e-4, f"ΔF(φ) {own}, reported {energy['delta_f_kT']}")

    resampled = netCDF4.Dataset(folder / "resampled.nc")
    identifiers = numpy.array(resampled.variables["sample_id"][:])
    check(len(identifiers) == summary["resampled_samples"], "number of resampled frames")
    check(abs(len(identifiers) - ess) <= 1, f"{len(identifiers)} resampled frames for an ESS of {ess}")
    counts = numpy.bincount(identifiers, minlength=len(weights))
    expected = numpy.exp(weights) * len(identifiers)
    check(bool(numpy.all(numpy.abs(counts - expected) < 1 + 1e-9)), "a sample is not copied by its weight")
    check(numpy.array_equal(resampled.variables["coordinates"][:], data.variables["coordinates"][:][identifiers]),
          "resampled frames are not those of their numbers")
    check(numpy.allclose(resampled.variables["eptot"][:] * 4.184, read["potential_energy"][identifiers], atol=1e-9),
          "reservoir energies")
    check(float(resampled.variables["temp0"][:]) == summary["temperature_K"] and "iseed" in resampled.ncattrs(),
          "reservoir temperature and seed")
    weights_file = numpy.load(folder / "weights.npy")
    check(numpy.allclose(weights_file, numpy.exp(weights), rtol=1e-9, atol=0), "weights.npy")
    restart = parmed.amber.NetCDFRestart.open_old(str(folder / "restarts" / "001.rst7"))
    check(numpy.allclose(restart.coordinates[0], resampled.variables["coordinates"][0], atol=1e-4), "001.rst7")

    for problem in problems:
        print(f"FAILED: {problem}")
    print("ensemble of molsample run: " + ("failed" if problems else "passed"))
    return 1 if problems else 0


sys.exit(main(Path(sys.argv[1])))
