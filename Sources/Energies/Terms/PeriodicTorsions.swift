import CLaneKernels
import Foundation

/// Periodic torsions, proper and improper, U = k (1 + cos(nφ − φ₀)), φ the dihedral i–j–k–l (IUPAC sign: trans is π).
public struct PeriodicTorsions: EnergyTerm {
  public struct Parameters: Sendable, Equatable {
    public var i: Int
    public var j: Int
    public var k: Int
    public var l: Int
    /// n ≥ 0
    public var periodicity: Int
    /// φ₀, rad
    public var phase: Double
    /// k, kJ/mol
    public var forceConstant: Double

    public init(_ i: Int, _ j: Int, _ k: Int, _ l: Int, periodicity: Int, phase: Double, forceConstant: Double) {
      self.i = i
      self.j = j
      self.k = k
      self.l = l
      self.periodicity = periodicity
      self.phase = phase
      self.forceConstant = forceConstant
    }
  }

  public static let componentNames = ["torsion"]
  public let torsions: [Parameters]
  private let series: FourierSeries
  /// c₀ of every dihedral, then their coefficients.
  private let columns: ParameterColumns

  public init(_ torsions: [Parameters]) {
    precondition(torsions.allSatisfy { (0...12).contains($0.periodicity) }, "periodicity must be 0 … 12")
    self.torsions = torsions
    series = FourierSeries(torsions)
    columns = ParameterColumns(series.constants + series.coefficients)
  }

  public var largestAtomIndex: Int { torsions.reduce(-1) { max($0, $1.i, $1.j, $1.k, $1.l) } }

  public func accumulate(_ block: LaneBlock) {
    series.indices.withUnsafeBufferPointer { indices in
      columns.double.withUnsafeBufferPointer { columns in
        let count = series.count
        guard let atoms = indices.baseAddress, let base = columns.baseAddress else { return }
        var table = lane_torsions(
          count: Int32(count), atoms: atoms, periodicity: atoms + 4 * count, start: atoms + 5 * count, constant: base,
          series: base + count)
        lane_periodic_torsions(&table, block.positions, block.forces, block.energies)
      }
    }
  }

  public func accumulate(_ block: SingleLaneBlock) {
    series.indices.withUnsafeBufferPointer { indices in
      columns.single.withUnsafeBufferPointer { columns in
        let count = series.count
        guard let atoms = indices.baseAddress, let base = columns.baseAddress else { return }
        var table = lane_torsions_single(
          count: Int32(count), atoms: atoms, periodicity: atoms + 4 * count, start: atoms + 5 * count, constant: base,
          series: base + count)
        lane_periodic_torsions_single(&table, block.positions, block.forces, block.energies)
      }
    }
  }

  /// Torsions about the same four atoms, merged into c₀ + Σₙ (aₙ cos nφ + bₙ sin nφ): k (1 + cos(nφ − φ₀)) has
  /// aₙ = k cos φ₀ and bₙ = k sin φ₀, so each dihedral's geometry is evaluated once.
  private struct FourierSeries: Sendable {
    /// Four atoms of every dihedral, then the highest n of each, then where the coefficients of each begin.
    var indices: [Int32] = []
    var count: Int { constants.count }
    var constants: [Double] = []
    var coefficients: [Double] = []

    init(_ torsions: [Parameters]) {
      var order: [[Int]] = []
      var terms: [[Int]: [Parameters]] = [:]
      for torsion in torsions where torsion.forceConstant != 0 {
        // The dihedral read backwards is the same angle.
        let forward = [torsion.i, torsion.j, torsion.k, torsion.l]
        let key = (forward[1], forward[0]) <= (forward[2], forward[3]) ? forward : forward.reversed()
        if terms[key] == nil { order.append(key) }
        terms[key, default: []].append(torsion)
      }
      var periodicities: [Int32] = []
      var starts: [Int32] = []
      for key in order {
        let group = terms[key]!
        let highest = group.map(\.periodicity).max()!
        var constant = 0.0
        var pairs = [Double](repeating: 0, count: 2 * highest)
        for torsion in group {
          constant += torsion.forceConstant
          let cosine = torsion.forceConstant * cos(torsion.phase)
          let sine = torsion.forceConstant * sin(torsion.phase)
          if torsion.periodicity == 0 {
            constant += cosine
          } else {
            pairs[2 * torsion.periodicity - 2] += cosine
            pairs[2 * torsion.periodicity - 1] += sine
          }
        }
        indices += key.map(Int32.init)
        periodicities.append(Int32(highest))
        starts.append(Int32(coefficients.count))
        constants.append(constant)
        coefficients += pairs
      }
      indices += periodicities + starts
    }
  }
}
