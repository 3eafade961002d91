#!/bin/sh
# Trains a model like systems/peptides/transferable.safetensors, whose own lineage is in docs/transferable.md, from nothing: scripts/training/transferable.sh [STEP ...]
# Without a step all of them in turn. Each takes at most two hours of two quiet cores; one that was interrupted goes on where it was
# when the same command is given again. Results are folders in trajectories/ (or $WORK); only models go from step to step beside the data.
set -eu
cd "$(dirname "$0")/../.."
molsample=${MOLSAMPLE:-.build/release/molsample}
work=${WORK:-trajectories}
list=datasets/dipeptides
[ $# -gt 0 ] || set -- data likelihood energies drawn-data final
common="energy_rounds=0 pool=8192 batch=256 peptides_at_once=8 average_decay=0.998"

resume() { [ -f "$work/$1/checkpoint.safetensors" ] && echo --resume || true; }

for step in "$@"; do
  echo "== $step"
  case "$step" in
  data)
    # Replica exchange of 100 of the 296 peptides to train on, half an hour, and of eight to validate. Each line of the list has every
    # residue at either end once.
    short="steps=8000 most_steps=8000 equilibration=3000 stride=160"
    "$molsample" dataset $list/training_validation.txt $short output="$work/transferable-validation-dataset"
    hundred=$(mktemp)
    grep -v '^#' $list/train.txt | head -5 >"$hundred"
    "$molsample" dataset "$hundred" $short output="$work/transferable-dataset"
    rm "$hundred" ;;
  likelihood)
    "$molsample" train --set "$work/transferable-dataset" --validation "$work/transferable-validation-dataset" \
      width=96 layers=4 rounds=40 rate=1e-3 energy_rate=1e-3 variance_weight=1 $common seed=31 \
      output="$work/transferable-likelihood-training" $(resume transferable-likelihood-training) ;;
  energies)
    "$molsample" train --set "$work/transferable-dataset" --validation "$work/transferable-validation-dataset" \
      init_from="$work/transferable-likelihood-training/model.safetensors" rounds=240 rate=1e-3 energy_rate=3e-5 \
      variance_weight=4 shortfall_bound=10 variance_focus=1 heated_fraction=0.4 $common seed=32 \
      output="$work/transferable-energies-training" $(resume transferable-energies-training) ;;
  drawn-data)
    # Frames of all 296 with the odds of states that the weights give them.
    "$molsample" dataset $list/train.txt model="$work/transferable-energies-training/model.safetensors" \
      samples=4000 most_samples=16000 output="$work/transferable-drawn-dataset" ;;
  final)
    "$molsample" train --set "$work/transferable-dataset" --set "$work/transferable-drawn-dataset" \
      --validation "$work/transferable-validation-dataset" \
      init_from="$work/transferable-energies-training/model.safetensors" rounds=160 rate=5e-4 energy_rate=3e-5 \
      variance_weight=4 shortfall_bound=10 variance_focus=1 heated_fraction=0.4 $common seed=33 \
      output="$work/transferable-final-training" $(resume transferable-final-training) ;;
  *) echo "unknown step $step: data, likelihood, energies, drawn-data or final" >&2; exit 2 ;;
  esac
done
