"""Energies and forces of `molsample` against OpenMM's Reference platform, by every way a molecule can come in.

    python crosscheck/energies.py --molsample .build/release/molsample [NAME_PART …] [--seed N] [--ways WAY,…]

For every molecule and field of the golden cases, on geometries drawn anew. Ends with "N passed, N failed"; the exit
status is 0 only if nothing failed.
"""

import argparse
import functools
import json
import pathlib
import re
import sys
import tempfile

import numpy as np
import openmm as mm
from openmm import app

import amber_files
import coordinate_files
import structures
from command import CommandFailed, Molsample
from comparison import Report, compare
from force_fields import Field, FORCE_FIELD_FILES, SOLVENT_FILES
from reference import TERMS, Reference

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "Tests/EnergiesTests/Golden"
OPENMM_DATA = pathlib.Path(app.__file__).parent / "data"

# How a molecule comes in: its sequence; a PDB file with a force field's name, with OpenMM's XML files, or with those
# through `molsample prepare`; a serialized OpenMM System; AMBER files.
WAYS = ["sequence", "pdb", "xml", "prepare", "system", "prmtop"]

# Ways in must agree with each other on these: (sequence, force field, solvent), whose prmtop is among the golden
# files. The solvent's dielectric is 78.5 by each way.
THREE_WAYS = [
    ("ACE-ALA-NME", "amber14", "obc1"), ("ACE-ALA-NME", "amber14", "vacuum"), ("HIP-LYS", "amber14", "obc1"),
    ("ACE-ILE-VAL-NME", "ff19SB", "gbn2"),
]


