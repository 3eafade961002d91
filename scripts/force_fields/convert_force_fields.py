#!/usr/bin/env python3
"""Writes Sources/Energies/ForceFields/*.txt from the data files of the OpenMM Python package.

Usage: python scripts/force_fields/convert_force_fields.py [OUTPUT_FOLDER]

Needs the `openmm` package (tables were made with 8.6.1). Only protein residues are kept: nucleic acids, ions and
water are dropped, and so is every atom type that no kept residue uses, with the rules that name such a type only.
Numbers are written as the shortest decimal that reads back as the same double, so nothing is rounded.
"""

import os
import sys
import xml.etree.ElementTree as ElementTree

import openmm
import openmm.app

DATA = os.path.join(os.path.dirname(openmm.app.__file__), "data")
HERE = os.path.dirname(os.path.abspath(__file__))
OUTPUT = os.path.join(HERE, "..", "..", "Sources", "Energies", "ForceFields")

OPENMM_CREDIT = [
    "Converted by scripts/force_fields/convert_force_fields.py from OpenMM %s, %s",
    "(Eastman et al. 2024, doi:10.1021/acs.jpcb.3c06662; MIT licence).",
]

FORCE_FIELDS = [
    ("amber96", "amber96.xml", ["Kollman et al. 1997 (AMBER ff96), doi:10.1007/978-94-017-1120-3_2."]),
    ("amber99sb-ildn", "amber99sbildn.xml", [
        "Lindorff-Larsen et al. 2010 (ff99SB-ILDN), doi:10.1002/prot.22711;",
        "Hornak et al. 2006 (ff99SB), doi:10.1002/prot.21123."]),
    ("amber14", "amber14/protein.ff14SB.xml", ["Maier et al. 2015 (ff14SB), doi:10.1021/acs.jctc.5b00255."]),
    ("ff19SB", "amber19/protein.ff19SB.xml", ["Tian et al. 2020 (ff19SB), doi:10.1021/acs.jctc.9b00591."]),
]

AMINO_ACIDS = set(
    "ALA ARG ASH ASN ASP CYM CYS CYX GLH GLN GLU GLY HID HIE HIP HYP ILE LEU LYN LYS MET PHE PRO SER THR TRP TYR VAL"
    .split())
CAPS = {"ACE", "NME", "NHE"}
STANDARD_RESIDUES = set(
    "ACE ALA ARG ASN ASP CYS FOR GLN GLU GLY HIS HOH ILE LEU LYS MET NH2 NME PHE PRO SER THR TRP TYR VAL".split())


def is_protein(name):
    return name in CAPS or name in AMINO_ACIDS or (name[:1] in "NC" and name[1:] in AMINO_ACIDS)


def number(text):
    """Shortest text that reads back as the same double."""
    value = float(text)
    short = repr(value)
    return short[:-2] if short.endswith(".0") else short


def header(credit, source, layout):
    lines = ["# " + OPENMM_CREDIT[0] % (openmm.version.short_version, source), "# " + OPENMM_CREDIT[1]]
    lines += ["# " + line for line in credit]
    lines += ["# Units: nm, kJ/mol, radian, elementary charge, dalton.", "#"]
    lines += ["# " + line for line in layout]
    return lines + [""]


FORCE_FIELD_LAYOUT = [
    "Layout: '#' starts a comment; a line '[name ...]' starts a section; fields are separated by blanks.",
    "In rules an atom is named by its class (CT), by its type (=protein-CT), or is any atom (*).",
]


def selector(attributes, suffix):
    if "class" + suffix in attributes:
        name = attributes["class" + suffix]
        assert not name.startswith("=") and name != "*"
        return name or "*"
    name = attributes["type" + suffix]
    return "=" + name if name else "*"


def columns(rows):
    """Pads the fields of rows so that they line up."""
    widths = {}
    for row in rows:
        for i, field in enumerate(row[:-1]):
            widths[i] = max(widths.get(i, 0), len(field))
    return ["  ".join(f.ljust(widths[i]) if i < len(row) - 1 else f for i, f in enumerate(row)) for row in rows]


