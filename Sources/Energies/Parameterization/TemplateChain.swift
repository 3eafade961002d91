extension ForceField {
  /// A molecule made of residue templates, joined C to N through their external bonds: "ACE", "ALA", "NME".
  ///
  /// Atoms are in the templates' order, types are set, and residues are numbered from 1.
  ///
  /// - Parameter residueNames: names of the residues in the molecule; by default those of the templates without the
  ///   prefix of a terminal form ("NALA" gives "ALA").
  /// - Throws: `InputError` where a template does not exist, two cannot be joined, or a bond stays open.
  public func molecule(ofResidues templateNames: [String], residueNames: [String]? = nil) throws -> Molecule {
    precondition(residueNames == nil || residueNames?.count == templateNames.count, "one name for each residue")
    guard !templateNames.isEmpty else { throw InputError(name, "no residues were given") }
    var atoms: [Atom] = []
    var residues: [Residue] = []
    var bonds: [Bond] = []
    var openEnd: Int?
    for (index, templateName) in templateNames.enumerated() {
      guard let template = template(named: templateName) else {
        throw InputError(name, "there is no residue template \(templateName)", advice: templateAdvice)
      }
      let start = atoms.count
      var open = template.externalBonds
      if index > 0 {
        guard let tail = openEnd, let head = open.firstIndex(where: { template.atoms[$0].name == "N" }) else {
          throw InputError(
            name,
            "residue \(index) (\(templateNames[index - 1])) and residue \(index + 1) (\(templateName)) cannot be joined",
            expected: "a bond from C of the first to N of the second",
            advice: "first residues are ACE or N…, last ones C…, NME or NHE, and those between have no prefix")
        }
        bonds.append(Bond(tail, start + open.remove(at: head)))
      }
      openEnd = nil
      if index < templateNames.count - 1, let tail = open.firstIndex(where: { template.atoms[$0].name == "C" }) {
        openEnd = start + open.remove(at: tail)
      }
      if let atom = open.first {
        let atomName = template.atoms[atom].name
        throw InputError(
          name, "residue \(index + 1) (\(templateName)) has an open bond at \(atomName)",
          advice: atomName == "SG"
            ? "disulphide bridges cannot be built from a sequence; use CYS, or give a PDB file with CONECT records"
            : "put ACE or a form N\(templateName) first, and C\(templateName), NME or NHE last")
      }
      for atom in template.atoms {
        atoms.append(
          Atom(
            name: atom.name, element: atom.element, mass: atomTypes[atom.type]?.mass ?? 0, residue: index,
            type: atom.type))
      }
      bonds += template.bonds.map { Bond($0.first + start, $0.second + start) }
      residues.append(
        Residue(
          name: residueNames?[index] ?? plainName(templateName), number: index + 1, atoms: start..<atoms.count))
    }
    return Molecule(atoms: atoms, residues: residues, bonds: bonds)
  }

  /// "NALA" and "CALA" without their prefix, if there is a template "ALA".
  private func plainName(_ templateName: String) -> String {
    let rest = String(templateName.dropFirst())
    guard templateName.count == 4, "NC".contains(templateName.first!), template(named: rest) != nil else {
      return templateName
    }
    return rest
  }
}
