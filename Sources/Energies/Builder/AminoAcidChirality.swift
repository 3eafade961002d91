/// Handedness that the names of amino-acid atoms imply: L at every C-alpha, (2S,3S)-isoleucine, (2S,3R)-threonine.
///
/// Stated as the sign of (a − c) · [(b − c) × (d − c)] for three named neighbours a, b, d of the center c. L is
/// (N, C, CB) > 0: seen with HA towards the eye, C, CB, N run clockwise (IUPAC-IUB 1984,
/// doi:10.1111/j.1432-1033.1984.tb07877.x). Cysteine's C-alpha is R by name of priorities, yet L like the others.
public struct AminoAcidChirality: Sendable, Equatable {
  public struct Rule: Sendable, Equatable {
    public let center: Int
    /// Three neighbours whose triple product must be positive.
    public let positive: SIMD3<Int>
  }

  /// Ascending by center.
  public let rules: [Rule]

  /// Rules for the centers of `molecule` that bear the names of an amino acid; glycine, caps and centers with other
  /// names have none.
  public init(_ molecule: Molecule) {
    let neighbours = molecule.neighbours
    rules = ChiralCenters(molecule).centers.compactMap { center in
      func neighbour(_ name: String) -> Int? {
        neighbours[center.atom].first { molecule.atoms[$0].name == name }
      }
      let names: [String]
      switch molecule.atoms[center.atom].name {
      case "CA": names = ["N", "C", "CB"]
      case "CB" where neighbour("OG1") != nil: names = ["CA", "OG1", "CG2"]
      case "CB": names = ["CA", "CG1", "CG2"]
      default: return nil
      }
      let atoms = names.compactMap(neighbour)
      return atoms.count == 3 ? Rule(center: center.atom, positive: SIMD3(atoms[0], atoms[1], atoms[2])) : nil
    }
  }

  /// Triple product of unit vectors to the rule's neighbours; about +0.77 where the handedness is right.
  public static func volume(of rule: Rule, in x: borrowing Configurations, sample: Int) -> Double {
    volume(
      center: x.position(sample: sample, atom: rule.center), x.position(sample: sample, atom: rule.positive.x),
      x.position(sample: sample, atom: rule.positive.y), x.position(sample: sample, atom: rule.positive.z))
  }

  /// Triple product of the unit vectors from `center` to a, b and d.
  static func volume(
    center: SIMD3<Double>, _ a: SIMD3<Double>, _ b: SIMD3<Double>, _ d: SIMD3<Double>
  ) -> Double {
    PlacementGeometry.dot(
      PlacementGeometry.unit(a - center),
      PlacementGeometry.cross(PlacementGeometry.unit(b - center), PlacementGeometry.unit(d - center)))
  }

  /// Centers of one sample whose handedness is not that of the names.
  public func wrongCenters(in x: borrowing Configurations, sample: Int = 0) -> [Int] {
    var wrong: [Int] = []
    for rule in rules where !(Self.volume(of: rule, in: x, sample: sample) > 0) { wrong.append(rule.center) }
    return wrong
  }
}
