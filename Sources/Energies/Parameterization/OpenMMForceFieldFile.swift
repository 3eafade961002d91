import Foundation

extension ForceField {
  /// Reads force-field files in OpenMM's XML dialect, with what they include.
  ///
  /// All of AtomTypes, Residues, Patches, HarmonicBondForce, HarmonicAngleForce, PeriodicTorsionForce,
  /// CMAPTorsionForce, NonbondedForce and GBSAOBCForce; of scripts only OpenMM's own implicit/obc1, obc2 and gbn2, which
  /// are recognised by the force they make. Anything else is an error: no term is ever left out silently.
  ///
  /// - Throws: `InputError` with file and line.
  public init(openMMXML paths: [String]) throws {
    self.init(name: paths.joined(separator: " + "))
    let files = try Self.filesWithIncludes(paths)
    for file in files {
      for child in file.children where child.name == "AtomTypes" { try readAtomTypes(child) }
    }
    for file in files {
      for child in file.children where child.name == "Residues" { try readResidues(child) }
    }
    for file in files {
      for child in file.children where child.name == "Patches" { try readPatches(child) }
    }
    for file in files {
      for child in file.children { try readForce(child) }
    }
    for (template, allowed) in allowedPatches.sorted(by: { $0.key < $1.key }) {
      for use in allowed {
        guard let patch = patches.first(where: { $0.name == use.patch }), patch.residueCount > use.residue else {
          throw InputError(name, "residue \(template) allows the patch \(use.patch), which does not exist so")
        }
      }
    }
  }

  private static func filesWithIncludes(_ paths: [String]) throws -> [ForceFieldXMLElement] {
    var queue = paths
    var files: [ForceFieldXMLElement] = []
    while files.count < queue.count {
      let path = queue[files.count]
      let root = try ForceFieldXMLElement.parse(path: path)
      guard root.name == "ForceField" else {
        throw root.error("this is not a force field", expected: "<ForceField> as the outermost element")
      }
      files.append(root)
      let folder = (path as NSString).deletingLastPathComponent
      for include in root.children where include.name == "Include" {
        let named = try include.text("file")
        let joined = (folder as NSString).appendingPathComponent(named)
        let file = FileManager.default.fileExists(atPath: joined) ? joined : named
        guard FileManager.default.fileExists(atPath: file) else {
          throw include.error("there is no such file", found: named)
        }
        if !queue.contains(file) { queue.append(file) }
        guard queue.count <= 1000 else { throw include.error("more than 1000 files are included") }
      }
    }
    return files
  }

  // MARK: Types and residues

  private mutating func readAtomTypes(_ section: ForceFieldXMLElement) throws {
    for element in try section.children(named: "Type") {
      let name = try element.text("name")
      var symbol: Element?
      if let text = element.attributes["element"] {
        symbol = Element(symbol: text)
        if symbol == nil { throw element.error("unknown element", found: text) }
      }
      let mass = try element.number("mass")
      guard mass >= 0 else { throw element.error("a negative mass", found: "\(mass)") }
      let type = AtomType(atomClass: try element.text("class"), element: symbol, mass: mass)
      guard add(type, named: name) else { throw element.error("type \(name) is defined twice, differently") }
    }
  }

  private func templateAtom(_ element: ForceFieldXMLElement, name: String) throws -> ResidueTemplate.Atom {
    let typeName = try element.text("type")
    guard let type = atomTypes[typeName] else { throw element.error("unknown atom type", found: typeName) }
    var attributes: [String: Double] = [:]
    for key in element.attributes.keys where key != "name" && key != "type" {
      attributes[key] = try element.number(key)
    }
    return ResidueTemplate.Atom(name: name, type: typeName, element: type.element, attributes: attributes)
  }

