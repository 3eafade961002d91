import Energies
import Foundation
import NeuralNetworks

/// What a network is told about each atom that it places: everything of a molecule that enters an autoregressive flow.
///
/// For the atom of each row of the z-matrix, and the three atoms that it is placed from: element, charge, Lennard-Jones
/// radius and depth, degree; for the row the centres of its coordinates, whether it is a sibling, and its place
/// and its references' places in the order of placement as sines and cosines.
///
/// Shape `[features][rows]`.
public struct PlacementFeatures: Sendable {
  public let matrix: ConstantMatrix

  static let elements: [Element] = [.hydrogen, .carbon, .nitrogen, .oxygen, .sulfur]
  private static let placeFrequencies = 6

  public static var count: Int { 4 * (elements.count + 4) + 4 + 4 * 2 * placeFrequencies }

  public init(_ system: MolecularSystem, zMatrix: ZMatrix, scaling: CoordinateScaling) {
    let molecule = system.molecule
    let particles = system.term(Nonbonded.self)?.particles
    let neighbours = molecule.neighbours
    func atomFeatures(_ atom: Int?) -> [Double] {
      guard let atom else { return [Double](repeating: 0, count: Self.elements.count + 4) }
      let particle = particles?[atom]
      return Self.elements.map { molecule.atoms[atom].element == $0 ? 1 : 0 } + [
        particle?.charge ?? 0, 5 * (particle?.sigma ?? 0), particle?.epsilon ?? 0,
        0.25 * Double(neighbours[atom].count),
      ]
    }
    var place: [Int: Int] = [zMatrix.root: 0]
    for (index, row) in zMatrix.rows.enumerated() { place[row.atom] = index + 1 }
    func placeFeatures(_ atom: Int?) -> [Double] {
      (0..<Self.placeFrequencies).flatMap { k -> [Double] in
        guard let atom else { return [0, 0] }
        // Periods from 3 to 3·2⁵ places.
        let angle = 2 * Double.pi * Double(place[atom]!) / (3 * pow(2, Double(k)))
        return [sin(angle), cos(angle)]
      }
    }
    let columns = zip(zMatrix.rows, scaling.rows).map { row, scaled -> [Double] in
      let atoms = [row.atom, row.bonded, row.angled, row.twisted]
      return atoms.flatMap(atomFeatures) + [
        10 * scaled.bond.center - 1, (scaled.angle?.center ?? 1.9) - 1.9, sin(scaled.sibling?.center ?? 0),
        row.isSibling ? 1 : 0,
      ] + atoms.flatMap(placeFeatures)
    }
    let values = (0..<Self.count).flatMap { feature in columns.map { $0[feature] } }
    matrix = ConstantMatrix(values, rows: Self.count, columns: columns.count)
  }
}
