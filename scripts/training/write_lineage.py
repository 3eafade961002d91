"""Writes into the shipped transferable model what it was trained on before models carried their recipes.

    python3 scripts/training/write_lineage.py systems/peptides/transferable.safetensors

`train` writes `recipe`, the settings of a training, into a model's provenance, and those of the model it went on from before them. The
shipped model is older than that: its recipe begins with the last training but one. The settings of those before are facts of the project's
history (docs/transferable.md, "Validation list, by training", and the earlier versions of the file). Running this again changes nothing.
"""

import json
import pathlib
import struct
import sys

EARLIER = """\
Trainings before those of `recipe`, each from the model of the one before, with what was new at zero; rows are those of the table "Validation list, by training" in docs/transferable.md.
All: train --set … --validation … energy_rounds=0 pool=8192 batch=256 peptides_at_once=8 width=96; layers=3 to row 4, layers=4 from row 5.
Row 1: rounds=300 rate=1e-3 energy_rate=5e-5 variance_weight=1 seed=1; replica exchange of 147 peptides
Row 2: 51 rounds of rate=1e-3 variance_weight=1 seed=2; labels of equivalent atoms exchanged
Row 3: 60 rounds, variance_weight=1 and then 4, seed=3; 172 peptides, surroundings
Row 4: 30 rounds of rate=4e-4 energy_rate=5e-5 in the old order of atoms; backbone first: 60 of rate=1e-3 energy_rate=3e-4, 20 of rate=6e-4 energy_rate=1e-4 (296 peptides), 75 of rate=6e-4 energy_rate=3e-5 variance_focus=0.5 seed=7; from here on variance_weight=4 heated_fraction=0.4 average_decay=0.998
Row 5: a fourth layer and followers: 45 rounds of rate=8e-4; rotamers: 100 of rate=8e-4; potential of distances: 100 of rate=6e-4 energy_rate=3e-5 seed=11; all variance_focus=0.5
Row 6: 124 rounds of rate=6e-4 energy_rate=3e-5 variance_focus=1, then with drawn frames of RC RD RE RF RG RK RQ RR RW RY (dataset model=… samples=16000) 95 of rate=5e-4 energy_rate=3e-5 seed=15
"""


def main(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    model = json.loads(header["__metadata__"]["model"])
    model["provenance"]["recipe_before"] = EARLIER
    header["__metadata__"]["model"] = json.dumps(model, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