class Converter:
    def __init__(self, name, source, credit):
        self.name, self.source, self.credit = name, source, credit
        self.root = ElementTree.parse(os.path.join(DATA, source)).getroot()
        known = {"Info", "AtomTypes", "Residues", "HarmonicBondForce", "HarmonicAngleForce", "PeriodicTorsionForce",
                 "NonbondedForce", "CMAPTorsionForce"}
        assert {child.tag for child in self.root} <= known
        self.types = {t.attrib["name"]: t.attrib for t in self.root.find("AtomTypes")}
        self.residues = [r for r in self.root.find("Residues") if is_protein(r.attrib["name"])]
        self.used = {atom.attrib["type"] for r in self.residues for atom in r.findall("Atom")}
        self.classes = {self.types[t]["class"] for t in self.used}

    def applies(self, attributes, count):
        """Whether a rule can match any kept type."""
        for i in range(count):
            suffix = str(i + 1) if count > 1 else ""
            class_name, type_name = attributes.get("class" + suffix), attributes.get("type" + suffix)
            if class_name and class_name not in self.classes or type_name and type_name not in self.used:
                return False
        return True

    def rules(self, force, tag, count, values):
        rows = []
        for element in self.root.find(force).findall(tag):
            if self.applies(element.attrib, count):
                rows.append([selector(element.attrib, str(i + 1)) for i in range(count)] + values(element.attrib))
        return rows

    def torsion_values(self, attributes):
        values, i = [], 1
        while "phase%d" % i in attributes:
            values += [str(int(attributes["periodicity%d" % i])), number(attributes["phase%d" % i]),
                       number(attributes["k%d" % i])]
            i += 1
        return values

    def convert(self):
        text = header(self.credit, self.source, FORCE_FIELD_LAYOUT)
        text += ["[types]", "# name, class, element, mass"]
        text += columns([[t, a["class"], a["element"], number(a["mass"])]
                         for t, a in self.types.items() if t in self.used]) + [""]

        text += ["[residues]", "# atom: name, type and, where the charge belongs to the residue, charge",
                 "# external: an atom with a bond that leaves the residue"]
        for residue in self.residues:
            assert {c.tag for c in residue} <= {"Atom", "Bond", "ExternalBond"}
            atoms = [atom.attrib for atom in residue.findall("Atom")]
            override = residue.attrib.get("override")
            text.append("residue " + residue.attrib["name"] + (" override=" + override if override else ""))
            rows = []
            for atom in atoms:
                assert set(atom) <= {"name", "type", "charge"}
                rows.append(["  atom", atom["name"], atom["type"]] +
                            ([number(atom["charge"])] if "charge" in atom else []))
            text += columns(rows)
            for bond in residue.findall("Bond"):
                a = bond.attrib
                pair = ([a["atomName1"], a["atomName2"]] if "atomName1" in a
                        else [atoms[int(a["from"])]["name"], atoms[int(a["to"])]["name"]])
                text.append("  bond " + " ".join(pair))
            for bond in residue.findall("ExternalBond"):
                a = bond.attrib
                text.append("  external " + (a["atomName"] if "atomName" in a else atoms[int(a["from"])]["name"]))
        text.append("")

        text += ["[bonds]", "# atom, atom, length, force constant of k/2 (r - r0)^2"]
        text += columns(self.rules("HarmonicBondForce", "Bond", 2,
                                   lambda a: [number(a["length"]), number(a["k"])])) + [""]
        text += ["[angles]", "# three atoms, angle, force constant of k/2 (theta - theta0)^2"]
        text += columns(self.rules("HarmonicAngleForce", "Angle", 3,
                                   lambda a: [number(a["angle"]), number(a["k"])])) + [""]
        text += ["[torsions]", "# four atoms, then periodicity, phase, k of each term k (1 + cos(n phi - phase))"]
        text += columns(self.rules("PeriodicTorsionForce", "Proper", 4, self.torsion_values)) + [""]
        ordering = self.root.find("PeriodicTorsionForce").attrib.get("ordering", "default")
        text += ["[impropers %s]" % ordering, "# central atom first"]
        text += columns(self.rules("PeriodicTorsionForce", "Improper", 4, self.torsion_values)) + [""]

        cmap = self.root.find("CMAPTorsionForce")
        if cmap is not None:
            for index, element in enumerate(cmap.findall("Map")):
                values = [number(v) for v in element.text.split()]
                size = int(round(len(values) ** 0.5))
                assert size * size == len(values)
                text += ["[cmap-map %d %d]" % (index, size), "# index, size; energies, the first dihedral running fastest"]
                text += [" ".join(values[i:i + size]) for i in range(0, len(values), size)] + [""]
            text += ["[cmap]", "# five atoms, map"]
            text += columns([[selector(t.attrib, str(i + 1)) for i in range(5)] + [t.attrib["map"]]
                             for t in cmap.findall("Torsion") if self.applies(t.attrib, 5)]) + [""]

        nonbonded = self.root.find("NonbondedForce")
        by_residue = [e.attrib["name"] for e in nonbonded.findall("UseAttributeFromResidue")]
        assert by_residue in ([], ["charge"])
        text += ["[nonbonded coulomb14=%s lj14=%s]" % (number(nonbonded.attrib["coulomb14scale"]),
                                                       number(nonbonded.attrib["lj14scale"])),
                 "# atom, charge (- : that of the residue), sigma, epsilon"]
        text += columns([[selector(a.attrib, ""), "-" if by_residue else number(a.attrib["charge"]),
                          number(a.attrib["sigma"]), number(a.attrib["epsilon"])]
                         for a in nonbonded.findall("Atom") if self.applies(a.attrib, 1)]) + [""]
        return text


