extension ForceField {
  /// Why a residue fits no template: the nearest one, and what is missing and extra.
  func mismatchError(
    _ graph: ResidueGraph, _ molecule: Molecule, _ neighbours: [[Int]], only candidates: [ResidueTemplate]
  ) -> InputError {
    let residue = molecule.residues[graph.residue]
    let label = "residue \(graph.residue + 1) (\(residue.name), chain \(residue.chain), number \(residue.number))"
    guard let nearest = candidates.min(by: { distance(graph, $0, residue) < distance(graph, $1, residue) }) else {
      return InputError(name, "\(label) fits no template", advice: templateAdvice)
    }
    let difference = Difference(graph, nearest, places: residue.atoms, molecule)
    return InputError(
      name, "\(label) fits no template; the nearest is \(nearest.name)", expected: difference.missing,
      found: difference.extra, advice: difference.advice)
  }

  /// Atoms by name, and bonds by the names of their atoms, that only one side has. By element where no names agree.
  private struct Difference {
    var missing: String
    var extra: String
    var advice: String

    init(_ graph: ResidueGraph, _ template: ResidueTemplate, places: Range<Int>, _ molecule: Molecule) {
      let templateNames = template.atoms.map(\.name)
      let names = Set(graph.names)
      var missing = templateNames.filter { !names.contains($0) }
      var extra = graph.names.filter { !templateNames.contains($0) }
      let sameElements = tally(graph.elements) == tally(template.atoms.map(\.element))
      // Names that differ are no difference in chemistry: compare by element instead.
      if sameElements { (missing, extra) = ([], []) }
      let common = names.intersection(templateNames)
      func inner(_ pairs: [(String, String)]) -> Set<String> {
        Set(
          pairs.filter { common.contains($0) && common.contains($1) }.map { [$0, $1].sorted().joined(separator: "-") })
      }
      let wanted = inner(template.bonds.map { (templateNames[$0.first], templateNames[$0.second]) })
      let present = inner(
        graph.neighbours.enumerated().flatMap { a, bonded in
          bonded.filter { $0 > a }.map { (graph.names[a], graph.names[$0]) }
        })
      var missingParts = missing.map { "atom \($0)" } + wanted.subtracting(present).sorted().map { "bond \($0)" }
      var extraParts = extra.map { "atom \($0)" } + present.subtracting(wanted).sorted().map { "bond \($0)" }
      let templateExternal = template.externalBondCounts
      for (place, name) in graph.names.enumerated() {
        guard let other = template.atomIndex(named: name) else { continue }
        let difference = graph.externalBonds[place] - templateExternal[other]
        if difference < 0 { missingParts.append("bond of \(name) to another residue") }
        if difference > 0 { extraParts.append("bond of \(name) to another residue") }
      }
      let onlyHydrogens =
        !missing.isEmpty && extraParts.isEmpty
        && missing.allSatisfy { name in template.atoms[template.atomIndex(named: name)!].element == .hydrogen }
      self.missing = missingParts.isEmpty ? "nothing is missing" : "missing: " + missingParts.joined(separator: ", ")
      self.extra = extraParts.isEmpty ? "nothing is extra" : "extra: " + extraParts.joined(separator: ", ")
      if onlyHydrogens {
        advice = "add the hydrogens, or choose the protonation state that the file has"
      } else if missingParts.isEmpty && extraParts.isEmpty {
        advice = "atoms and bonds agree in number but not in their arrangement; check the bonds of this residue"
      } else if graph.neighbours.allSatisfy(\.isEmpty) && graph.elements.count > 1 {
        advice = "the residue has no bonds; add CONECT records, or give it standard residue and atom names"
      } else {
        advice = "check the ends of the chain (caps, OXT, H1-H3), the protonation state, and the names"
      }
    }
  }

  /// Smaller is nearer: atoms of each element, then names, then external bonds, then the name of the residue.
  private func distance(_ graph: ResidueGraph, _ template: ResidueTemplate, _ residue: Residue) -> (Int, Int) {
    var counts = tally(graph.elements)
    for atom in template.atoms { counts[atom.element?.atomicNumber ?? 0, default: 0] -= 1 }
    let elements = counts.values.reduce(0) { $0 + abs($1) }
    let names = Set(graph.names).symmetricDifference(template.atoms.map(\.name)).count
    let external = abs(graph.externalBonds.reduce(0, +) - template.externalBonds.count)
    let title = template.name == residue.name ? 0 : template.name.hasSuffix(residue.name) ? 1 : 2
    return (elements + external, 4 * names + title)
  }
}

/// How many atoms of each element; 0 stands for none.
private func tally(_ elements: [Element?]) -> [Int: Int] {
  var counts: [Int: Int] = [:]
  for element in elements { counts[element?.atomicNumber ?? 0, default: 0] += 1 }
  return counts
}
