#!/bin/sh
# Trains a model like systems/peptides/transferable.safetensors, whose own lineage is in docs/transferable.md, from nothing: scripts/training/transferable.sh [STEP ...]
# Without a step all of them in turn. Each takes at most two hours of two quiet cores; one that was interrupted goes on where it was
# when the same command is given again, and one that is done is left alone. Results are folders in trajectories/ (or $WORK, seen from
# the repository); only models go from step to step beside the data. Memory: 3.8 GB.
set -eu
cd "$(dirname "$0")/../.."
molsample=${MOLSAMPLE:-.build/release/molsample}
work=${WORK:-trajectories}
list=datasets/dipeptides
command -v "$molsample" >/dev/null || { echo "there is no $molsample: run make build first" >&2; exit 1; }
[ $# -gt 0 ] || set -- data likelihood energies drawn-data final
common="energy_rounds=0 pool=8192 batch=256 peptides_at_once=8 average_decay=0.998"

resume() { [ ! -f "$work/$1/checkpoint.safetensors" ] || echo --resume; }

# Curves are drawn when a training is done.
is_done() { [ -f "$work/$1/training.svg" ] && echo "$work/$1 is done"; }

# A step goes on from the model of the one before, and must not take one that is half trained.
needs() { is_done "$1" >/dev/null || { echo "$work/$1 is not done: finish that step first" >&2; exit 1; }; }

# is_whole FOLDER COUNT: whether a data set holds so many peptides.
is_whole() {
  found=$(($({ cat "$work/$1/dataset.csv" 2>/dev/null || echo; } | wc -l) - 1))
  [ $found -eq "$2" ] || { echo "$work/$1 holds $found peptides instead of $2: finish it first, or begin it anew" >&2; exit 1; }
}

for step in "$@"; do
  echo "== $step"
  case "$step" in
  data)
    # Replica exchange of 100 of the 296 peptides to train on, 20 to 50 minutes, and of eight to validate. Every beginning of the
    # list holds all residues about as often.
    short="steps=8000 most_steps=8000 equilibration=3000 stride=160"
    "$molsample" dataset $list/training_validation.txt $short output="$work/transferable-validation-dataset"
    hundred=$(mktemp)
    trap 'rm -f "$hundred"' EXIT
    grep -v '^#' $list/train.txt | head -5 >"$hundred"
    "$molsample" dataset "$hundred" $short output="$work/transferable-dataset" ;;
  likelihood)
    is_done transferable-likelihood-training && continue
    is_whole transferable-dataset 100
    "$molsample" train --set "$work/transferable-dataset" --validation "$work/transferable-validation-dataset" \
      width=96 layers=4 rounds=40 rate=1e-3 energy_rate=1e-3 variance_weight=1 $common seed=31 \
      output="$work/transferable-likelihood-training" $(resume transferable-likelihood-training) ;;
  energies)
    is_done transferable-energies-training && continue
    needs transferable-likelihood-training
    is_whole transferable-dataset 100
    "$molsample" train --set "$work/transferable-dataset" --validation "$work/transferable-validation-dataset" \
      init_from="$work/transferable-likelihood-training/model.safetensors" rounds=240 rate=1e-3 energy_rate=3e-5 \
      variance_weight=4 shortfall_bound=10 variance_focus=1 heated_fraction=0.4 $common seed=32 \
      output="$work/transferable-energies-training" $(resume transferable-energies-training) ;;
  drawn-data)
    needs transferable-energies-training
    # Frames of all 296 with the odds of states that the weights give them.
    "$molsample" dataset $list/train.txt model="$work/transferable-energies-training/model.safetensors" \
      samples=4000 most_samples=16000 output="$work/transferable-weighted-dataset" ;;
  final)
    is_done transferable-final-training && continue
    needs transferable-energies-training
    is_whole transferable-weighted-dataset 296
    "$molsample" train --set "$work/transferable-weighted-dataset" --validation "$work/transferable-validation-dataset" \
      init_from="$work/transferable-energies-training/model.safetensors" rounds=160 rate=5e-4 energy_rate=3e-5 \
      variance_weight=4 shortfall_bound=10 variance_focus=1 heated_fraction=0.4 $common seed=33 \
      output="$work/transferable-final-training" $(resume transferable-final-training) ;;
  *) echo "unknown step $step: data, likelihood, energies, drawn-data or final" >&2; exit 2 ;;
  esac
done
