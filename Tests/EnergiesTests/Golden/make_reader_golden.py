"""Makes the inputs and golden values of the reader tests in `reader/` beside this script.

Run with a Python that has OpenMM >= 8.6, ParmEd, PeptideBuilder and NumPy:

    python make_reader_golden.py

Three molecules: alanine dipeptide in ff14SB (`ala`) and ff19SB (`ala19`, with CMAP), and zwitterionic HIE-CYS in
ff14SB (`hiecys`). For each a prmtop and an inpcrd (ParmEd), a PDB, serialized OpenMM Systems, and `NAME.json` with the
energies per force and the forces of OpenMM's Reference platform at two geometries: the one in the inpcrd, and that one
with normal displacements of 0.03 nm per coordinate. The script stops if OpenMM's own prmtop reader does not give the
energies of the System that the prmtop was made from.
"""

import io
import json
import pathlib
import random
import warnings

import Bio.PDB
import numpy
import openmm
import parmed
import PeptideBuilder
from openmm import app, unit
from PeptideBuilder import Geometry

warnings.filterwarnings("ignore")
FOLDER = pathlib.Path(__file__).parent / "reader"
NM, KJ = unit.nanometer, unit.kilojoule_per_mole


def zwitterion(sequence, variants, forcefield):
    chain = PeptideBuilder.initialize_res(sequence[0])
    for letter in sequence[1:]:
        PeptideBuilder.add_residue(chain, Geometry.geometry(letter))
    PeptideBuilder.add_terminal_OXT(chain)
    text, writer = io.StringIO(), Bio.PDB.PDBIO()
    writer.set_structure(chain)
    writer.save(text)
    text.seek(0)
    pdb = app.PDBFile(text)
    modeller = app.Modeller(pdb.topology, pdb.positions)
    random.seed(1)
    modeller.addHydrogens(forcefield, variants=variants, platform=openmm.Platform.getPlatform("Reference"))
    return modeller.topology, modeller.positions


def capped_alanine(forcefield):
    """ACE-ALA-NME: heavy atoms of GAG, renamed, then hydrogens."""
    chain = PeptideBuilder.initialize_res("G")
    PeptideBuilder.add_residue(chain, Geometry.geometry("A"))
    PeptideBuilder.add_residue(chain, Geometry.geometry("G"))
    text, writer = io.StringIO(), Bio.PDB.PDBIO()
    writer.set_structure(chain)
    writer.save(text)
    lines = []
    for line in text.getvalue().splitlines():
        if line.startswith("ATOM"):
            name, number = line[12:16].strip(), int(line[22:26])
            if number == 1:
                if name == "N":
                    continue
                line = line.replace("GLY", "ACE")
                line = line.replace(" CA ", " CH3")
            if number == 3:
                if name in ("C", "O"):
                    continue
                line = line.replace("GLY", "NME").replace(" CA ", " C  ")
        lines.append(line)
    pdb = app.PDBFile(io.StringIO("\n".join(lines) + "\n"))
    modeller = app.Modeller(pdb.topology, pdb.positions)
    random.seed(1)
    modeller.addHydrogens(forcefield, platform=openmm.Platform.getPlatform("Reference"))
    return modeller.topology, modeller.positions


def context_of(system):
    for index, force in enumerate(system.getForces()):
        force.setForceGroup(index)
    integrator = openmm.VerletIntegrator(0.001)
    return openmm.Context(system, integrator, openmm.Platform.getPlatform("Reference"))


def evaluate(system, geometries):
    """Energies per force class and forces of each geometry, kJ/mol and kJ/mol/nm."""
    system = openmm.XmlSerializer.deserialize(openmm.XmlSerializer.serialize(system))
    context = context_of(system)
    results = []
    for positions in geometries:
        context.setPositions(positions)
        energies = {}
        for index, force in enumerate(system.getForces()):
            name = type(force).__name__
            if name == "CMMotionRemover":
                continue
            name = {
                "HarmonicBondForce": "bond", "HarmonicAngleForce": "angle", "PeriodicTorsionForce": "torsion",
                "CMAPTorsionForce": "cmap", "NonbondedForce": "nonbonded", "GBSAOBCForce": "solvation",
                "CustomGBForce": "solvation"}[name]
            state = context.getState(getEnergy=True, groups={index})
            energies[name] = energies.get(name, 0.0) + state.getPotentialEnergy().value_in_unit(KJ)
        state = context.getState(getEnergy=True, getForces=True)
        forces = state.getForces(asNumpy=True).value_in_unit(KJ / NM)
        results.append({
            "energies": energies, "total": state.getPotentialEnergy().value_in_unit(KJ),
            "forces": numpy.asarray(forces).ravel().tolist()})
    return results


