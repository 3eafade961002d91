"""Writes builder/*.json: molecules with ff14SB's bonded and nonbonded terms, made by OpenMM from residue templates alone.

Run with a Python that has OpenMM: python make_builder_fixtures.py [NAME=TEMPLATE,TEMPLATE,... ...]
Units: nm, kJ/mol, rad, e, dalton. Terms are rows: bond [i, j, length, k], angle [i, j, k, angle, k],
torsion [i, j, k, l, n, phase, k], particle [charge, sigma, epsilon], exception [i, j, charge product, sigma, epsilon].
"""

import json
import pathlib
import sys

from openmm import HarmonicAngleForce, HarmonicBondForce, NonbondedForce, PeriodicTorsionForce, unit
from openmm.app import ForceField, Topology

FIXTURES = {
    "ace-ala-nme": ["ACE", "ALA", "NME"],
    "pro-trp": ["NPRO", "CTRP"],
    "ile-thr": ["NILE", "CTHR"],
    "ace-hid-pro-nme": ["ACE", "HID", "PRO", "NME"],
}


def molecule(force_field, names):
    """A topology of one chain of residue templates joined C to N."""
    topology = Topology()
    chain = topology.addChain("A")
    previous = None
    for name in names:
        template = force_field._templates[name]
        plain = name[1:] if len(name) == 4 else name
        residue = topology.addResidue(plain, chain)
        atoms = [topology.addAtom(a.name, a.element, residue) for a in template.atoms]
        for i, j in template.bonds:
            topology.addBond(atoms[i], atoms[j])
        by_name = {a.name: a for a in atoms}
        if previous is not None:
            topology.addBond(previous["C"], by_name["N"])
        previous = by_name
    return topology


def fixture(force_field, names):
    topology = molecule(force_field, names)
    system = force_field.createSystem(topology)
    forces = {type(f): f for f in system.getForces()}

    def value(quantity):
        number = quantity.value_in_unit_system(unit.md_unit_system) if unit.is_quantity(quantity) else quantity
        return float(f"{number:.9g}") if isinstance(number, float) else number

    def rows(force, count, get):
        return [[value(v) for v in getattr(force, get)(i)] for i in range(getattr(force, count)())]

    bonds = forces[HarmonicBondForce]
    angles = forces[HarmonicAngleForce]
    torsions = forces[PeriodicTorsionForce]
    nonbonded = forces[NonbondedForce]
    return {
        "residues": [r.name for r in topology.residues()],
        "atoms": [[a.name, a.element.symbol, value(a.element.mass), a.residue.index] for a in topology.atoms()],
        "bonds": [[a.index, b.index] for a, b in topology.bonds()],
        "bond": rows(bonds, "getNumBonds", "getBondParameters"),
        "angle": rows(angles, "getNumAngles", "getAngleParameters"),
        "torsion": rows(torsions, "getNumTorsions", "getTorsionParameters"),
        "particle": rows(nonbonded, "getNumParticles", "getParticleParameters"),
        "exception": rows(nonbonded, "getNumExceptions", "getExceptionParameters"),
    }


def main():
    fixtures = FIXTURES
    folder = pathlib.Path(__file__).parent / "builder"
    if len(sys.argv) > 2:
        folder = pathlib.Path(sys.argv[1])
        fixtures = {}
        for argument in sys.argv[2:]:
            name, templates = argument.split("=")
            fixtures[name] = templates.split(",")
    folder.mkdir(parents=True, exist_ok=True)
    force_field = ForceField("amber14/protein.ff14SB.xml")
    for name, templates in fixtures.items():
        (folder / f"{name}.json").write_text(json.dumps(fixture(force_field, templates), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
