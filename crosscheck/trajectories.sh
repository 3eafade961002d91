#!/bin/sh
# Writes one file of each kind with our own code, and an ensemble with the command, and reads them with other programs.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

.build/release/molsample run alanine-dipeptide samples=300 seed=3 output="$folder/run" >/dev/null 2>&1
MOLFLOW_CROSSCHECK_FOLDER="$folder" make test ARGUMENTS="--filter CrosscheckFiles" >/dev/null
.venv/bin/python crosscheck/trajectory_readers.py \
  --coordinates "$folder/coordinates.npy" --velocities "$folder/velocities.npy" --trajectory "$folder/trajectory.nc" \
  --ensemble "$folder/ensemble.nc" --restart "$folder/restart.ncrst" --pdb "$folder/models.pdb"
.venv/bin/python crosscheck/run_ensemble.py "$folder/run"
.venv/bin/python crosscheck/readme_snippets.py "$folder/run"
# Every metric of a run's summary by POT, mdtraj and SciPy, and its energies by OpenMM.
.build/release/molsample run alanine-dipeptide samples=4000 seed=4 check=no output="$folder/metrics" >/dev/null 2>&1
.venv/bin/python crosscheck/ensemble_metrics.py "$folder/metrics"
# Free energies between temperatures and force fields by MBAR and BAR on replica exchange, which takes some minutes.
.venv/bin/python crosscheck/states_vs_exchange.py --molsample .build/release/molsample
