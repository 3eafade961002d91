extension ForceField {
  /// Reads one element of the outermost level that defines a force.
  mutating func readForce(_ element: ForceFieldXMLElement) throws {
    switch element.name {
    case "AtomTypes", "Residues", "Patches", "Info", "Include": break
    case "HarmonicBondForce":
      for rule in try element.children(named: "Bond") {
        bonds.append(
          BondRule(
            atoms: try Self.selectors(rule, 2), length: try rule.number("length"), forceConstant: try rule.number("k")))
      }
    case "HarmonicAngleForce":
      for rule in try element.children(named: "Angle") {
        angles.append(
          AngleRule(
            atoms: try Self.selectors(rule, 3), angle: try rule.number("angle"), forceConstant: try rule.number("k")))
      }
    case "PeriodicTorsionForce": try readTorsions(element)
    case "CMAPTorsionForce": try readMaps(element)
    case "NonbondedForce": try readNonbonded(element)
    case "GBSAOBCForce":
      let fromResidue = try Self.attributesFromResidue(element, allowed: ["charge", "radius", "scale"])
      for rule in try element.children(named: "Atom", "UseAttributeFromResidue") where rule.name == "Atom" {
        born.append(
          BornRule(
            atom: try Self.selectors(rule, 1)[0], charge: try Self.value(rule, "charge", fromResidue),
            radius: try Self.value(rule, "radius", fromResidue), scale: try Self.value(rule, "scale", fromResidue)))
      }
      declaredSolvent = .ofForceField
    case "Script": try readScript(element)
    default:
      throw element.error(
        "this part of the force field is not supported",
        expected:
          "HarmonicBondForce, HarmonicAngleForce, PeriodicTorsionForce, CMAPTorsionForce, NonbondedForce, GBSAOBCForce",
        advice: "without it energies would be wrong; convert the system with OpenMM and give its serialized System XML")
    }
  }

  /// `class1`/`type1` … `classN`/`typeN`, or `class`/`type` for one atom.
  private static func selectors(_ element: ForceFieldXMLElement, _ count: Int) throws -> [AtomSelector] {
    try (1...count).map { place in
      let suffix = count == 1 ? "" : "\(place)"
      switch (element.attributes["class" + suffix], element.attributes["type" + suffix]) {
      case (.some, .some): throw element.error("both a type and a class for atom \(place)")
      case (.some(let name), nil): return name.isEmpty ? .any : .atomClass(name)
      case (nil, .some(let name)): return name.isEmpty ? .any : .type(name)
      case (nil, nil):
        throw element.error("neither type\(suffix) nor class\(suffix)", advice: "name an atom type or class")
      }
    }
  }

  private mutating func readTorsions(_ element: ForceFieldXMLElement) throws {
    let text = element.attributes["ordering"] ?? "default"
    guard let ordering = ImproperOrdering(rawValue: text) else {
      throw element.error(
        "unknown ordering of impropers", expected: ImproperOrdering.allCases.map(\.rawValue).joined(separator: ", "),
        found: text)
    }
    for child in try element.children(named: "Proper", "Improper") {
      var rule = TorsionRule(atoms: try Self.selectors(child, 4), terms: [])
      var term = 1
      while child.attributes["phase\(term)"] != nil {
        rule.terms.append(
          TorsionSeriesTerm(
            periodicity: try child.integer("periodicity\(term)", in: 0...1000),
            phase: try child.number("phase\(term)"), forceConstant: try child.number("k\(term)")))
        term += 1
      }
      if child.name == "Proper" {
        torsions.append(rule)
      } else {
        impropers.append(ImproperRule(torsion: rule, ordering: ordering))
      }
    }
  }

  private mutating func readMaps(_ element: ForceFieldXMLElement) throws {
    let offset = cmaps.count
    let children = try element.children(named: "Map", "Torsion")
    for map in children where map.name == "Map" {
      let energies = try map.text.split(whereSeparator: \.isWhitespace).map { text in
        guard let value = FixedWidthField.real(ArraySlice(text.utf8)) else {
          throw map.error("an energy is not a number", found: String(text))
        }
        return value
      }
      let size = Int(Double(energies.count).squareRoot().rounded())
      guard size > 0, size * size == energies.count else {
        throw map.error("a map needs as many energies along each dihedral", found: "\(energies.count) energies")
      }
      cmaps.append(CMAPTorsions.Map(size: size, energies: energies))
    }
    for torsion in children where torsion.name == "Torsion" {
      guard cmaps.count > offset else { throw torsion.error("there is no <Map>") }
      let map = try torsion.integer("map", in: 0...cmaps.count - offset - 1)
      cmapRules.append(CMAPRule(atoms: try Self.selectors(torsion, 5), map: map + offset))
    }
  }

  private mutating func readNonbonded(_ element: ForceFieldXMLElement) throws {
    let coulomb = try element.number("coulomb14scale")
    let lennardJones = try element.number("lj14scale")
    if let existing = nonbonded,
      abs(existing.coulomb14Scale - coulomb) > 1e-5 || abs(existing.lennardJones14Scale - lennardJones) > 1e-5
    {
      throw element.error(
        "1-4 scales differ between files", expected: "\(existing.coulomb14Scale), \(existing.lennardJones14Scale)",
        found: "\(coulomb), \(lennardJones)")
    }
    var rules = nonbonded ?? NonbondedRules(coulomb14Scale: coulomb, lennardJones14Scale: lennardJones, atoms: [])
    let fromResidue = try Self.attributesFromResidue(element, allowed: ["charge", "sigma", "epsilon"])
    for rule in try element.children(named: "Atom", "UseAttributeFromResidue") where rule.name == "Atom" {
      rules.atoms.append(
        NonbondedRule(
          atom: try Self.selectors(rule, 1)[0], charge: try Self.value(rule, "charge", fromResidue),
          sigma: try Self.value(rule, "sigma", fromResidue), epsilon: try Self.value(rule, "epsilon", fromResidue)))
    }
    nonbonded = rules
  }

  private static func attributesFromResidue(
    _ element: ForceFieldXMLElement, allowed: [String]
  ) throws -> Set<String> {
    var names: Set<String> = []
    for child in element.children where child.name == "UseAttributeFromResidue" {
      let name = try child.text("name")
      guard allowed.contains(name) else {
        throw child.error("no such parameter", expected: allowed.joined(separator: ", "), found: name)
      }
      names.insert(name)
    }
    return names
  }

  private static func value(
    _ element: ForceFieldXMLElement, _ key: String, _ fromResidue: Set<String>
  ) throws -> Double? {
    guard fromResidue.contains(key) else { return try element.number(key) }
    guard element.attributes[key] == nil else {
      throw element.error("\(key) is given here and by <UseAttributeFromResidue>")
    }
    return nil
  }

  /// OpenMM's implicit/*.xml files are programs; those we know are told by the class of the force they make.
  private mutating func readScript(_ element: ForceFieldXMLElement) throws {
    let known = [("GBSAOBC1Force(", "obc1"), ("GBSAOBC2Force(", "obc2"), ("GBSAGBn2Force(", "gbn2")]
    let found = known.filter { element.text.contains($0.0) }
    guard found.count == 1, element.text.contains("customgbforces"), declaredSolvent == nil else {
      throw element.error(
        "a script cannot be run", expected: "one of OpenMM's implicit/obc1.xml, obc2.xml, gbn2.xml",
        advice: "convert the system with OpenMM and give its serialized System XML")
    }
    declaredSolvent = try ImplicitSolvent(named: found[0].1)
  }
}
