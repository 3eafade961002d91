#!/usr/bin/env python3
"""Writes Tests/EnergiesTests/Golden/parameterization.json: the parameters OpenMM's ForceField.createSystem gives.

Usage: python scripts/force_fields/make_parameterization_golden.py      (needs the `openmm` package; made with 8.6.1)

`full` cases hold every parameter. `sums` cases hold, for each term, the number of entries and the sums over entries of
w * value with w = sum_n (n + 1) (a_n + 1)^2 over the atoms a_n of the entry, so that a wrong atom, order or value shows;
their atoms are shuffled within each residue, so that they also test the order rules of impropers. `full` cases also hold the
energy of each force (Reference platform, kJ/mol) at one set of positions.
"""

import json
import os
import random
import re

import openmm
from openmm import app, unit

HERE = os.path.dirname(os.path.abspath(__file__))
OUTPUT = os.path.join(HERE, "..", "..", "Tests", "EnergiesTests", "Golden", "parameterization.json")

FILES = {"amber14": "amber14/protein.ff14SB.xml", "amber99sb-ildn": "amber99sbildn.xml", "amber96": "amber96.xml",
         "ff19SB": "amber19/protein.ff19SB.xml"}
SOLVENTS = {"vacuum": None, "obc1": "implicit/obc1.xml", "obc2": "implicit/obc2.xml", "gbn2": "implicit/gbn2.xml",
            "amber99_obc": "amber99_obc.xml", "amber96_obc": "amber96_obc.xml"}

CAPPED_ALANINE = ["ACE", "ALA", "NME"]
MOLECULES = [CAPPED_ALANINE, ["NALA", "CLYS"], ["NHID", "CTRP"], ["NHIE", "CTRP"], ["NHIP", "CTRP"], ["ACE", "PRO", "NME"]]
AMINO_ACIDS = ("ALA ARG ASH ASN ASP CYM CYS GLH GLN GLU GLY HID HIE HIP ILE LEU LYN LYS MET PHE PRO SER THR TRP TYR "
               "VAL").split()
NO_TERMINAL_FORM = {"ASH", "CYM", "GLH", "LYN"}
CHIGNOLIN = "NGLY TYR ASP PRO GLU THR GLY THR TRP CGLY".split()


def plain(name):
    return name[1:] if len(name) == 4 and name[0] in "NC" else name


def build(forcefield, names, shuffled=None):
    """A Topology from residue templates; bonds between residues from C to N."""
    topology = app.Topology()
    chain = topology.addChain("A")
    bonds, tail = [], None
    for name in names:
        template = forcefield._templates[name]
        residue = topology.addResidue(plain(name), chain)
        order = list(range(len(template.atoms)))
        if shuffled is not None:
            shuffled.shuffle(order)
        atoms = {}
        for i in order:
            atoms[i] = topology.addAtom(template.atoms[i].name, template.atoms[i].element, residue)
        by_name = {template.atoms[i].name: atom for i, atom in atoms.items()}
        if tail is not None:
            bonds.append((tail, by_name["N"]))
        tail = by_name.get("C")
        bonds += [(atoms[a], atoms[b]) for a, b in template.bonds]
    if shuffled is not None:
        shuffled.shuffle(bonds)
    for a, b in bonds:
        topology.addBond(a, b)
    return topology


def value(quantity):
    return quantity.value_in_unit_system(unit.md_unit_system) if unit.is_quantity(quantity) else quantity


def entries(system):
    """Term name -> list of [atoms, values], sorted."""
    result = {}
    for force in system.getForces():
        def collect(name, count, getter, atoms):
            rows = []
            for i in range(count):
                p = [value(x) for x in getter(i)]
                indices = [int(x) for x in p[:atoms]]
                rows.append([sorted(indices) if atoms == 2 else indices, [float(x) for x in p[atoms:]]])
            result[name] = sorted(rows)
        kind = type(force).__name__
        if kind == "HarmonicBondForce":
            collect("bond", force.getNumBonds(), force.getBondParameters, 2)
        elif kind == "HarmonicAngleForce":
            collect("angle", force.getNumAngles(), force.getAngleParameters, 3)
        elif kind == "PeriodicTorsionForce":
            collect("torsion", force.getNumTorsions(), force.getTorsionParameters, 4)
        elif kind == "CMAPTorsionForce":
            collect("cmap", force.getNumTorsions(), lambda i: force.getTorsionParameters(i)[1:] +
                    [force.getTorsionParameters(i)[0]], 8)
            result["cmap_maps"] = [[[force.getMapParameters(i)[0]], list(value(force.getMapParameters(i)[1]))]
                                   for i in range(force.getNumMaps())]
        elif kind == "NonbondedForce":
            collect("particle", force.getNumParticles(), lambda i: [i] + list(force.getParticleParameters(i)), 1)
            rows = []
            for i in range(force.getNumExceptions()):
                a, b, q, s, e = [value(x) for x in force.getExceptionParameters(i)]
                rows.append([[min(a, b), max(a, b)], [q, s, e]])
            result["exception"] = sorted(rows)
            result["cutoff"] = [[[], [value(force.getCutoffDistance()), force.getReactionFieldDielectric()]]] \
                if force.getNonbondedMethod() == openmm.NonbondedForce.CutoffNonPeriodic else []
        elif kind == "GBSAOBCForce":
            collect("born_by_type", force.getNumParticles(), lambda i: [i] + list(force.getParticleParameters(i)), 1)
            result["born_constants"] = [[[], [force.getSolventDielectric(), force.getSoluteDielectric(),
                                              4 * 3.141592653589793 * value(force.getSurfaceAreaEnergy())]]]
        elif kind == "CustomGBForce":
            collect("born", force.getNumParticles(), lambda i: [i] + list(force.getParticleParameters(i)), 1)
            text = force.getEnergyTermParameters(0)[0]
            constants = [float(re.search(key + r"=([-\d.e]+)", text).group(1))
                         for key in ("solventDielectric", "soluteDielectric", "offset")]
            area = force.getEnergyTermParameters(1)[0]
            constants.append(float(area.split("*")[0]))
            result["born_constants"] = [[[], constants]]
            for i in range(force.getNumTabulatedFunctions()):
                n, _, table = force.getTabulatedFunction(i).getFunctionParameters()
                result["neck_" + force.getTabulatedFunctionName(i)] = [[[n], list(table)]]
    return result


