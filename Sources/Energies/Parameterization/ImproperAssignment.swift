/// Chooses terms and atom order of improper torsions.
///
/// The rule: the last one without a wildcard that fits, else the first with one (OpenMM's `_matchImproper`). The order
/// of the outer atoms follows the rule's `ImproperOrdering`; all energies depend on it, because parameters were fitted
/// with LEaP's order, and LEaP sorts by names, elements and places rather than by chemistry.
struct ImproperAssignment {
  struct Result {
    /// The four atoms of the dihedral, once, or three times for `smirnoff`.
    var dihedrals: [[Int]]
    var terms: [TorsionSeriesTerm]
  }

  private struct Rule {
    var atoms: [CompiledSelector]
    var hasWildcard: Bool
    var ordering: ImproperOrdering
    var terms: [TorsionSeriesTerm]
  }

  /// A match in relative places, reused for every centre with the same types: OpenMM decides the order by elements and
  /// indices only the first time it meets a combination of types.
  private struct Match {
    var order: [Int]
    var rule: Int
  }

  private static let permutations = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]]

  private let rules: [Rule]
  private let molecule: Molecule
  private let templateAtoms: [Int]
  private var known: [[TypedAtom]: Match?] = [:]

  init(_ rules: [ImproperRule], _ numbering: TypeNumbering, _ molecule: Molecule, templateAtoms: [Int]) {
    self.rules = rules.map { rule in
      let atoms = rule.torsion.atoms.map { CompiledSelector($0, numbering: numbering) }
      return Rule(
        atoms: atoms, hasWildcard: atoms.contains(where: \.isWildcard), ordering: rule.ordering,
        terms: rule.torsion.terms)
    }
    self.molecule = molecule
    self.templateAtoms = templateAtoms
  }

  /// - Parameter torsion: centre, then its neighbours in ascending order.
  mutating func result(for torsion: [Int], types: [TypedAtom]) -> Result? {
    let match: Match?
    if let earlier = known[types] {
      match = earlier
    } else {
      match = firstMatch(torsion, types)
      known[types] = .some(match)
    }
    guard let match else { return nil }
    let atoms = match.order.map { torsion[$0] }
    let rule = rules[match.rule]
    let dihedrals =
      rule.ordering == .smirnoff
      ? [
        atoms, [atoms[0], atoms[2], atoms[3], atoms[1]], [atoms[0], atoms[3], atoms[1], atoms[2]],
      ] : [atoms]
    return Result(dihedrals: dihedrals, terms: rule.terms)
  }

  private func firstMatch(_ torsion: [Int], _ types: [TypedAtom]) -> Match? {
    var match: Match?
    for (index, rule) in rules.enumerated() {
      if match != nil, rule.hasWildcard { continue }
      guard rule.atoms[0].matches(types[0]) else { continue }
      let fitting = Self.permutations.first { places in
        zip(rule.atoms.dropFirst(), places).allSatisfy { $0.matches(types[$1]) }
      }
      if let fitting { match = Match(order: order(torsion, types, fitting, rule), rule: index) }
    }
    return match
  }

  /// Places in `torsion` of the dihedral's four atoms.
  private func order(_ torsion: [Int], _ types: [TypedAtom], _ places: [Int], _ rule: Rule) -> [Int] {
    switch rule.ordering {
    case .byElement: byElement(torsion, places)
    case .charmm: rule.hasWildcard ? byElement(torsion, places) : [0] + places
    case .smirnoff: [0] + places
    case .amber: byTemplatePlace(torsion, types, places, exact: !rule.hasWildcard)
    }
  }

  private func byElement(_ torsion: [Int], _ places: [Int]) -> [Int] {
    var (a, b) = (places[0], places[1])
    let first = molecule.atoms[torsion[a]].element
    let second = molecule.atoms[torsion[b]].element
    if first == second, torsion[a] > torsion[b] {
      (a, b) = (b, a)
    } else if first != .carbon, second == .carbon || Self.isLighter(first, second) {
      (a, b) = (b, a)
    }
    return [a, b, 0, places[2]]
  }

  /// By atomic mass, which follows the atomic number but for three pairs.
  private static func isLighter(_ a: Element?, _ b: Element?) -> Bool {
    let (first, second) = (a?.atomicNumber ?? 0, b?.atomicNumber ?? 0)
    let exceptions: Set<[Int]> = [[18, 19], [27, 28], [52, 53]]
    return exceptions.contains([min(first, second), max(first, second)]) ? first > second : first < second
  }

  /// LEaP's order: outer atoms of equal type (rules without a wildcard) or equal element (with one) are sorted by
  /// residue and then by place in the template; with a wildcard the first two always are.
  private func byTemplatePlace(_ torsion: [Int], _ types: [TypedAtom], _ places: [Int], exact: Bool) -> [Int] {
    var (a, b, c) = (places[0], places[1], places[2])
    func isAfter(_ first: Int, _ second: Int) -> Bool {
      let (x, y) = (torsion[first], torsion[second])
      return (molecule.atoms[x].residue, templateAtoms[x]) > (molecule.atoms[y].residue, templateAtoms[y])
    }
    func alike(_ first: Int, _ second: Int) -> Bool {
      exact
        ? types[first].type == types[second].type
        : molecule.atoms[torsion[first]].element == molecule.atoms[torsion[second]].element
    }
    // The comparisons refer to the atoms that stood there before any swap.
    let (alikeAC, alikeBC) = (alike(a, c), alike(b, c))
    let alikeAB = exact ? alike(a, b) : true
    if alikeAC, isAfter(a, c) { (a, c) = (c, a) }
    if alikeBC, isAfter(b, c) { (b, c) = (c, b) }
    if alikeAB, isAfter(a, b) { (a, b) = (b, a) }
    return [a, b, 0, c]
  }
}
