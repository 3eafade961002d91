extension ForceField {
  /// Reads the package's own table layout; see the head of any file in `ForceFields/`.
  public init(tablePath path: String) throws {
    try self.init(table: TableFile(path: path), name: path)
  }

  /// Reads the package's own table layout from memory; `source` names it in errors.
  public init(tableText text: String, source: String) throws {
    try self.init(table: TableFile(text: text, source: source), name: source)
  }

  init(table: TableFile, name: String) throws {
    self.init(name: name)
    // Types first: residues refer to them.
    for section in table.sections where section.name == "types" { try readTypes(section) }
    for section in table.sections {
      switch section.name {
      case "types": break
      case "residues": try readResidues(section)
      case "bonds": bonds += try section.rows.map(Self.bondRule)
      case "angles": angles += try section.rows.map(Self.angleRule)
      case "torsions": torsions += try section.rows.map(Self.torsionRule)
      case "impropers": try readImpropers(section)
      case "cmap-map": try readMap(section)
      case "cmap": cmapRules += try section.rows.map(cmapRule)
      case "nonbonded": try readNonbonded(section)
      case "born": born += try section.rows.map(Self.bornRule)
      default:
        throw section.heading.error(
          "unknown section",
          expected: "types, residues, bonds, angles, torsions, impropers, cmap-map, cmap, nonbonded, born",
          found: String(section.name))
      }
    }
  }

  private mutating func readTypes(_ section: TableFile.Section) throws {
    for row in section.rows {
      try row.requireFields(4, "type, class, element, mass")
      var element: Element?
      if row.fields[2] != "-" {
        element = Element(symbol: String(row.fields[2]))
        if element == nil {
          throw row.error("unknown element", expected: "a symbol, or - for none", found: String(row.fields[2]))
        }
      }
      let mass = try row.number(3, "mass, dalton")
      guard mass >= 0 else { throw row.error("a negative mass") }
      let type = AtomType(atomClass: String(row.fields[1]), element: element, mass: mass)
      guard add(type, named: String(row.fields[0])) else {
        throw row.error("type \(row.fields[0]) is defined twice, differently")
      }
    }
  }

  private mutating func readResidues(_ section: TableFile.Section) throws {
    var current: ResidueTemplate?
    var currentRow = section.heading
    func atomIndex(_ row: TableFile.Row, _ field: Int) throws -> Int {
      let name = try row.text(field, "an atom name")
      guard let index = current?.atomIndex(named: name) else {
        throw row.error("residue \(current?.name ?? "?") has no atom \(name)")
      }
      return index
    }
    for row in section.rows {
      guard row.fields[0] == "residue" || current != nil else {
        throw row.error("a line outside of any residue", expected: "residue NAME", found: String(row.fields[0]))
      }
      switch row.fields[0] {
      case "residue":
        if let done = current { try finish(done, row: currentRow) }
        var template = ResidueTemplate(name: try row.text(1, "name of the residue"))
        if let level = row.option("override") {
          guard let value = Int(level) else { throw row.error("override= needs a whole number", found: String(level)) }
          template.overrideLevel = value
        }
        current = template
        currentRow = row
      case "atom":
        let name = try row.text(1, "atom name")
        let typeName = try row.text(2, "atom type")
        guard let type = atomTypes[typeName] else { throw row.error("unknown atom type", found: typeName) }
        guard current?.atomIndex(named: name) == nil else { throw row.error("atom \(name) twice in one residue") }
        let attributes = row.fields.count > 3 ? ["charge": try row.number(3, "charge, e")] : [:]
        current?.atoms.append(.init(name: name, type: typeName, element: type.element, attributes: attributes))
      case "bond":
        let a = try atomIndex(row, 1)
        let b = try atomIndex(row, 2)
        guard a != b else { throw row.error("an atom bonded to itself") }
        current?.bonds.append(Bond(a, b))
      case "external":
        let atom = try atomIndex(row, 1)
        current?.externalBonds.append(atom)
      default:
        throw row.error("unknown line", expected: "residue, atom, bond or external", found: String(row.fields[0]))
      }
    }
    if let done = current { try finish(done, row: currentRow) }
  }

  private mutating func finish(_ template: ResidueTemplate, row: TableFile.Row) throws {
    guard add(template) else { throw row.error("residue \(template.name) is defined twice") }
  }

  private mutating func readImpropers(_ section: TableFile.Section) throws {
    let text = section.heading.fields.count > 1 ? String(section.heading.fields[1]) : "default"
    guard let ordering = ImproperOrdering(rawValue: text) else {
      throw section.heading.error(
        "unknown ordering of impropers", expected: ImproperOrdering.allCases.map(\.rawValue).joined(separator: ", "),
        found: text)
    }
    impropers += try section.rows.map { ImproperRule(torsion: try Self.torsionRule($0), ordering: ordering) }
  }

  private mutating func readMap(_ section: TableFile.Section) throws {
    let index = try section.heading.integer(1, "index of the map", in: 0...100_000)
    guard index == cmaps.count else {
      throw section.heading.error("maps out of order", expected: "\(cmaps.count)", found: "\(index)")
    }
    let size = try section.heading.integer(2, "size of the map", in: 1...360)
    var energies: [Double] = []
    for row in section.rows {
      for field in row.fields.indices { energies.append(try row.number(field, "energy, kJ/mol")) }
    }
    guard energies.count == size * size else {
      throw section.heading.error(
        "the map has the wrong number of energies", expected: "\(size * size)", found: "\(energies.count)")
    }
    cmaps.append(CMAPTorsions.Map(size: size, energies: energies))
  }

  private func cmapRule(_ row: TableFile.Row) throws -> CMAPRule {
    try row.requireFields(6, "five atoms and a map")
    guard !cmaps.isEmpty else { throw row.error("no [cmap-map] stands before") }
    return CMAPRule(
      atoms: Self.selectors(row, 5), map: try row.integer(5, "index of a map", in: 0...cmaps.count - 1))
  }

  private mutating func readNonbonded(_ section: TableFile.Section) throws {
    func scale(_ key: String) throws -> Double {
      guard let text = section.heading.option(key), let value = Double(text), value.isFinite else {
        throw section.heading.error("no number \(key)=", expected: "[nonbonded coulomb14=… lj14=…]")
      }
      return value
    }
    guard nonbonded == nil else { throw section.heading.error("a second [nonbonded]") }
    nonbonded = NonbondedRules(
      coulomb14Scale: try scale("coulomb14"), lennardJones14Scale: try scale("lj14"),
      atoms: try section.rows.map { row in
        try row.requireFields(4, "atom, charge, sigma, epsilon")
        return NonbondedRule(
          atom: AtomSelector(tableText: row.fields[0]),
          charge: row.fields[1] == "-" ? nil : try row.number(1, "charge, e"),
          sigma: try row.number(2, "sigma, nm"), epsilon: try row.number(3, "epsilon, kJ/mol"))
      })
  }

  private static func selectors(_ row: TableFile.Row, _ count: Int) -> [AtomSelector] {
    row.fields.prefix(count).map { AtomSelector(tableText: $0) }
  }

  private static func bondRule(_ row: TableFile.Row) throws -> BondRule {
    try row.requireFields(4, "two atoms, length, force constant")
    return BondRule(
      atoms: selectors(row, 2), length: try row.number(2, "length, nm"),
      forceConstant: try row.number(3, "force constant, kJ/mol/nm²"))
  }

  private static func angleRule(_ row: TableFile.Row) throws -> AngleRule {
    try row.requireFields(5, "three atoms, angle, force constant")
    return AngleRule(
      atoms: selectors(row, 3), angle: try row.number(3, "angle, rad"),
      forceConstant: try row.number(4, "force constant, kJ/mol/rad²"))
  }

  private static func torsionRule(_ row: TableFile.Row) throws -> TorsionRule {
    guard row.fields.count >= 7, row.fields.count % 3 == 1 else {
      throw row.error(
        "an incomplete torsion", expected: "four atoms, then periodicity, phase, force constant of each term",
        found: row.fields.joined(separator: " "))
    }
    return TorsionRule(
      atoms: selectors(row, 4),
      terms: try stride(from: 4, to: row.fields.count, by: 3).map { field in
        TorsionSeriesTerm(
          periodicity: try row.integer(field, "periodicity", in: 0...1000),
          phase: try row.number(field + 1, "phase, rad"),
          forceConstant: try row.number(field + 2, "force constant, kJ/mol"))
      })
  }

  private static func bornRule(_ row: TableFile.Row) throws -> BornRule {
    try row.requireFields(4, "atom, charge, radius, screening factor")
    return BornRule(
      atom: AtomSelector(tableText: row.fields[0]), charge: try row.number(1, "charge, e"),
      radius: try row.number(2, "radius, nm"), scale: try row.number(3, "screening factor"))
  }
}
