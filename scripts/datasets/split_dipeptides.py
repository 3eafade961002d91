"""Writes datasets/dipeptides/{test,validation,train}.txt: the 400 dipeptides of the 20 residues, split once and for all; of the test list
named.txt, published_free_energies.txt and named_others.txt; of the validation list training_validation.txt.

    python3 scripts/datasets/split_dipeptides.py

The test list holds the sequences that the field reports by name (the sixteen of Klein & Noé 2024, arXiv:2406.14426, and those of Timewarp,
Klein et al. 2023, arXiv:2302.01170, whose ΔF(φ) is published) and as many more, drawn so that every residue stands first and last in at
least two of them, as make 64. Then 40 for validation and the rest for training, by one fixed shuffle. The training list stands in an
order whose every beginning holds all residues about as often: whoever samples a part of it samples a fair one.
"""

import pathlib
import random

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
NAMED = "KS KG AT GN LW KQ NY IM TD HT NF RL ET AC GP RV".split()
PUBLISHED_FREE_ENERGIES = "AC ET GN IM KS NY NF".split()
# Chosen by hand.
TRAINING_VALIDATION = "AQ EL FH GF KM RS VV YG".split()
TEST, VALIDATION = 64, 40


def evenly(sequences):
    """Each time the first sequence whose two residues, at their places, are the rarest so far."""
    rest, chosen = list(sequences), []
    counts = {(residue, place): 0 for residue in RESIDUES for place in (0, 1)}
    while rest:
        best = min(rest, key=lambda s: counts[s[0], 0] + counts[s[1], 1])
        rest.remove(best)
        chosen.append(best)
        for place in (0, 1):
            counts[best[place], place] += 1
    return chosen


def main():
    folder = pathlib.Path(__file__).resolve().parents[2] / "datasets/dipeptides"
    folder.mkdir(parents=True, exist_ok=True)
    rest = [a + b for a in RESIDUES for b in RESIDUES if a + b not in NAMED]
    random.Random(20261128).shuffle(rest)
    test = list(NAMED)

    def fewest(sequences):
        return min(sum(s[place] == residue for s in sequences) for residue in RESIDUES for place in (0, 1))

    while fewest(test) < 2:
        # The first of those left that brings most of what is missing.
        def missing(sequence):
            return sum(sum(s[place] == sequence[place] for s in test) < 2 for place in (0, 1))
        best = max(rest, key=missing)
        rest.remove(best)
        test.append(best)
    while len(test) < TEST:
        test.append(rest.pop(0))
    validation, train = rest[:VALIDATION], rest[VALIDATION:]
    assert len(test) == TEST and len(set(test + validation + train)) == 400 and set(TRAINING_VALIDATION) <= set(validation)
    train = evenly(train)
    for name, what, sequences in (
            ("test", "never trained on", test),
            ("validation", "to judge trainings by", sorted(validation)),
            ("train", "trained on", train),
            ("named", "those of the test list that the field reports by name", NAMED),
            ("published_free_energies", "those of the test list whose ΔF(φ) is published", PUBLISHED_FREE_ENERGIES),
            ("named_others", "those of named.txt that have no reference ensemble in trajectories/",
             [sequence for sequence in NAMED if sequence not in PUBLISHED_FREE_ENERGIES]),
            ("training_validation", "those of the validation list that every round of a training is judged by", TRAINING_VALIDATION)):
        lines = [f"# {len(sequences)} dipeptides, {what}; written by scripts/datasets/split_dipeptides.py."]
        lines += [" ".join(sequences[i:i + 20]) for i in range(0, len(sequences), 20)]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
