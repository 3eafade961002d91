"""Molecules built without any of our code: PeptideBuilder's backbone and side chains, OpenMM's hydrogens.

A sequence is either hyphen-separated three-letter names with caps, "ACE-ASH-NME", or one-letter names of a
zwitterion, "AK". Geometries: relaxed (minimised), thermal (a short run at 300 K), and distorted by Gaussian noise.

As a program it writes NAME.pdb and NAME.npy, float64 [n][atoms][3] in nm:
    python crosscheck/structures.py ACE-ALA-NME --force-field amber14 --seed 5 --output FOLDER
"""

import argparse
import io
import pathlib
import random
import warnings

import numpy as np
import openmm as mm
from openmm import app, unit

from force_fields import Field, FORCE_FIELD_FILES
from reference import Evaluator

ONE_LETTER = {
    "A": "ALA", "R": "ARG", "N": "ASN", "D": "ASP", "C": "CYS", "Q": "GLN", "E": "GLU", "G": "GLY", "H": "HIS",
    "I": "ILE", "L": "LEU", "K": "LYS", "M": "MET", "F": "PHE", "P": "PRO", "S": "SER", "T": "THR", "W": "TRP",
    "Y": "TYR", "V": "VAL",
}
_LETTER = {name: letter for letter, name in ONE_LETTER.items()}

# What PeptideBuilder and the PDB call a residue whose protonation has a name of its own. CYM is built by OpenMM's
# recipe for CYX (no hydrogen on the sulfur), which without a disulphide bond is CYM.
_PARENT = {"HID": "HIS", "HIE": "HIS", "HIP": "HIS", "ASH": "ASP", "GLH": "GLU", "LYN": "LYS", "CYM": "CYS"}
_VARIANT = {"CYM": "CYX"}

NOISE_WIDTHS = (0.01, 0.02, 0.05)


def residues_of(sequence):
    """["ACE", "ALA", "NME"] of "ACE-ALA-NME"; ["ALA", "LYS"] of "AK"."""
    names = sequence.split("-") if "-" in sequence else [ONE_LETTER[letter] for letter in sequence]
    for name in names:
        if name not in ("ACE", "NME") and _PARENT.get(name, name) not in _LETTER:
            raise ValueError(f"'{name}' in '{sequence}' is not a residue that can be built")
    return names


