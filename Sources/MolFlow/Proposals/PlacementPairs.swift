import CLaneKernels
import Energies
import Foundation

/// Memory for the candidate places of an atom, and for what is said of each.
struct PlacementGrid {
  let count: Int
  var x: [Double]
  var y: [Double]
  var z: [Double]
  /// kJ/mol
  var energy: [Double]
  /// Lennard-Jones energies, kJ/mol.
  var contact: [Double]
  /// Coulomb energies with the solvent's screening, kJ/mol.
  var electrostatic: [Double]
  /// Scratch, as `second`.
  var first: [Double]
  var second: [Double]

  /// `count` must be a multiple of 8, the lanes of the vectorised functions.
  init(count: Int) {
    precondition(count % 8 == 0)
    self.count = count
    x = [Double](repeating: 0, count: count)
    (y, z, energy, contact, electrostatic, first, second) = (x, x, x, x, x, x, x)
  }

  func place(_ k: Int) -> SIMD3<Double> { SIMD3(x[k], y[k], z[k]) }

  mutating func set(_ k: Int, _ place: SIMD3<Double>) { (x[k], y[k], z[k]) = (place.x, place.y, place.z) }

  /// Sets the energies of pairs to zero.
  mutating func clear() {
    for k in 0..<count { (contact[k], electrostatic[k]) = (0, 0) }
  }
}

/// Lennard-Jones and Coulomb energies of one atom with others that stand, at many candidate places of the atom at once.
///
/// Coulomb energies are screened by a generalized Born solvent whose radii do not change:
/// a/r¹² − b/r⁶ + q/r − s/f, f² = r² + B e^{−r²/4B} (Still et al. 1990, doi:10.1021/ja00172a038).
struct PlacementPairs: Sendable {
  private(set) var others: [Int32] = []
  /// a, b, q, s and B, the product of two Born radii, of each pair; kJ/mol and nm.
  private var parameters: [Double] = []
  /// The same in single precision.
  private(set) var singleParameters: [Float] = []

  /// Born radii in units of an atom's offset radius. Radii in molecules are larger, 1.2 to 2; but then pairs that attract miss what it costs
  /// to take them from the solvent. Of 0.01 to 2.2 this one made frames of six dipeptides likeliest, by 2.5 kT each over a Coulomb
  /// energy that is a fourth everywhere.
  private static let bornRadius = 0.9

  /// nm². Below 0.03 nm all places are equally hopeless; the floor keeps the sum finite.
  static let nearestSquared = 9e-4

  init(of atom: Int, with others: Set<Int>, in system: MolecularSystem) {
    self.init(atom, charge: nil, with: others, charges: nil, in: system)
  }

  /// An atom that may stand for its hydrogens too, with others that are more than three bonds away.
  ///
  /// - Parameters:
  ///   - charge: of all that it stands for, e.
  ///   - charges: of the other atoms.
  init(
    ofUnited atom: Int, charge: Double, with others: Set<Int>, charges: [Double], in system: MolecularSystem
  ) {
    self.init(atom, charge: charge, with: others, charges: charges, in: system)
  }

  private init(
    _ atom: Int, charge: Double?, with others: Set<Int>, charges: [Double]?, in system: MolecularSystem
  ) {
    guard let nonbonded = system.term(Nonbonded.self) else { return }
    let solvent = system.term(GeneralizedBorn.self)
    var exceptions: [Int: Nonbonded.Exception] = [:]
    for exception in nonbonded.exceptions where exception.i == atom || exception.j == atom {
      exceptions[exception.i == atom ? exception.j : exception.i] = exception
    }
    let own = nonbonded.particles[atom]
    for other in others.sorted() where charge == nil || exceptions[other] == nil {
      var sigma = (own.sigma + nonbonded.particles[other].sigma) / 2
      var epsilon = (own.epsilon * nonbonded.particles[other].epsilon).squareRoot()
      var chargeProduct = (charge ?? own.charge) * (charges?[other] ?? nonbonded.particles[other].charge)
      if let exception = exceptions[other] {
        (sigma, epsilon, chargeProduct) = (exception.sigma, exception.epsilon, exception.chargeProduct)
      }
      let screening =
        solvent.map { solvent in
          // Without salt, whose screening sets in at longer distances than these.
          let constants = solvent.parameters
          return constants.coulombConstant * (1 / constants.soluteDielectric - 1 / constants.solventDielectric)
            * (charge ?? solvent.particles[atom].charge) * (charges?[other] ?? solvent.particles[other].charge)
        } ?? 0
      guard epsilon != 0 || chargeProduct != 0 || screening != 0 else { continue }
      let sigma6 = pow(sigma, 6)
      let radii =
        solvent.map { solvent in
          [atom, other].reduce(1) { $0 * Self.bornRadius * solvent.particles[$1].offsetRadius }
        } ?? 1
      self.others.append(Int32(other))
      parameters += [
        4 * epsilon * sigma6 * sigma6, 4 * epsilon * sigma6, Units.coulombConstant * chargeProduct, screening, radii,
      ]
    }
    singleParameters = parameters.map { Float($0) }
  }

  /// Adds energies (kJ/mol) at the candidate places to `grid.contact` and `grid.electrostatic`.
  func add(to grid: inout PlacementGrid, positions: [SIMD3<Double>]) {
    guard !others.isEmpty else { return }
    let numbers = MemoryLayout<SIMD3<Double>>.stride / MemoryLayout<Double>.stride
    others.withUnsafeBufferPointer { others in
      parameters.withUnsafeBufferPointer { parameters in
        var pairs = lane_placement(
          count: Int32(others.count), others: others.baseAddress, parameters: parameters.baseAddress,
          position_stride: Int64(numbers), nearest_squared: Self.nearestSquared)
        positions.withUnsafeBytes { positions in
          lane_placement_pairs(
            &pairs, positions.baseAddress?.assumingMemoryBound(to: Double.self), Int64(grid.count), grid.x, grid.y,
            grid.z, &grid.contact, &grid.electrostatic)
        }
      }
    }
  }
}