  private mutating func readResidues(_ section: ForceFieldXMLElement) throws {
    for element in try section.children(named: "Residue") {
      var template = ResidueTemplate(name: try element.text("name"))
      if element.attributes["override"] != nil {
        template.overrideLevel = try element.integer("override", in: -1_000_000...1_000_000)
      }
      var places: [String: Int] = [:]
      for child in element.children where child.name == "Atom" {
        let name = try child.text("name")
        guard places.updateValue(template.atoms.count, forKey: name) == nil else {
          throw child.error("residue \(template.name) has two atoms \(name)")
        }
        template.atoms.append(try templateAtom(child, name: name))
      }
      func atom(_ child: ForceFieldXMLElement, name key: String, index indexKey: String) throws -> Int {
        guard let name = child.attributes[key] else {
          guard !template.atoms.isEmpty else { throw child.error("residue \(template.name) has no atoms") }
          return try child.integer(indexKey, in: 0...template.atoms.count - 1)
        }
        guard let place = places[name] else { throw child.error("residue \(template.name) has no atom \(name)") }
        return place
      }
      let children = try element.children(named: "Atom", "Bond", "ExternalBond", "AllowPatch")
      for child in children {
        switch child.name {
        case "Bond":
          let a = try atom(child, name: "atomName1", index: "from")
          let b = try atom(child, name: "atomName2", index: "to")
          guard a != b else { throw child.error("an atom bonded to itself") }
          template.bonds.append(Bond(a, b))
        case "ExternalBond":
          let place = try atom(child, name: "atomName", index: "from")
          template.externalBonds.append(place)
        case "AllowPatch":
          let use = try Self.site(child, "name", separatorLast: true)
          allow(AllowedPatch(patch: use.name, residue: use.residue), for: template.name)
        default: break
        }
      }
      guard add(template) else {
        throw element.error("there is a residue \(template.name) of the same override level already")
      }
    }
  }

  private mutating func allow(_ patch: AllowedPatch, for template: String) {
    if !allowedPatches[template, default: []].contains(patch) { allowedPatches[template, default: []].append(patch) }
  }

  // MARK: Patches

  /// Reads "2:CA" (or "CA:2"): 1-based residue of a patch, and a name.
  private static func site(
    _ element: ForceFieldXMLElement, _ attribute: String, separatorLast: Bool = false
  ) throws -> TemplatePatch.Site {
    let text = try element.text(attribute)
    guard let colon = text.firstIndex(of: ":") else { return .init(residue: 0, name: text) }
    let before = text[..<colon]
    let after = text[text.index(after: colon)...]
    guard let number = Int(separatorLast ? after : before), (1...1000).contains(number) else {
      throw element.error("\(attribute) has no residue number", found: text)
    }
    return .init(residue: number - 1, name: String(separatorLast ? before : after))
  }

  private mutating func readPatches(_ section: ForceFieldXMLElement) throws {
    for element in try section.children(named: "Patch") {
      let count = element.attributes["residues"] == nil ? 1 : try element.integer("residues", in: 1...100)
      var patch = TemplatePatch(name: try element.text("name"), residueCount: count)
      func site(_ child: ForceFieldXMLElement, _ key: String) throws -> TemplatePatch.Site {
        let site = try Self.site(child, key)
        guard site.residue < count else { throw child.error("patch \(patch.name) has \(count) residues") }
        return site
      }
      func atom(_ child: ForceFieldXMLElement) throws -> (Int, ResidueTemplate.Atom) {
        let site = try site(child, "name")
        return (site.residue, try templateAtom(child, name: site.name))
      }
      let children = try element.children(
        named: "AddAtom", "ChangeAtom", "RemoveAtom", "AddBond", "RemoveBond", "AddExternalBond", "RemoveExternalBond",
        "ApplyToResidue")
      for child in children {
        switch child.name {
        case "AddAtom":
          let (residue, added) = try atom(child)
          patch.addedAtoms[residue].append(added)
        case "ChangeAtom":
          let (residue, changed) = try atom(child)
          patch.changedAtoms[residue].append(changed)
        case "RemoveAtom": patch.removedAtoms.append(try site(child, "name"))
        case "AddBond": patch.addedBonds.append([try site(child, "atomName1"), try site(child, "atomName2")])
        case "RemoveBond": patch.removedBonds.append([try site(child, "atomName1"), try site(child, "atomName2")])
        case "AddExternalBond": patch.addedExternalBonds.append(try site(child, "atomName"))
        case "RemoveExternalBond": patch.removedExternalBonds.append(try site(child, "atomName"))
        default:
          let use = try Self.site(child, "name")
          allow(AllowedPatch(patch: patch.name, residue: use.residue), for: use.name)
        }
      }
      guard !patches.contains(where: { $0.name == patch.name }) else {
        throw element.error("patch \(patch.name) is defined twice")
      }
      patches.append(patch)
    }
  }
}
