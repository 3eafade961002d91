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

  public init(_ torsions: [Parameters]) {
    precondition(torsions.allSatisfy { (0...12).contains($0.periodicity) }, "periodicity must be 0 … 12")
    self.torsions = torsions
    series = FourierSeries(torsions)
  }

  public var largestAtomIndex: Int { torsions.reduce(-1) { max($0, $1.i, $1.j, $1.k, $1.l) } }

  public func accumulate(_ block: LaneBlock) {
    series.atoms.withUnsafeBufferPointer { atoms in
      series.periodicities.withUnsafeBufferPointer { periodicities in
        series.starts.withUnsafeBufferPointer { starts in
          series.constants.withUnsafeBufferPointer { constants in
            series.coefficients.withUnsafeBufferPointer { coefficients in
              var table = lane_torsions(
                count: Int32(series.periodicities.count), atoms: atoms.baseAddress,
                periodicity: periodicities.baseAddress, start: starts.baseAddress, constant: constants.baseAddress,
                series: coefficients.baseAddress)
              lane_periodic_torsions(&table, block.positions, block.forces, block.energies)
            }
          }
        }
      }
    }
  }

  /// Torsions about the same four atoms, merged into c₀ + Σₙ (aₙ cos nφ + bₙ sin nφ): k (1 + cos(nφ − φ₀)) has
  /// aₙ = k cos φ₀ and bₙ = k sin φ₀, so each dihedral's geometry is evaluated once.
  private struct FourierSeries: Sendable {
    var atoms: [Int32] = []
    var periodicities: [Int32] = []
    var starts: [Int32] = []
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
        atoms += key.map(Int32.init)
        periodicities.append(Int32(highest))
        starts.append(Int32(coefficients.count))
        constants.append(constant)
        coefficients += pairs
      }
    }
  }
}