def write(name, lines):
    path = os.path.join(OUTPUT, name + ".txt")
    with open(path, "w") as out:
        out.write("\n".join(line.rstrip() for line in lines).rstrip() + "\n")
    print("%7d bytes  %s" % (os.path.getsize(path), os.path.relpath(path)))


def convert_typed_born(name, source, used):
    root = ElementTree.parse(os.path.join(DATA, source)).getroot()
    (force,) = list(root)
    assert force.tag == "GBSAOBCForce"
    text = header(["Radii and screening factors of OBC (Onufriev, Bashford, Case 2004, doi:10.1002/prot.20033)."], source,
                  FORCE_FIELD_LAYOUT)
    text += ["[born]", "# atom, charge, radius, screening factor"]
    text += columns([[selector(a.attrib, "")] + [number(a.attrib[k]) for k in ("charge", "radius", "scale")]
                     for a in force.findall("Atom") if a.attrib["type"] in used])
    write(name, text)


def convert_standard_residues():
    bonds = ElementTree.parse(os.path.join(DATA, "residues.xml")).getroot()
    names = ElementTree.parse(os.path.join(DATA, "pdbNames.xml")).getroot()
    text = header(["Names and bonds follow the PDB's chemical component dictionary."], "residues.xml and pdbNames.xml", [
        "Layout: residue NAME and other names of it; 'protein' heads the aliases common to all residues with +protein.",
        "bond: two atoms, a leading '-' is an atom of the residue before; alias: standard atom name, other names of it."])

    def alternatives(attributes):
        return [v for k, v in attributes.items() if k.startswith("alt")]

    def aliases(residue):
        return ["  alias " + " ".join([a.attrib["name"]] + alternatives(a.attrib))
                for a in residue.findall("Atom") if alternatives(a.attrib)]

    named = {r.attrib["name"]: r for r in names}
    text += ["[residues]", "protein"] + aliases(named["Protein"])
    for residue in bonds:
        name = residue.attrib["name"]
        if name not in STANDARD_RESIDUES:
            continue
        entry = named.get(name)
        kind = "" if entry is None or entry.attrib.get("type") != "Protein" else " protein"
        other = [] if entry is None else alternatives(entry.attrib)
        text.append(" ".join(["residue", name] + other) + kind.replace(" protein", " +protein"))
        if entry is not None:
            text += aliases(entry)
        text += ["  bond %s %s" % (b.attrib["from"], b.attrib["to"]) for b in residue]
    write("standard-residues", text)


def main():
    global OUTPUT
    if len(sys.argv) > 1:
        OUTPUT = sys.argv[1]
    os.makedirs(OUTPUT, exist_ok=True)
    used = {}
    for name, source, credit in FORCE_FIELDS:
        converter = Converter(name, source, credit)
        used[name] = converter.used
        write(name, converter.convert())
    convert_typed_born("amber96_obc", "amber96_obc.xml", used["amber96"])
    convert_typed_born("amber99_obc", "amber99_obc.xml", used["amber99sb-ildn"])
    convert_standard_residues()


if __name__ == "__main__":
    main()
