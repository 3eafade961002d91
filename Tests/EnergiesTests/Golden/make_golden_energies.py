"""Writes the golden energies in this folder with OpenMM's Reference platform; README.md says what they are.

    .venv/bin/python Tests/EnergiesTests/Golden/make_golden_energies.py [NAME_PART …]

With arguments only the cases whose name contains one of them are made again.
"""

import functools
import json
import pathlib
import sys

import numpy as np
import openmm as mm

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[2] / "crosscheck"))

import amber_files
import structures
from force_fields import Field
from reference import Reference

OBC1_2NM = Field("amber14", "obc1", 2.0)

# Fields for alanine dipeptide, the molecule that everyone compares. The short cutoffs cut pairs inside the molecule.
ALANINE_DIPEPTIDE_FIELDS = [
    Field("amber96", "vacuum"), Field("amber96", "amber96_obc"),
    Field("amber99sb-ildn", "vacuum"), Field("amber99sb-ildn", "amber99_obc"),
    Field("amber99sb-ildn", "amber99_obc", 0.6),
    Field("amber14", "vacuum"), Field("amber14", "vacuum", 1.0), Field("amber14", "vacuum", 0.6),
    Field("amber14", "obc1"), OBC1_2NM, Field("amber14", "obc1", 0.6),
    Field("amber14", "obc2"), Field("amber14", "gbn2"), Field("amber14", "gbn2", 0.6),
    Field("ff19SB", "vacuum"), Field("ff19SB", "gbn2"),
]

# Zwitterions that together hold all 20 residues and the three forms of histidine, at either end.
ZWITTERIONS = [
    "AC", "RD", "NE", "QG", "HID-ILE", "HIE-LEU", "HIP-LYS", "MF", "PS", "TW", "YV", "GP", "LN", "CT", "KY", "DH",
]

# Residues that the force fields know only inside a chain, and some that they know everywhere.
CAPPED = [
    "ACE-ASH-NME", "ACE-GLH-NME", "ACE-LYN-NME", "ACE-CYM-NME", "ACE-GLY-NME", "ACE-PRO-NME", "ACE-TRP-NME",
    "ACE-HIP-NME",
]

OTHER_FIELDS = [
    ("ACE-GLY-NME", Field("ff19SB", "gbn2")), ("ACE-PRO-NME", Field("ff19SB", "gbn2")),
    ("ACE-HIP-NME", Field("ff19SB", "gbn2")), ("ACE-ILE-VAL-NME", Field("ff19SB", "gbn2")),
    ("ACE-LYN-NME", Field("ff19SB", "vacuum")), ("ARG-SER-ASP", Field("ff19SB", "gbn2")),
    ("RD", Field("amber14", "gbn2")), ("MF", Field("amber14", "gbn2")), ("CT", Field("amber14", "obc2")),
    ("TW", Field("amber99sb-ildn", "amber99_obc")), ("HID-ILE", Field("amber99sb-ildn", "amber99_obc")),
    ("NE", Field("amber99sb-ildn", "amber99_obc")), ("HIP-LYS", Field("amber96", "amber96_obc")),
    ("RD", Field("amber96", "amber96_obc")), ("GYDPETGTWG", OBC1_2NM),
]

CASES = (
    [("ACE-ALA-NME", field) for field in ALANINE_DIPEPTIDE_FIELDS]
    + [(sequence, OBC1_2NM) for sequence in ZWITTERIONS + CAPPED]
    + OTHER_FIELDS
)

# Cases whose System is also kept as OpenMM's XML, which the same numbers belong to.
SERIALIZED = {
    ("ACE-ALA-NME", Field("amber99sb-ildn", "amber99_obc")), ("HIE-LEU", OBC1_2NM),
    ("ACE-GLY-NME", Field("ff19SB", "gbn2")), ("ACE-ALA-NME", Field("amber14", "vacuum", 0.6)),
}

# Molecules also kept as prmtop and inpcrd: force field of their parameters, radii, solvents to read them with.
AMBER_FILES = [
    ("ACE-ALA-NME", "amber14", "mbondi2", ["vacuum", "obc1", "obc2"]),
    ("HIP-LYS", "amber14", "mbondi2", ["vacuum", "obc1"]),
    ("ACE-ILE-VAL-NME", "ff19SB", "mbondi3", ["vacuum", "gbn2"]),
]

SEED = 20_240_517


