import Energies
import Estimators
import Foundation

/// A number that each configuration has and along which free energies are wanted: a dihedral, an angle or a distance.
struct CollectiveVariable {
  enum Kind {
    case dihedral(SIMD4<Int>)
    case angle(SIMD3<Int>)
    case distance(SIMD2<Int>)
  }

  var name: String
  /// For axes of plots.
  var label: String
  var kind: Kind

  var isCircular: Bool { if case .dihedral = kind { true } else { false } }

  /// "rad" or "nm".
  var unit: String { if case .distance = kind { "nm" } else { "rad" } }

  /// Of every configuration, rad or nm; NaN where a dihedral is undefined.
  func values(_ x: Configurations) -> [Double] {
    switch kind {
    case .dihedral(let atoms): return x.dihedrals(atoms)
    case .angle(let atoms):
      return (0..<x.count).map { sample in
        let vertex = x.position(sample: sample, atom: atoms.y)
        let u = x.position(sample: sample, atom: atoms.x) - vertex
        let v = x.position(sample: sample, atom: atoms.z) - vertex
        let normal = cross(u, v)
        return atan2((normal * normal).sum().squareRoot(), (u * v).sum())
      }
    case .distance(let atoms):
      return (0..<x.count).map { sample in
        let d = x.position(sample: sample, atom: atoms.x) - x.position(sample: sample, atom: atoms.y)
        return (d * d).sum().squareRoot()
      }
    }
  }

  /// The variable that a name or a list of atoms means: a region of the system, a torsion of the backbone, or
  /// `dihedral:4,6,8,14`, `angle:4,6,8`, `distance:0,5`.
  init(_ text: String, description: SystemDescription, molecule: Molecule) throws {
    let backbone = BackboneDihedrals(molecule)
    if let region = description.regions.first(where: { $0.name == text }) {
      self.init(name: text, label: Self.label(text), kind: .dihedral(region.atoms))
      return
    }
    if let torsion = backbone.all.first(where: { $0.name == text }) {
      self.init(name: text, label: torsion.label, kind: .dihedral(torsion.atoms))
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    let atoms = parts.count == 2 ? parts[1].split(separator: ",").map { Int($0) } : []
    let indices = atoms.compactMap { $0 }
    guard parts.count == 2, indices.count == atoms.count, indices.allSatisfy({ (0..<molecule.atomCount).contains($0) }),
      Set(indices).count == indices.count
    else {
      throw UsageError(
        "'\(text)' is no collective variable of this molecule",
        advice: "one of \((description.regions.map(\.name) + backbone.all.map(\.name)).joined(separator: ", ")), or "
          + "dihedral:4,6,8,14, angle:4,6,8, distance:0,5 with atoms counted from 0, below \(molecule.atomCount)")
    }
    let label = indices.map { molecule.label(ofAtom: $0) }.joined(separator: " ")
    switch (parts[0], indices.count) {
    case ("dihedral", 4):
      self.init(name: text, label: label, kind: .dihedral(SIMD4(indices[0], indices[1], indices[2], indices[3])))
    case ("angle", 3): self.init(name: text, label: label, kind: .angle(SIMD3(indices[0], indices[1], indices[2])))
    case ("distance", 2): self.init(name: text, label: label, kind: .distance(SIMD2(indices[0], indices[1])))
    default:
      throw UsageError(
        "'\(text)' has \(indices.count) atoms", advice: "a dihedral has four, an angle three, a distance two")
    }
  }

  init(name: String, label: String, kind: Kind) {
    self.name = name
    self.label = label
    self.kind = kind
  }

  init(_ torsion: BackboneDihedrals.Torsion) {
    self.init(name: torsion.name, label: torsion.label, kind: .dihedral(torsion.atoms))
  }

  /// φ for "phi" and so on.
  static func label(_ name: String) -> String {
    ["phi": "φ", "psi": "ψ", "omega": "ω", "chi": "χ"][name] ?? name
  }

  /// Bins for a profile: around the circle, or over the range of the values.
  func axis(_ values: [Double], bins: Int) -> HistogramAxis {
    if isCircular { return .circular(bins: bins) }
    let finite = values.filter(\.isFinite)
    let low = finite.min() ?? 0, high = finite.max() ?? 1
    return .linear(low...max(high, low.nextUp), bins: bins)
  }

  /// A side of the variable that free energies compare with the rest.
  struct Region {
    var lower: Double
    var upper: Double

    func contains(_ value: Double, circular: Bool) -> Bool {
      circular ? CircularRange(from: lower, to: upper).contains(value) : value >= lower && value < upper
    }
  }
}
