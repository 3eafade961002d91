"""Writes datasets/longer/{tripeptides,capped_dipeptides}.txt: molecules unlike those that the transferable model is trained on.

    python3 scripts/datasets/choose_longer_peptides.py

Ten tripeptides, zwitterions, in which every residue stands at least once: two shuffled packs of the 20 residues are dealt out three at a
time. Ten dipeptides of the test list with ACE and NME caps: those at even places among its first twenty.
"""

import pathlib
import random

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
THREE_LETTERS = dict(zip(RESIDUES, "ALA CYS ASP GLU PHE GLY HIS ILE LYS LEU MET ASN PRO GLN ARG SER THR VAL TRP TYR".split()))


def main():
    root = pathlib.Path(__file__).resolve().parents[2] / "datasets"
    source = random.Random(20261129)
    dealt = "".join("".join(source.sample(RESIDUES, 20)) for _ in range(2))
    tripeptides = [dealt[3 * i:3 * i + 3] for i in range(10)]
    assert set("".join(tripeptides)) == set(RESIDUES)
    test = [word for line in (root / "dipeptides/test.txt").read_text().splitlines() if not line.startswith("#")
            for word in line.split()]
    capped = ["-".join(["ACE", *(THREE_LETTERS[letter] for letter in word), "NME"]) for word in test[:20:2]]
    (root / "longer").mkdir(exist_ok=True)
    for name, what, sequences in (
            ("tripeptides", "longer than those trained on", tripeptides),
            ("capped_dipeptides", "dipeptides of the test list with ends that were never trained on", capped)):
        lines = [f"# {len(sequences)} peptides, {what}; written by scripts/datasets/choose_longer_peptides.py."]
        (root / "longer" / f"{name}.txt").write_text("\n".join(lines + [" ".join(sequences)]) + "\n")


if __name__ == "__main__":
    main()