@functools.cache
def molecule(sequence, force_field):
    """(PDB file name, topology, labels, coordinates) of a sequence; the atoms are in the force field's order."""
    topology, relaxed = structures.build(sequence, force_field, SEED)
    if len(relaxed) > 100:
        labels, frames = structures.geometries(topology, relaxed, SEED, widths=(0.03,))
        labels, frames = labels[1:], frames[1:]
    else:
        labels, frames = structures.geometries(topology, relaxed, SEED, widths=(0.02, 0.05))
    if sequence == "ACE-ALA-NME":
        labels.append("engulfed")
        frames = np.append(frames, [structures.engulfed(topology, relaxed)], axis=0)
    name = f"{sequence}.pdb"
    order = [(atom.residue.index, atom.name) for atom in topology.atoms()]
    shared = _atom_orders.setdefault(name, order)
    if shared != order:
        name = f"{sequence}.{force_field}.pdb"
    structures.write_pdb(FOLDER / name, topology, frames[0])
    return name, topology, labels, frames


_atom_orders = {}


def record(name, sequence, field, topology, labels, frames, system, files):
    totals, terms, forces = Reference(system).evaluate(frames)
    names = structures.template_names(topology, field.force_field)
    residues = {index: residue for index, residue, _, _ in names}
    data = {
        "name": name,
        "sequence": sequence,
        "force_field": field.force_field,
        "solvent": field.solvent,
        "cutoff_nm": field.cutoff,
        **files,
        "openmm_version": mm.Platform.getOpenMMVersion(),
        "openmm_files": field.files,
        "residues": [residues[index] for index in sorted(residues)],
        "atoms": [{"residue": index, "name": atom} for index, _, atom, _ in names],
        "geometries": labels,
        "coordinates_nm": [frame.ravel().tolist() for frame in frames],
        "potential_energy_kJ_mol": totals,
        "terms_kJ_mol": terms,
        "forces_kJ_mol_nm": [force.ravel().tolist() for force in forces],
    }
    write_json(FOLDER / f"{name}.json", data)
    print(f"{name}: {topology.getNumAtoms()} atoms, U = " + ", ".join(f"{total:.6g}" for total in totals))


def write_json(path, data):
    """One key a line; Python writes the shortest digits that give the same Double back."""
    lines = [f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in data.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def force_field_case(sequence, field):
    pdb, topology, labels, frames = molecule(sequence, field.force_field)
    name = f"{sequence}.{field.label}"
    system = field.system(topology)
    files = {"input": "pdb", "pdb": pdb, "openmm_system": None, "prmtop": None, "inpcrd": None}
    if (sequence, field) in SERIALIZED:
        files["openmm_system"] = f"{name}.system.xml"
        (FOLDER / files["openmm_system"]).write_text(mm.XmlSerializer.serialize(system))
    record(name, sequence, field, topology, labels, frames, system, files)


def amber_files_case(sequence, force_field, radii, solvents):
    pdb, topology, labels, frames = molecule(sequence, force_field)
    path = FOLDER / f"{sequence}.{force_field}"
    amber_files.write(path, topology, frames[0], force_field, radii)
    if abs(amber_files.read_coordinates(path) - frames[0]).max() > 1e-7:
        raise RuntimeError(f"{path}.inpcrd does not hold the coordinates that were written")
    for solvent in solvents:
        read_topology, system = amber_files.read(path, solvent)
        if [a.element for a in read_topology.atoms()] != [a.element for a in topology.atoms()]:
            raise RuntimeError(f"{path}.prmtop has its atoms in another order")
        files = {
            "input": "prmtop", "pdb": pdb, "openmm_system": None,
            "prmtop": f"{path.name}.prmtop", "inpcrd": f"{path.name}.inpcrd",
        }
        field = Field(force_field, solvent)
        record(
            f"{sequence}.prmtop-{field.label}", sequence, field, topology, labels, frames, system, files)


def main():
    wanted = sys.argv[1:]
    for sequence, field in CASES:
        if not wanted or any(part in f"{sequence}.{field.label}" for part in wanted):
            force_field_case(sequence, field)
    for sequence, force_field, radii, solvents in AMBER_FILES:
        if not wanted or any(part in f"{sequence}.prmtop-{force_field}" for part in wanted):
            amber_files_case(sequence, force_field, radii, solvents)
    size = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"the folder holds {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