def drop_unused_maps(system):
    """ff19SB brings 16 maps of 576 values along; keep those in use, and the file small."""
    for index, force in enumerate(system.getForces()):
        if not isinstance(force, openmm.CMAPTorsionForce):
            continue
        small = openmm.CMAPTorsionForce()
        torsions = [force.getTorsionParameters(i) for i in range(force.getNumTorsions())]
        used = sorted({torsion[0] for torsion in torsions})
        for number in used:
            small.addMap(*force.getMapParameters(number))
        for torsion in torsions:
            small.addTorsion(used.index(torsion[0]), *torsion[1:])
        system.removeForce(index)
        system.addForce(small)


def describe(system):
    """Counts, sums and chosen parameters of a System, in OpenMM's units."""
    facts = {"atoms": system.getNumParticles()}
    facts["mass_sum"] = sum(system.getParticleMass(i).value_in_unit(unit.dalton) for i in range(facts["atoms"]))
    for force in system.getForces():
        if isinstance(force, openmm.HarmonicBondForce):
            facts["bonds"] = force.getNumBonds()
            facts["bond_constant_sum"] = sum(force.getBondParameters(i)[3]._value for i in range(force.getNumBonds()))
            facts["bond_length_sum"] = sum(force.getBondParameters(i)[2]._value for i in range(force.getNumBonds()))
        elif isinstance(force, openmm.HarmonicAngleForce):
            facts["angles"] = force.getNumAngles()
            facts["angle_sum"] = sum(force.getAngleParameters(i)[3]._value for i in range(force.getNumAngles()))
        elif isinstance(force, openmm.PeriodicTorsionForce):
            torsions = [force.getTorsionParameters(i) for i in range(force.getNumTorsions())]
            facts["torsions"] = len(torsions)
            facts["torsion_constant_sum"] = sum(t[6]._value for t in torsions)
        elif isinstance(force, openmm.CMAPTorsionForce):
            facts["cmap_torsions"] = force.getNumTorsions()
            facts["cmap_sizes"] = [force.getMapParameters(i)[0] for i in range(force.getNumMaps())]
            facts["cmap_0_1"] = force.getMapParameters(0)[1][1]._value
        elif isinstance(force, openmm.NonbondedForce):
            particles = [force.getParticleParameters(i) for i in range(force.getNumParticles())]
            facts["charges"] = [p[0]._value for p in particles]
            facts["sigmas"] = [p[1]._value for p in particles]
            facts["epsilons"] = [p[2]._value for p in particles]
            exceptions = [force.getExceptionParameters(i) for i in range(force.getNumExceptions())]
            facts["exceptions"] = len(exceptions)
            facts["scaled_exceptions"] = sum(1 for e in exceptions if e[2]._value != 0 or e[4]._value != 0)
            facts["exception_charge_product_sum"] = sum(e[2]._value for e in exceptions)
            facts["exception_epsilon_sum"] = sum(e[4]._value for e in exceptions)
    return facts


FF14, FF19 = "amber14/protein.ff14SB.xml", "amber19/protein.ff19SB.xml"
# Serialized Systems: name, force-field files, createSystem arguments.
CUT = dict(nonbondedMethod=app.CutoffNonPeriodic, nonbondedCutoff=2 * NM)
SHORT = dict(nonbondedMethod=app.CutoffNonPeriodic, nonbondedCutoff=0.6 * NM)
SYSTEMS = {
    "ala": [
        ("vacuum", [FF14], {}), ("amber99_obc", ["amber99sbildn.xml", "amber99_obc.xml"], {}),
        ("amber99_obc-short", ["amber99sbildn.xml", "amber99_obc.xml"], SHORT),
        ("obc1-2nm", [FF14, "implicit/obc1.xml"], CUT), ("obc2", [FF14, "implicit/obc2.xml"], {}),
        ("gbn2", [FF14, "implicit/gbn2.xml"], {}), ("vacuum-short", [FF14], SHORT)],
    "hiecys": [
        ("obc1-2nm", [FF14, "implicit/obc1.xml"], CUT),
        ("gbn2-short-salt", [FF14, "implicit/gbn2.xml"],
         dict(implicitSolventKappa=1.2 / NM, solventDielectric=80.0, soluteDielectric=2.0, **SHORT)),
        ("obc2-bare", [FF14, "implicit/obc2.xml"], dict(sasaMethod=None))],
    "ala19": [("vacuum", [FF19], {}), ("gbn2-short", [FF19, "implicit/gbn2.xml"], SHORT)],
}
# Ways to read the prmtop: name, createSystem arguments, the same as options of our reader.
PRMTOP_CASES = [
    ("vacuum", {}, {"solvent": "vacuum"}),
    ("vacuum-short", SHORT, {"solvent": "vacuum", "cutoff": 0.6}),
    ("obc1", dict(implicitSolvent=app.OBC1), {"solvent": "obc1"}),
    ("obc1-short", dict(implicitSolvent=app.OBC1, **SHORT), {"solvent": "obc1", "cutoff": 0.6}),
    ("obc2", dict(implicitSolvent=app.OBC2), {"solvent": "obc2"}),
    ("obc2-short-bare", dict(implicitSolvent=app.OBC2, sasaMethod=None, solventDielectric=78.3, **SHORT),
     {"solvent": "obc2", "cutoff": 0.6, "surfaceArea": False, "solventDielectric": 78.3}),
    ("obc2-salt", dict(implicitSolvent=app.OBC2, implicitSolventKappa=0.9 / NM),
     {"solvent": "obc2", "inverseDebyeLength": 0.9}),
    ("gbn2", dict(implicitSolvent=app.GBn2), {"solvent": "gbn2"}),
    ("gbn2-short-bare", dict(implicitSolvent=app.GBn2, sasaMethod=None, soluteDielectric=2.0, **SHORT),
     {"solvent": "gbn2", "cutoff": 0.6, "surfaceArea": False, "soluteDielectric": 2.0}),
]


