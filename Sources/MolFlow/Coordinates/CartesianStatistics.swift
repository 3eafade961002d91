import Energies
import Foundation
import NeuralNetworks
import Sampling

/// What a flow of Cartesian coordinates knows of equilibrium frames before it is trained, in units of `width`.
public struct CartesianStatistics: Sendable, Equatable, Codable {
  /// Deviation of a mean-free coordinate, nm.
  public let width: Double
  /// Mean and deviation of the distances of each class of pairs.
  public let distanceMeans: [Double]
  public let distanceDeviations: [Double]
  /// (1/d)⟨xᵢ·xⱼ⟩ of mean-free configurations, `[N][N]`, the same for pairs of one class.
  public let covariance: [Double]
  /// Handedness of the molecule's stereocentres.
  public let signs: [Int]

  /// - Parameters:
  ///   - frames: `[count][3N]`, nm.
  ///   - signs: of the molecule's stereocentres.
  ///   - axes: d; 2 for clusters in the plane, whose third coordinate does not count.
  /// - Throws: `InputError` where the frames do not span all directions.
  public init(_ frames: borrowing Configurations, classes: PairClasses, signs: [Int] = [], axes: Int = 3) throws {
    self.signs = signs
    let atoms = classes.ofAtoms.count
    precondition(frames.dimension == 3 * atoms && frames.count > 1)
    let pairs = AtomPairs(atoms: atoms)
    let classCount = classes.pairClassCount
    var sums = [Double](repeating: 0, count: classCount)
    var squares = sums
    var counts = sums
    // ⟨d²⟩ of pairs decides the covariance: Sᵢⱼ = ½ (rᵢ + rⱼ − r̄ − ⟨d²ᵢⱼ⟩)/3 with rᵢ the mean of ⟨d²ᵢⱼ⟩ over j.
    for frame in 0..<frames.count {
      for (pair, (i, j)) in pairs.pairs.enumerated() {
        var square = 0.0
        for axis in 0..<axes {
          let d = frames[frame, 3 * i + axis] - frames[frame, 3 * j + axis]
          square += d * d
        }
        let number = classes.ofPairs[pair]
        sums[number] += square.squareRoot()
        squares[number] += square
        counts[number] += 1
      }
    }
    var between = [Double](repeating: 0, count: atoms * atoms)
    for (pair, (i, j)) in pairs.pairs.enumerated() {
      let number = classes.ofPairs[pair]
      between[i * atoms + j] = squares[number] / counts[number]
      between[j * atoms + i] = between[i * atoms + j]
    }
    let rows = (0..<atoms).map { i in
      (0..<atoms).reduce(0) { $0 + between[i * atoms + $1] } / Double(atoms)
    }
    let whole = rows.reduce(0, +) / Double(atoms)
    var covariance = between
    for i in 0..<atoms {
      for j in 0..<atoms {
        covariance[i * atoms + j] = (rows[i] + rows[j] - whole - between[i * atoms + j]) / Double(2 * axes)
      }
    }
    let width = ((0..<atoms).reduce(0) { $0 + covariance[$1 * atoms + $1] } / Double(atoms)).squareRoot()
    self.width = width
    self.covariance = covariance.map { $0 / (width * width) }
    distanceMeans = (0..<classCount).map { sums[$0] / counts[$0] / width }
    distanceDeviations = (0..<classCount).map { number in
      let mean = sums[number] / counts[number]
      return max(1e-3, max(0, squares[number] / counts[number] - mean * mean).squareRoot() / width)
    }
    guard EquivariantNormalProposal(covariance: self.covariance, atoms: atoms) != nil else {
      throw InputError(
        "frames", "do not determine a covariance matrix", expected: "well over \(atoms) different shapes",
        found: "\(frames.count) frames")
    }
  }

  /// Whether numbers from a file fit a molecule.
  func isValid(for molecule: Molecule) -> Bool {
    let atoms = molecule.atomCount
    guard distanceMeans.count == PairClasses(molecule).pairClassCount,
      signs.count == ChiralCenters(molecule).centers.count, covariance.count == atoms * atoms,
      covariance.allSatisfy(\.isFinite)
    else { return false }
    return width > 0 && distanceMeans.count == distanceDeviations.count
      && EquivariantNormalProposal(covariance: covariance, atoms: atoms) != nil
      && ([width] + covariance + distanceMeans + distanceDeviations).allSatisfy(\.isFinite)
      && distanceDeviations.allSatisfy { $0 > 0 }
  }
}
