import CLaneKernels

/// Lennard-Jones and Coulomb interactions of all pairs, with exceptions and, optionally, a cutoff.
///
/// U_LJ = 4 ε [(σ/r)¹² − (σ/r)⁶] with σ = (σᵢ + σⱼ)/2, ε = √(εᵢ εⱼ); U_C = C qᵢ qⱼ / r, C = 1/(4π ε₀).
/// With a cutoff r_c and reaction-field dielectric ε_rf (Tironi et al. 1995, doi:10.1063/1.469273), pairs beyond r_c
/// vanish and U_C = C qᵢ qⱼ (1/r + k_rf r² − c_rf), k_rf = (ε_rf − 1)/((2 ε_rf + 1) r_c³),
/// c_rf = 3 ε_rf/((2 ε_rf + 1) r_c). Exceptions replace the interaction of their pair and are never cut off.
public struct Nonbonded: EnergyTerm {
  public struct Particle: Sendable, Equatable {
    /// e
    public var charge: Double
    /// nm
    public var sigma: Double
    /// kJ/mol
    public var epsilon: Double

    public init(charge: Double, sigma: Double, epsilon: Double) {
      self.charge = charge
      self.sigma = sigma
      self.epsilon = epsilon
    }
  }

  /// Replaces the interaction of one pair; all zero means excluded.
  public struct Exception: Sendable, Equatable {
    public var i: Int
    public var j: Int
    /// e²
    public var chargeProduct: Double
    /// nm
    public var sigma: Double
    /// kJ/mol
    public var epsilon: Double

    public init(_ i: Int, _ j: Int, chargeProduct: Double, sigma: Double, epsilon: Double) {
      self.i = i
      self.j = j
      self.chargeProduct = chargeProduct
      self.sigma = sigma
      self.epsilon = epsilon
    }
  }

  /// A non-periodic cutoff.
  public struct Cutoff: Sendable, Equatable {
    /// r_c, nm
    public var distance: Double
    /// ε_rf; 1 where an implicit solvent is present, 78.3 by OpenMM's default.
    public var reactionFieldDielectric: Double

    public init(distance: Double, reactionFieldDielectric: Double) {
      precondition(distance > 0)
      self.distance = distance
      self.reactionFieldDielectric = reactionFieldDielectric
    }

    /// r_c²
    fileprivate var squaredDistance: Double { distance * distance }
    /// k_rf
    fileprivate var quadratic: Double {
      (reactionFieldDielectric - 1) / ((2 * reactionFieldDielectric + 1) * distance * distance * distance)
    }
    /// c_rf
    fileprivate var shift: Double { 3 * reactionFieldDielectric / ((2 * reactionFieldDielectric + 1) * distance) }
  }

  public static let componentNames = ["lennard_jones", "coulomb"]
  public let particles: [Particle]
  public let exceptions: [Exception]
  public let cutoff: Cutoff?
  private let regular: PairTable
  private let exceptional: PairTable

  public init(particles: [Particle], exceptions: [Exception], cutoff: Cutoff? = nil) {
    precondition(exceptions.allSatisfy { $0.i != $0.j && max($0.i, $0.j) < particles.count && min($0.i, $0.j) >= 0 })
    self.particles = particles
    self.exceptions = exceptions
    self.cutoff = cutoff
    var replaced = Set<Bond>()
    var special = PairList()
    for exception in exceptions.sorted(by: { Bond($0.i, $0.j) < Bond($1.i, $1.j) }) {
      let pair = Bond(exception.i, exception.j)
      replaced.insert(pair)
      guard exception.chargeProduct != 0 || exception.epsilon != 0 else { continue }
      special.append(
        pair.first, pair.second, sigma: exception.sigma, epsilon: exception.epsilon,
        chargeProduct: exception.chargeProduct)
    }
    var all = PairList()
    for i in particles.indices {
      for j in particles.indices.dropFirst(i + 1) where !replaced.contains(Bond(i, j)) {
        let a = particles[i], b = particles[j]
        all.append(
          i, j, sigma: (a.sigma + b.sigma) / 2, epsilon: (a.epsilon * b.epsilon).squareRoot(),
          chargeProduct: a.charge * b.charge)
      }
    }
    regular = PairTable(all)
    exceptional = PairTable(special)
  }

  public var largestAtomIndex: Int { particles.count - 1 }

  public func accumulate(_ block: LaneBlock) {
    let coulomb = block.energies + LaneBlock.lanes
    regular.withTable(cutoff: cutoff) { table in
      lane_nonbonded_pairs(table, block.positions, block.forces, block.energies, coulomb)
    }
    exceptional.withTable(cutoff: nil) { table in
      lane_nonbonded_pairs(table, block.positions, block.forces, block.energies, coulomb)
    }
  }

  public func accumulate(_ block: SingleLaneBlock) {
    let coulomb = block.energies + SingleLaneBlock.lanes
    regular.withSingleTable(cutoff: cutoff) { table in
      lane_nonbonded_pairs_single(table, block.positions, block.forces, block.energies, coulomb)
    }
    exceptional.withSingleTable(cutoff: nil) { table in
      lane_nonbonded_pairs_single(table, block.positions, block.forces, block.energies, coulomb)
    }
  }

  /// Pairs with U = a/r¹² − b/r⁶ + q/r, sorted by the first atom.
  private struct PairList {
    var atoms: [Int32] = []
    var a: [Double] = []
    var b: [Double] = []
    var q: [Double] = []

    mutating func append(_ i: Int, _ j: Int, sigma: Double, epsilon: Double, chargeProduct: Double) {
      let sigma3 = sigma * sigma * sigma
      let sigma6 = sigma3 * sigma3
      atoms += [Int32(i), Int32(j)]
      a.append(4 * epsilon * sigma6 * sigma6)
      b.append(4 * epsilon * sigma6)
      q.append(Units.coulombConstant * chargeProduct)
    }
  }

  /// The same as the kernels read it.
  private struct PairTable: Sendable {
    let count: Int
    let atoms: [Int32]
    /// a, then b, then q.
    let columns: ParameterColumns

    init(_ list: PairList) {
      count = list.q.count
      atoms = list.atoms
      columns = ParameterColumns(list.a + list.b + list.q)
    }

    func withTable(cutoff: Cutoff?, _ body: (UnsafePointer<lane_pairs>) -> Void) {
      atoms.withUnsafeBufferPointer { atoms in
        columns.double.withUnsafeBufferPointer { columns in
          guard let base = columns.baseAddress else { return }
          var table = lane_pairs(
            count: Int32(count), atoms: atoms.baseAddress, a: base, b: base + count, q: base + 2 * count,
            cutoff2: cutoff?.squaredDistance ?? 0, k_rf: cutoff?.quadratic ?? 0, c_rf: cutoff?.shift ?? 0)
          body(&table)
        }
      }
    }

    func withSingleTable(cutoff: Cutoff?, _ body: (UnsafePointer<lane_pairs_single>) -> Void) {
      atoms.withUnsafeBufferPointer { atoms in
        columns.single.withUnsafeBufferPointer { columns in
          guard let base = columns.baseAddress else { return }
          var table = lane_pairs_single(
            count: Int32(count), atoms: atoms.baseAddress, a: base, b: base + count, q: base + 2 * count,
            cutoff2: Float(cutoff?.squaredDistance ?? 0), k_rf: Float(cutoff?.quadratic ?? 0),
            c_rf: Float(cutoff?.shift ?? 0))
          body(&table)
        }
      }
    }
  }
}
