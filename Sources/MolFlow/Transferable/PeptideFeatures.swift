import Energies
import NeuralNetworks

/// What a transferable network is told about each atom that it places: `PlacementFeatures` and `PeptideAtomFeatures`. `[features][rows]`.
public struct PeptideFeatures: Sendable {
  public let matrix: ConstantMatrix

  public static var count: Int { PlacementFeatures.count + PeptideAtomFeatures.count }

  public init(_ system: MolecularSystem, zMatrix: ZMatrix, scaling: CoordinateScaling) {
    let basic = PlacementFeatures(system, zMatrix: zMatrix, scaling: scaling).matrix
    let columns = zMatrix.rows.enumerated().map { place, row in
      (0..<basic.rows).map { basic.values[$0 * basic.columns + place] }
        + PeptideAtomFeatures.values(of: row.atom, in: system.molecule)
    }
    let values = (0..<Self.count).flatMap { feature in columns.map { $0[feature] } }
    matrix = ConstantMatrix(values, rows: Self.count, columns: columns.count)
  }
}
