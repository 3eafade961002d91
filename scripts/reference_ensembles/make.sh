#!/bin/sh
# Makes the reference ensembles of trajectories/ again: scripts/reference_ensembles/make.sh [SYSTEM ...]
# 5 to 20 minutes a system on two cores, ET 45; a run that was interrupted goes on where it was. Frames and free energies are
# copied to trajectories/SYSTEM.nc and SYSTEM.json; the rest stays in trajectories/SYSTEM-reference.
set -eu
cd "$(dirname "$0")/../.."
molsample=${MOLSAMPLE:-.build/release/molsample}
[ $# -gt 0 ] || set -- alanine-dipeptide alanine-dipeptide-amber96 AC ET GN IM KS NF NY dw4 lj13

for system in "$@"; do
  folder="${WORK:-trajectories}/$system-reference"
  case "$system" in dw4 | lj13)
    "$molsample" simulate "$system" --config scripts/reference_ensembles/clusters.yaml --resume output="$folder"
    cp "$folder/trajectory.nc" "trajectories/$system.nc"
    continue ;;
  esac
  # The usual 6,400 steps leave an error of 0.061 kT in ET's ΔF(φ), and its second half differs from the first.
  longer= discard=
  if [ "$system" = ET ]; then longer="steps=10400 stride=130" discard="discard=0.3"; fi
  "$molsample" simulate "$system" --config scripts/reference_ensembles/settings.yaml --resume output="$folder" $longer
  "$molsample" free-energy "$system" --input "$folder" $discard output="$folder/free-energy"
  "$molsample" analyze "$system" --input "$folder" output="$folder/analysis"
  cp "$folder/trajectory.nc" "trajectories/$system.nc"
  cp "$folder/free-energy/free_energy.json" "trajectories/$system.json"
done
