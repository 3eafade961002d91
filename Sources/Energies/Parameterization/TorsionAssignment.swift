/// Chooses the Fourier terms of proper torsions: the first rule without a wildcard that fits, else the first with one.
struct ProperTorsionAssignment {
  private struct Rule {
    var atoms: [CompiledSelector]
    var hasWildcard: Bool
    var terms: [TorsionSeriesTerm]
  }

  private let rules: [Rule]
  private var known: [[TypedAtom]: [TorsionSeriesTerm]] = [:]

  init(_ rules: [TorsionRule], _ numbering: TypeNumbering) {
    self.rules = rules.map { rule in
      let atoms = rule.atoms.map { CompiledSelector($0, numbering: numbering) }
      return Rule(atoms: atoms, hasWildcard: atoms.contains(where: \.isWildcard), terms: rule.terms)
    }
  }

  mutating func terms(for types: [TypedAtom]) -> [TorsionSeriesTerm] {
    if let terms = known[types] { return terms }
    let reversed = Array(types.reversed())
    var found: Rule?
    for rule in rules where rule.atoms.fits(types) || rule.atoms.fits(reversed) {
      if found == nil || !rule.hasWildcard { found = rule }
      if !rule.hasWildcard { break }
    }
    let terms = found?.terms ?? []
    known[types] = terms
    known[reversed] = terms
    return terms
  }
}

extension [CompiledSelector] {
  func fits(_ types: [TypedAtom]) -> Bool { zip(self, types).allSatisfy { $0.matches($1) } }
}