class Crosscheck:
    def __init__(self, molsample, seed, folder, wanted_ways):
        self.molsample = molsample
        self.seed = seed
        self.folder = folder
        self.wanted_ways = wanted_ways
        self.report = Report()

    @functools.cache
    def geometries(self, pdb, relaxed):
        """(topology, coordinate file, coordinates) for a golden PDB file: new geometries about the relaxed one."""
        topology = app.PDBFile(str(GOLDEN / pdb)).topology
        coordinates = np.array(relaxed).reshape(-1, 3)
        widths = (0.015, 0.03) if len(coordinates) > 100 else (0.01, 0.03, 0.05)
        _, frames = structures.geometries(topology, coordinates, self.seed, widths)
        frames = np.append(frames, [structures.engulfed(topology, coordinates)], axis=0)
        path = self.folder / f"{pdb}.npy"
        np.save(path, frames)
        return topology, path, frames

    def golden_case(self, case):
        topology, path, frames = self.geometries(case["pdb"], tuple(case["coordinates_nm"][0]))
        field = Field(case["force_field"], case["solvent"], case["cutoff_nm"])
        if case["input"] == "prmtop":
            prmtop = GOLDEN / case["prmtop"]
            _, system = amber_files.read(str(prmtop).removesuffix(".prmtop"), field.solvent)
            ways = {"prmtop": prmtop_arguments(case)}
        else:
            system = field.system(topology)
            ways = {
                "sequence": sequence_arguments(case["sequence"], field),
                "pdb": pdb_arguments(GOLDEN / case["pdb"], field),
                "system": self.system_arguments(case, system),
            }
            if case["sequence"] == "ACE-ALA-NME":
                ways["xml"] = xml_arguments(GOLDEN / case["pdb"], field)
                ways["prepare"] = ["prepare"]
        reference = Reference(system).evaluate(frames)
        for way, arguments in ways.items():
            if way not in self.wanted_ways:
                continue
            name = f"{case['name']} by {way}"
            try:
                if way == "prepare":
                    arguments = self.prepared(case["name"], ways["xml"])
                ours = self.molsample.energies(arguments, path, self.folder / "forces.npy")
            except CommandFailed as error:
                self.report.check(name, False, str(error))
                continue
            self.report.difference(name, compare(ours.total, ours.terms, ours.forces, *reference))

    def system_arguments(self, case, system):
        path = self.folder / f"{case['name']}.system.xml"
        path.write_text(mm.XmlSerializer.serialize(system))
        return ["--openmm-system", path, "--pdb", GOLDEN / case["pdb"]]

    def prepared(self, name, arguments):
        """Has the command write a system folder, and names the system by its path."""
        folder = self.folder / name
        finished = self.molsample.run(["prepare", *arguments, "--output", folder])
        if finished.returncode != 0:
            raise CommandFailed(f"prepare ended with {finished.returncode}: {finished.stderr.strip()}")
        return [folder / "system.yaml"]

    def three_ways(self, sequence, force_field, solvent, cases):
        """prmtop, System XML and sequence must agree with each other, without OpenMM between them."""
        field = Field(force_field, solvent)
        case = cases[f"{sequence}.prmtop-{field.label}"]
        topology, path, _ = self.geometries(case["pdb"], tuple(case["coordinates_nm"][0]))
        ways = {
            "prmtop": prmtop_arguments(case),
            "system": self.system_arguments(case, field.system(topology)),
            "sequence": sequence_arguments(sequence, field),
        }
        try:
            found = {
                way: self.molsample.energies(arguments, path, self.folder / f"{way}.npy")
                for way, arguments in ways.items()
            }
        except CommandFailed as error:
            self.report.check(f"{sequence}.{field.label}: three ways agree", False, str(error))
            return
        for way, other in [("prmtop", "system"), ("prmtop", "sequence"), ("system", "sequence")]:
            a, b = found[way], found[other]
            self.report.difference(
                f"{sequence}.{field.label}: {way} and {other} agree",
                compare(a.total, a.terms, a.forces, b.total, b.terms, b.forces))

    def impossible_geometries(self, case):
        """A clash is infinite for its sample only; coordinates that are not numbers are an error that says where."""
        field = Field(case["force_field"], case["solvent"], case["cutoff_nm"])
        arguments = sequence_arguments(case["sequence"], field)
        relaxed = np.array(case["coordinates_nm"][0]).reshape(-1, 3)
        oxygen = [atom["name"] for atom in case["atoms"]].index("O")
        frames = np.array([relaxed] * 4)
        frames[1, -1] = frames[1, 0]  # two hydrogens
        frames[2, -1] = frames[2, oxygen]  # opposite charges: Coulomb alone would be −∞
        np.save(self.folder / "clash.npy", frames)
        name = f"{case['name']}: two atoms at one point are +∞ for their sample only"
        try:
            total = self.molsample.energies(arguments, self.folder / "clash.npy", self.folder / "forces.npy").total
            same = np.allclose(total[[0, 3]], case["potential_energy_kJ_mol"][0], rtol=1e-6, atol=1e-6)
            infinite = np.all(total[[1, 2]] == np.inf)
            self.report.check(name, bool(same and infinite), f"energies {total.tolist()}")
        except CommandFailed as error:
            self.report.check(name, False, str(error))
        frames = np.array([relaxed] * 3)
        frames[1, 2, 1] = np.nan
        np.save(self.folder / "nan.npy", frames)
        finished = self.molsample.run(["energy", *arguments, "--coordinates", self.folder / "nan.npy", "--json"])
        says = re.search(r"\bsample 1\b", finished.stderr) and any(term in finished.stderr for term in TERMS)
        self.report.check(
            f"{case['name']}: NaN in sample 1 is an error that names the sample and a term",
            finished.returncode != 0 and bool(says),
            f"exit status {finished.returncode}, stderr '{finished.stderr.strip()[:200]}'")

    def coordinate_formats(self, case):
        """The formats that `--coordinates` takes, as other programs write them."""
        topology, _, frames = self.geometries(case["pdb"], tuple(case["coordinates_nm"][0]))
        field = Field(case["force_field"], case["solvent"], case["cutoff_nm"])
        reference = Reference(field.system(topology))
        for file, write in coordinate_files.WRITERS.items():
            held = write(self.folder / file, topology, frames)
            name = f"{case['name']}, coordinates from {file}"
            try:
                ours = self.molsample.energies(
                    sequence_arguments(case["sequence"], field), self.folder / file, self.folder / "forces.npy")
            except CommandFailed as error:
                self.report.check(name, False, str(error))
                continue
            self.report.difference(name, compare(ours.total, ours.terms, ours.forces, *reference.evaluate(held)))

    def refused_sequences(self, case):
        """Sequences that cannot be built end with an error and its exit status, 2 or 4, not with a guess."""
        coordinates = self.folder / "one.npy"
        np.save(coordinates, np.array(case["coordinates_nm"][:1]).reshape(1, -1, 3))
        for sequence in ["ACE-CYX-NME", "ACE-XYZ-NME", "AB", "ASH-ALA", "ALA-ACE-NME"]:
            arguments = sequence_arguments(sequence, Field("amber14", "obc1"))
            finished = self.molsample.run(["energy", *arguments, "--coordinates", coordinates, "--json"])
            self.report.check(
                f"sequence {sequence} is refused", finished.returncode in (2, 4) and bool(finished.stderr.strip()),
                f"exit status {finished.returncode}, stderr '{finished.stderr.strip()[:200]}'")