def write_molecule(name, topology, positions, forcefield, radii):
    system = forcefield.createSystem(topology)
    context = context_of(openmm.XmlSerializer.deserialize(openmm.XmlSerializer.serialize(system)))
    context.setPositions(positions)
    openmm.LocalEnergyMinimizer.minimize(context, maxIterations=200)
    relaxed = context.getState(getPositions=True).getPositions(asNumpy=True).value_in_unit(NM)
    relaxed = relaxed - relaxed.mean(axis=0)

    structure = parmed.openmm.load_topology(topology, system, xyz=relaxed * 10)
    parm = parmed.amber.AmberParm.from_structure(structure)
    parmed.tools.changeRadii(parm, radii).execute()
    parm.title = name
    prmtop, inpcrd = FOLDER / f"{name}.prmtop", FOLDER / f"{name}.inpcrd"
    parm.save(str(prmtop), format="amber", overwrite=True)
    # A fixed date stamp, so that running the script again gives the same bytes.
    lines = prmtop.read_text().splitlines(keepends=True)
    lines[0] = "%VERSION  VERSION_STAMP = V0001.000  DATE = 01/01/26  00:00:00\n"
    prmtop.write_text("".join(lines))
    parm.coordinates = relaxed * 10
    parm.box = None
    rst = parmed.amber.Rst7(natom=len(parm.atoms), title=name)
    rst.coordinates = relaxed * 10
    rst.write(str(inpcrd))
    text = io.StringIO()
    app.PDBFile.writeFile(topology, relaxed * 10, text, keepIds=True)
    # Without the remark, which holds the date.
    lines = [line for line in text.getvalue().splitlines() if not line.startswith("REMARK")]
    (FOLDER / f"{name}.pdb").write_text("\n".join(lines) + "\n")

    relaxed = numpy.asarray(app.AmberInpcrdFile(str(inpcrd)).getPositions().value_in_unit(NM))
    distorted = relaxed + numpy.random.default_rng(7).normal(size=relaxed.shape) * 0.03
    geometries = [relaxed, distorted]
    golden = {"distorted": distorted.ravel().tolist(), "relaxed": relaxed.ravel().tolist(), "prmtop": [], "xml": []}

    own = evaluate(system, geometries)
    loaded = app.AmberPrmtopFile(str(prmtop))
    for case, arguments, options in PRMTOP_CASES:
        read = loaded.createSystem(**arguments)
        results = evaluate(read, geometries)
        if case == "vacuum":
            golden["facts"] = describe(read)
            for a, b in zip(own, results):
                for key in a["energies"]:
                    # The prmtop has 9 digits; LJ terms of the distorted geometry amplify their rounding.
                    assert abs(a["energies"][key] - b["energies"][key]) < 3e-6 * max(1, abs(a["energies"][key])), (
                        name, key, a["energies"][key], b["energies"][key])
        golden["prmtop"].append({"name": case, "options": options, "results": results})
    for case, files, arguments in SYSTEMS[name]:
        made = app.ForceField(*files).createSystem(topology, **arguments)
        drop_unused_maps(made)
        (FOLDER / f"{name}-{case}.xml").write_text(openmm.XmlSerializer.serialize(made))
        golden["xml"].append({
            "name": case, "file": f"{name}-{case}.xml", "facts": {
                key: value for key, value in describe(made).items() if not isinstance(value, list)},
            "results": evaluate(made, geometries)})
    (FOLDER / f"{name}.json").write_text(json.dumps(golden))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    ff14, ff19 = app.ForceField(FF14), app.ForceField(FF19)
    write_molecule("ala", *capped_alanine(ff14), ff14, "mbondi2")
    write_molecule("hiecys", *zwitterion("HC", ["HIE", "CYS"], ff14), ff14, "mbondi3")
    write_molecule("ala19", *capped_alanine(ff19), ff19, "mbondi3")
