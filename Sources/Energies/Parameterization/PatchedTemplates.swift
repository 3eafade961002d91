extension ForceField {
  /// For each template all templates that combinations of its one-residue patches make.
  func singleResiduePatchedTemplates() -> [String: [ResidueTemplate]] {
    let order = Dictionary(patches.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { a, _ in a })
    var result: [String: [ResidueTemplate]] = [:]
    for template in templates {
      let usable = (allowedPatches[template.name] ?? []).compactMap { order[$0.patch] }.sorted().map { patches[$0] }
        .filter { $0.residueCount == 1 }
      // Two patches that alter one atom are never combined. The number of combinations is kept in bounds.
      var made: [(template: ResidueTemplate, altered: Set<String>)] = [(template, [])]
      for patch in usable where made.count < 4096 {
        for (base, altered) in made where altered.isDisjoint(with: patch.alteredNames) {
          if let patched = patch.apply(to: base, asResidue: 0) {
            made.append((patched, altered.union(patch.alteredNames)))
          }
        }
      }
      if made.count > 1 { result[template.name] = made.dropFirst().map(\.template) }
    }
    return result
  }

  struct PatchMatch {
    var residue: Int
    var template: ResidueTemplate
    var matches: [Int]
  }

  /// Applies patches of two residues, such as disulphide bridges, to pairs of bonded residues that nothing else fits.
  ///
  /// - Throws: `InputError` for a patch of more residues that would have to be tried.
  func matchMultiResiduePatches(
    _ unmatched: [ResidueGraph], _ molecule: Molecule, _ neighbours: [[Int]], _ patched: [String: [ResidueTemplate]]
  ) throws -> [PatchMatch] {
    var result: [PatchMatch] = []
    var done: Set<Int> = []
    for patch in patches where patch.residueCount > 1 {
      guard patch.residueCount == 2 else {
        throw InputError(
          name, "patch \(patch.name) changes \(patch.residueCount) residues together", expected: "at most two",
          advice: "convert the system with OpenMM and give its serialized System XML")
      }
      let candidates = (0..<2).map { place in
        templates.filter { allowedPatches[$0.name]?.contains(.init(patch: patch.name, residue: place)) ?? false }
          .flatMap { [$0] + (patched[$0.name] ?? []) }
          .compactMap { patch.apply(to: $0, asResidue: place) }
      }
      for first in unmatched where !done.contains(first.residue) {
        pairs: for second in unmatched where second.residue != first.residue && !done.contains(second.residue) {
          guard Self.areBonded(first, second, molecule, neighbours) else { continue }
          for a in candidates[0] {
            guard let matchesA = try first.match(a) else { continue }
            for b in candidates[1] {
              guard let matchesB = try second.match(b) else { continue }
              let pair = [
                PatchMatch(residue: first.residue, template: a, matches: matchesA),
                PatchMatch(residue: second.residue, template: b, matches: matchesB),
              ]
              guard Self.hasBonds(of: patch, pair, molecule, neighbours) else { continue }
              result += pair
              done.formUnion([first.residue, second.residue])
              break pairs
            }
          }
        }
      }
    }
    return result
  }

  private static func areBonded(
    _ first: ResidueGraph, _ second: ResidueGraph, _ molecule: Molecule, _ neighbours: [[Int]]
  ) -> Bool {
    molecule.residues[first.residue].atoms.contains { atom in
      neighbours[atom].contains { molecule.atoms[$0].residue == second.residue }
    }
  }

  /// Whether the bonds that the patch adds between its residues are there.
  private static func hasBonds(
    of patch: TemplatePatch, _ pair: [PatchMatch], _ molecule: Molecule, _ neighbours: [[Int]]
  ) -> Bool {
    func atom(_ site: TemplatePatch.Site) -> Int? {
      let match = pair[site.residue]
      guard let place = match.matches.firstIndex(where: { match.template.atoms[$0].name == site.name }) else {
        return nil
      }
      return molecule.residues[match.residue].atoms.lowerBound + place
    }
    return patch.addedBonds.filter { $0[0].residue != $0[1].residue }.allSatisfy { bond in
      guard let a = atom(bond[0]), let b = atom(bond[1]) else { return false }
      return neighbours[a].contains(b)
    }
  }
}