def _heavy_atoms(names):
    """PDB text of the heavy atoms, extended; caps are cut out of glycines at the ends."""
    import PeptideBuilder
    from Bio.PDB import PDBIO

    letters = "".join("G" if name in ("ACE", "NME") else _LETTER[_PARENT.get(name, name)] for name in names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        structure = PeptideBuilder.make_extended_structure(letters)
        if names[-1] != "NME":
            PeptideBuilder.add_terminal_OXT(structure)
    for residue, name in zip(list(structure[0]["A"]), names):
        renamed = {"ACE": {"CA": "CH3", "C": "C", "O": "O"}, "NME": {"N": "N", "CA": "C"}}.get(name)
        residue.resname = name if renamed else _PARENT.get(name, name)
        if renamed:
            kept = [atom.copy() for atom in residue if atom.id in renamed]
            for atom in list(residue):
                residue.detach_child(atom.id)
            for atom in kept:
                atom.id = atom.name = renamed[atom.id]
                atom.fullname = f" {atom.id:<3s}"
                residue.add(atom)
    text = io.StringIO()
    writer = PDBIO()
    writer.set_structure(structure)
    writer.save(text)
    return io.StringIO(text.getvalue())


def template_names(topology, force_field):
    """For every atom (residue index, template's residue name, template's atom name, place in the template)."""
    field = Field(force_field, "vacuum").openmm()
    data = app.ForceField._SystemData(topology)
    labels = [None] * topology.getNumAtoms()
    for residue in topology.residues():
        template, matches = field._getResidueTemplateMatches(residue, data.bondedToAtom)
        if template is None:
            raise RuntimeError(f"no template of {force_field} matches {residue.name} {residue.index + 1}")
        for atom, place in zip(residue.atoms(), matches):
            labels[atom.index] = (residue.index, template.name, template.atoms[place].name, place)
    return labels


def template_order(topology, force_field):
    """Indices of the topology's atoms, residue by residue in the order of the force field's templates."""
    labels = template_names(topology, force_field)
    return sorted(range(len(labels)), key=lambda i: (labels[i][0], labels[i][3]))


def reordered(topology, order):
    """The topology with its atoms in the given order, which must keep residues contiguous."""
    atoms = list(topology.atoms())
    new = app.Topology()
    copies = {}
    chains, residues = {}, {}
    for index in order:
        atom = atoms[index]
        chain = atom.residue.chain
        if chain not in chains:
            chains[chain] = new.addChain(chain.id)
        if atom.residue not in residues:
            residues[atom.residue] = new.addResidue(atom.residue.name, chains[chain], atom.residue.id)
        copies[atom] = new.addAtom(atom.name, atom.element, residues[atom.residue])
    for first, second in topology.bonds():
        new.addBond(copies[first], copies[second])
    return new


def build(sequence, force_field="amber14", seed=1):
    """Topology in the force field's template order and minimised coordinates [atoms][3], nm."""
    names = residues_of(sequence)
    random.seed(seed)
    pdb = app.PDBFile(_heavy_atoms(names))
    modeller = app.Modeller(pdb.topology, pdb.positions)
    variants = [_VARIANT.get(name, name) if name in _PARENT else None for name in names]
    if "-" not in sequence:  # one-letter H would be left to the protonation OpenMM prefers
        variants = ["HIE" if name == "HIS" else variant for name, variant in zip(names, variants)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        modeller.addHydrogens(variants=variants, platform=mm.Platform.getPlatformByName("Reference"))
    order = template_order(modeller.topology, force_field)
    topology = reordered(modeller.topology, order)
    positions = np.array(modeller.positions.value_in_unit(unit.nanometer))[order]
    system = Field("amber99sb-ildn", "amber99_obc").system(topology)
    context = mm.Context(system, mm.VerletIntegrator(0.001), mm.Platform.getPlatformByName("Reference"))
    context.setPositions(positions)
    mm.LocalEnergyMinimizer.minimize(context, tolerance=10.0)
    return topology, _positions(context)


def thermal(topology, coordinates, seed, steps=1000):
    """Coordinates after a short Langevin run at 300 K from `coordinates`, nm."""
    system = Field("amber99sb-ildn", "amber99_obc").system(topology)
    integrator = mm.LangevinMiddleIntegrator(300.0, 5.0, 0.0005)
    integrator.setRandomNumberSeed(seed)
    context = mm.Context(system, integrator, mm.Platform.getPlatformByName("Reference"))
    context.setPositions(coordinates)
    context.setVelocitiesToTemperature(300.0, seed)
    integrator.step(steps)
    return _positions(context)


def distorted(coordinates, width, generator, energy, largest):
    """`coordinates` with Gaussian noise of `width` nm on every atom, drawn again while `energy` of them is above
    `largest` kJ/mol: beyond that one clash drowns every other term."""
    for _ in range(1000):
        moved = coordinates + width * generator.standard_normal(coordinates.shape)
        if energy(moved) < largest:
            return moved
    raise RuntimeError(f"no distorted geometry without a clash at noise {width} nm")


def engulfed(topology, coordinates, distance=0.004):
    """`coordinates` with the first hydrogen that is bonded to a carbon moved to `distance` nm from it, where its Born
    sphere lies inside the carbon's: finite, because bonded atoms do not repel."""
    moved = coordinates.copy()
    for first, second in topology.bonds():
        if first.element.symbol == "H":
            first, second = second, first
        if (first.element.symbol, second.element.symbol) == ("C", "H"):
            carbon, hydrogen = moved[first.index], moved[second.index]
            moved[second.index] = carbon + (hydrogen - carbon) * distance / np.linalg.norm(hydrogen - carbon)
            return moved
    raise RuntimeError("no hydrogen is bonded to a carbon")


def geometries(topology, relaxed, seed, widths=NOISE_WIDTHS):
    """Labels and coordinates [n][atoms][3], nm: relaxed, thermal, and distorted by each of `widths`."""
    generator = np.random.default_rng(seed)
    energy = Evaluator(Field("amber99sb-ildn", "vacuum").system(topology)).energy
    labels = ["relaxed", "thermal"] + [f"noise-{width:g}nm" for width in widths]
    frames = [relaxed, thermal(topology, relaxed, seed)]
    frames += [distorted(relaxed, width, generator, energy, 2000 * len(relaxed)) for width in widths]
    return labels, np.array(frames)


def write_pdb(path, topology, coordinates):
    """A PDB file without dates, so that the same molecule is the same bytes."""
    text = io.StringIO()
    app.PDBFile.writeFile(topology, coordinates * unit.nanometer, text, keepIds=True)
    lines = [line for line in text.getvalue().splitlines() if not line.startswith("REMARK")]
    pathlib.Path(path).write_text("\n".join(lines) + "\n")


def _positions(context):
    return np.array(context.getState(getPositions=True).getPositions(asNumpy=True).value_in_unit(unit.nanometer))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sequence")
    parser.add_argument("--force-field", choices=list(FORCE_FIELD_FILES), default="amber14")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("."))
    arguments = parser.parse_args()
    topology, relaxed = build(arguments.sequence, arguments.force_field, arguments.seed)
    labels, frames = geometries(topology, relaxed, arguments.seed)
    arguments.output.mkdir(parents=True, exist_ok=True)
    write_pdb(arguments.output / f"{arguments.sequence}.pdb", topology, relaxed)
    np.save(arguments.output / f"{arguments.sequence}.npy", frames)
    print(f"{arguments.sequence}: {topology.getNumAtoms()} atoms, geometries {', '.join(labels)}")


if __name__ == "__main__":
    main()
