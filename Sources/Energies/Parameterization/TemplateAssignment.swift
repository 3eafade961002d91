/// What a force field says about the atoms of one molecule: type, template place, and the residue's own numbers.
struct TypeAssignment {
  var typeNames: [String]
  /// Place of the atom in its template.
  var templateAtoms: [Int]
  var attributes: [[String: Double]]
  /// Name of the template of each residue.
  var templateNames: [String]
}

extension ForceField {
  /// Matches every residue to a template by its bond graph.
  ///
  /// - Parameter named: template names for some residues, where the graph alone is not enough.
  /// - Throws: `InputError` with the residue, the nearest template, and what is missing and extra.
  func assignTemplates(_ molecule: Molecule, named: [Int: String]) throws -> TypeAssignment {
    let neighbours = molecule.neighbours
    var assignment = TypeAssignment(
      typeNames: Array(repeating: "", count: molecule.atomCount),
      templateAtoms: Array(repeating: 0, count: molecule.atomCount),
      attributes: Array(repeating: [:], count: molecule.atomCount),
      templateNames: Array(repeating: "", count: molecule.residues.count))
    func record(_ template: ResidueTemplate, _ matches: [Int], _ residue: Int) {
      assignment.templateNames[residue] = template.name
      for (atom, match) in zip(molecule.residues[residue].atoms, matches) {
        assignment.typeNames[atom] = template.atoms[match].type
        assignment.templateAtoms[atom] = match
        assignment.attributes[atom] = template.atoms[match].attributes
      }
    }
    let templatesBySize = Dictionary(grouping: templates, by: \.atoms.count)
    var unmatched: [ResidueGraph] = []
    for residue in molecule.residues.indices {
      let graph = ResidueGraph(residue: residue, of: molecule, neighbours: neighbours)
      if let name = named[residue] {
        guard let template = template(named: name) else {
          throw InputError(self.name, "there is no residue template \(name)", advice: templateAdvice)
        }
        guard let matches = try graph.match(template) else {
          throw mismatchError(graph, molecule, neighbours, only: [template])
        }
        record(template, matches, residue)
      } else if let (template, matches) = try bestMatch(graph, templatesBySize[graph.elements.count] ?? [], molecule) {
        record(template, matches, residue)
      } else {
        unmatched.append(graph)
      }
    }
    if !unmatched.isEmpty, !patches.isEmpty {
      let patched = singleResiduePatchedTemplates()
      let bySize = Dictionary(grouping: templates.flatMap { patched[$0.name] ?? [] }, by: \.atoms.count)
      unmatched = try unmatched.filter { graph in
        guard let (template, matches) = try bestMatch(graph, bySize[graph.elements.count] ?? [], molecule) else {
          return true
        }
        record(template, matches, graph.residue)
        return false
      }
      if !unmatched.isEmpty {
        for match in try matchMultiResiduePatches(unmatched, molecule, neighbours, patched) {
          record(match.template, match.matches, match.residue)
          unmatched.removeAll { $0.residue == match.residue }
        }
      }
    }
    if let graph = unmatched.first { throw mismatchError(graph, molecule, neighbours, only: templates) }
    return assignment
  }

  /// The template that fits. Several may fit if all give the same types and numbers.
  private func bestMatch(
    _ graph: ResidueGraph, _ candidates: [ResidueTemplate], _ molecule: Molecule
  ) throws -> (ResidueTemplate, [Int])? {
    var best: (template: ResidueTemplate, matches: [Int])?
    for template in candidates {
      guard let matches = try graph.match(template) else { continue }
      guard let first = best else {
        best = (template, matches)
        continue
      }
      let same = zip(first.matches, matches).allSatisfy { a, b in
        first.template.atoms[a].type == template.atoms[b].type
          && first.template.atoms[a].attributes == template.atoms[b].attributes
      }
      guard same else {
        let residue = molecule.residues[graph.residue]
        throw InputError(
          name, "residue \(graph.residue + 1) (\(residue.name)) fits several templates with different parameters",
          found: "\(first.template.name) and \(template.name)", advice: "say which template this residue has")
      }
    }
    return best.map { ($0.template, $0.matches) }
  }

  var templateAdvice: String {
    templates.isEmpty
      ? "the force field has no residue templates at all; name the file that has them"
      : "templates: " + templates.prefix(120).map(\.name).joined(separator: " ")
  }
}