def sequence_arguments(sequence, field):
    return [
        "--sequence", sequence, "--force-field", field.force_field, "--solvent", field.solvent,
        *cutoff_arguments(field),
    ]


def pdb_arguments(pdb, field):
    return [
        "--pdb", pdb, "--force-field", field.force_field, "--solvent", field.solvent, *cutoff_arguments(field)]


def xml_arguments(pdb, field):
    """OpenMM's own files. A GBSAOBCForce is in one of them; the CustomGB solvents are scripts there, and are named."""
    files = [OPENMM_DATA / FORCE_FIELD_FILES[field.force_field]]
    solvent = ["--solvent", field.solvent]
    if field.solvent in ("amber96_obc", "amber99_obc"):
        files.append(OPENMM_DATA / SOLVENT_FILES[field.solvent])
        solvent = []
    names = ",".join(map(str, files))
    return ["--pdb", pdb, "--force-field", names, *solvent, *cutoff_arguments(field)]


def prmtop_arguments(case):
    return ["--prmtop", GOLDEN / case["prmtop"], "--inpcrd", GOLDEN / case["inpcrd"], "--solvent", case["solvent"]]


def cutoff_arguments(field):
    return ["--cutoff", repr(field.cutoff)] if field.cutoff else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--molsample", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=7, help="of the geometries; the golden ones have another")
    parser.add_argument("--ways", default=",".join(WAYS), help="only these ways in (default: %(default)s)")
    parser.add_argument("cases", nargs="*", help="only cases whose name contains one of these")
    arguments = parser.parse_args()
    ways = arguments.ways.split(",")
    if not set(ways) <= set(WAYS):
        parser.error(f"--ways takes some of {','.join(WAYS)}")
    if not arguments.molsample.exists():
        parser.error(f"there is no {arguments.molsample}; build it with: make build")

    contents = {path.stem: json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))}
    cases = {name: content for name, content in contents.items() if "potential_energy_kJ_mol" in content}
    chosen = [c for n, c in cases.items() if not arguments.cases or any(part in n for part in arguments.cases)]
    with tempfile.TemporaryDirectory() as folder:
        crosscheck = Crosscheck(Molsample(arguments.molsample), arguments.seed, pathlib.Path(folder), ways)
        for case in chosen:
            crosscheck.golden_case(case)
        if not arguments.cases and ways == WAYS:
            for sequence, force_field, solvent in THREE_WAYS:
                crosscheck.three_ways(sequence, force_field, solvent, cases)
            for name in ["ACE-ALA-NME.amber14.vacuum", "ACE-ALA-NME.amber99sb-ildn.amber99_obc"]:
                crosscheck.impossible_geometries(cases[name])
            crosscheck.coordinate_formats(cases["HIE-LEU.amber14.obc1.cutoff-2nm"])
            crosscheck.refused_sequences(cases["ACE-ALA-NME.amber14.obc1"])
        sys.exit(crosscheck.report.close())


if __name__ == "__main__":
    main()