def sums(rows):
    totals = []
    for atoms, values in rows:
        weight = sum((n + 1) * (a + 1) ** 2 for n, a in enumerate(atoms))
        totals += [0.0] * (len(values) - len(totals))
        for i, v in enumerate(values):
            totals[i] += weight * v
    return {"count": len(rows), "sums": totals}


def energies(system):
    """Any positions without clashes (a jittered lattice in random order, nm), and the energy of each force there."""
    count = system.getNumParticles()
    chance = random.Random(count)
    side = int(count ** (1 / 3)) + 1
    points = [[0.19 * c + chance.uniform(-0.03, 0.03) for c in (i % side, i // side % side, i // side // side)]
              for i in range(count)]
    chance.shuffle(points)
    points = [[round(c, 4) for c in point] for point in points]
    result = {}
    for group, force in enumerate(system.getForces()):
        force.setForceGroup(group)
    context = openmm.Context(system, openmm.VerletIntegrator(0.001), openmm.Platform.getPlatformByName("Reference"))
    context.setPositions(points)
    for group, force in enumerate(system.getForces()):
        if isinstance(force, openmm.CMMotionRemover):
            continue
        result[type(force).__name__] = value(context.getState(getEnergy=True, groups=1 << group).getPotentialEnergy())
    return [c for point in points for c in point], result


def case(name, residues, solvent="vacuum", cutoff=None, shuffled=None, full=True):
    files = [FILES[name]] + ([SOLVENTS[solvent]] if SOLVENTS[solvent] else [])
    forcefield = app.ForceField(*files)
    topology = build(forcefield, residues, shuffled)
    options = {} if cutoff is None else {"nonbondedMethod": app.CutoffNonPeriodic, "nonbondedCutoff": cutoff * unit.nanometer}
    system = forcefield.createSystem(topology, **options)
    terms = entries(system)
    result = {
        "force_field": name, "templates": residues, "solvent": solvent, "cutoff": cutoff,
        "residues": [r.name for r in topology.residues()],
        "atoms": [[a.name, a.element.symbol, a.residue.index] for a in topology.atoms()],
        "bonds": [sorted((a.index, b.index)) for a, b in topology.bonds()],
        "mass": sum(value(system.getParticleMass(i)) for i in range(system.getNumParticles())),
    }
    if full:
        result["positions"], result["energies"] = energies(system)
    result["full" if full else "sums"] = terms if full else {k: sums(v) for k, v in terms.items()}
    return result


def main():
    random_order = random.Random(20261)
    cases = []
    for name in FILES:
        for residues in MOLECULES[:2] if name == "ff19SB" else MOLECULES:
            cases.append(case(name, residues, full=residues in MOLECULES[:2]))
        for residue in AMINO_ACIDS:
            ends = [["ACE", residue, "NME"]]
            if residue not in NO_TERMINAL_FORM:
                ends.append(["N" + residue, "C" + residue])
            for residues in ends:
                cases.append(case(name, residues, shuffled=random_order, full=False))
        cases.append(case(name, CHIGNOLIN, full=False))
        cases.append(case(name, CHIGNOLIN, shuffled=random_order, full=False))
    cases.append(case("amber99sb-ildn", CAPPED_ALANINE, "amber99_obc"))
    cases.append(case("amber96", CAPPED_ALANINE, "amber96_obc"))
    cases.append(case("amber96", CAPPED_ALANINE, "obc1"))
    cases.append(case("amber99sb-ildn", CHIGNOLIN, "amber99_obc", cutoff=0.9, full=False))
    for solvent in ("obc1", "obc2", "gbn2"):
        cases.append(case("amber14", ["NARG", "CCYS"], solvent, cutoff=2.0 if solvent == "obc1" else None))
        cases.append(case("amber14", CHIGNOLIN, solvent, cutoff=2.0, full=False))
        cases.append(case("ff19SB", ["NMET", "ARG", "ASP", "ASH", "CSER"], solvent, shuffled=random_order, full=False))
    cases.append(case("amber99sb-ildn", ["NARG", "CASP"], "amber99_obc", cutoff=0.6))
    cases.append(case("amber14", ["NARG", "CASP"], "obc1", cutoff=0.6))
    cases.append(case("amber14", CAPPED_ALANINE, cutoff=0.5))
    for entry in cases:
        for maps in ("cmap_maps",):
            if maps in entry.get("full", {}):
                entry["full"][maps] = [[size, [values[i] for i in range(0, len(values), 97)]]
                                       for size, values in entry["full"][maps]]
    with open(OUTPUT, "w") as out:
        out.write('{"openmm": %s, "cases": [\n' % json.dumps(openmm.version.short_version))
        out.write(",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases))
        out.write("\n]}\n")
    print(len(cases), "cases,", os.path.getsize(OUTPUT), "bytes")


if __name__ == "__main__":
    main()
