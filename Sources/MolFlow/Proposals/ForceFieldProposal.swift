import Energies
import Foundation
import Randomness
import Sampling

/// A proposal that needs no training: internal coordinates one after another along the z-matrix, each from what the
/// force field says about the atom given those already placed.
///
/// Bond and angle are normal with the mean and thermal width √(kT/k) of their own harmonic terms; the torsion has a
/// piecewise-linear density on a grid, e^{−u/kT} of the terms that the new atom completes (`PlacementEnergy`), mixed
/// with a uniform floor. log q(x) = Σ log p(bond) + log p(angle) + log p(torsion) − log J (see `InternalCoordinates`).
/// A force field does not tell a molecule from its mirror image, but a chemist does: at every stereocentre the first
/// dihedral between siblings keeps the sign that it has in a reference structure, so only that stereoisomer is drawn, and
/// Z is the partition function of that stereoisomer.
/// What later atoms do to earlier torsions is not in it: the importance weights carry that.
public struct ForceFieldProposal: Proposal {
  public struct Options: Sendable, Equatable {
    /// Nodes of each torsion's density; a multiple of 8.
    public var gridNodes = 120
    /// Share of the uniform density in each torsion.
    public var uniformFloor = 0.01

    public init() {}
  }

  public let coordinates: InternalCoordinates
  public let options: Options
  /// Threads that share the samples; the result does not depend on it.
  public var threads: Int
  private let kT: Double
  private let rows: [RowDensity]

  private struct RowDensity: Sendable {
    var bond: TruncatedNormal
    var angle: TruncatedNormal?
    var torsion: PlacementEnergy?
    /// Nodes of the torsion's grid that it may have: all, or those of one sign.
    var allowedNodes: Range<Int>
  }

  /// - Parameter reference: one configuration, nm, whose stereocentres the samples share; not needed without stereocentres.
  /// - Throws: `InputError` where a stereocentre has no reference, or where a bond or angle of the z-matrix has no harmonic term.
  public init(
    _ system: MolecularSystem, reference: Configurations?, state: ThermodynamicState, options: Options = Options(),
    threads: Int = 1
  ) throws {
    let zMatrix = try ZMatrix(system.molecule)
    coordinates = InternalCoordinates(zMatrix, threads: threads)
    self.options = options
    self.threads = threads
    kT = state.kT
    let kT = state.kT
    let molecule = system.molecule
    let bondTerms = system.term(HarmonicBonds.self)?.bonds ?? []
    let angleTerms = system.term(HarmonicAngles.self)?.angles ?? []

    func missing(_ kind: String, _ atoms: [Int]) -> InputError {
      InputError(
        "system", "the proposal needs a harmonic \(kind) term",
        expected:
          "a \(kind) term with a positive force constant for \(atoms.map(molecule.label(ofAtom:)).joined(separator: " – "))",
        found: "none", advice: "check that the force field covers these atoms, and that the system has no constraints")
    }

    let centers = Set(ChiralCenters(molecule).centers.map(\.atom))
    if reference == nil, let center = centers.min() {
      throw InputError(
        "system", "the handedness of \(molecule.label(ofAtom: center)) is not known",
        expected: "a structure that shows every stereocentre", found: "no coordinates",
        advice: "give coordinates with the system, for example --inpcrd FILE")
    }
    let signs = reference.map { Self.torsions(of: zMatrix, in: $0) }
    var decided = Set<Int>()
    var placed: Set<Int> = [zMatrix.root]
    var densities: [RowDensity] = []
    for (index, row) in zMatrix.rows.enumerated() {
      guard
        let bond = bondTerms.first(where: { Bond($0.i, $0.j) == Bond(row.atom, row.bonded) && $0.forceConstant > 0 })
      else { throw missing("bond", [row.atom, row.bonded]) }
      var density = RowDensity(
        bond: TruncatedNormal(
          mean: bond.length, standardDeviation: (kT / bond.forceConstant).squareRoot(),
          bounds: 0.25 * bond.length...4 * bond.length),
        allowedNodes: 0..<options.gridNodes)
      if let angled = row.angled {
        let ends = Set([row.atom, angled])
        guard
          let angle = angleTerms.first(where: {
            $0.j == row.bonded && Set([$0.i, $0.k]) == ends && $0.forceConstant > 0
          })
        else { throw missing("angle", [row.atom, row.bonded, angled]) }
        density.angle = TruncatedNormal(
          mean: angle.angle, standardDeviation: (kT / angle.forceConstant).squareRoot(), bounds: 0...Double.pi)
      }
      if row.twisted != nil {
        density.torsion = PlacementEnergy(row: row, placed: placed, system: system)
      }
      if let signs, row.isSibling, centers.contains(row.bonded), decided.insert(row.bonded).inserted {
        // Node 0 is −π, the middle one 0; both are neither sign.
        let middle = options.gridNodes / 2
        density.allowedNodes = signs[index] > 0 ? middle + 1..<options.gridNodes : 1..<middle
      }
      densities.append(density)
      placed.insert(row.atom)
    }
    rows = densities
  }

  /// Torsion of each row in the first sample of `x`, rad; 0 where a row has none.
  private static func torsions(of zMatrix: ZMatrix, in x: Configurations) -> [Double] {
    zMatrix.rows.map { row in
      guard let angled = row.angled, let twisted = row.twisted else { return 0 }
      let places = [row.atom, row.bonded, angled, twisted].map { x.position(sample: 0, atom: $0) }
      return Dihedral(places[0], places[1], places[2], places[3]).angle
    }
  }

  public var dimension: Int { 3 * coordinates.zMatrix.atomCount }

  public func draw(_ range: Range<Int>, from random: RandomStream) throws -> (x: Configurations, logQ: [Double]) {
    var x = Configurations(count: range.count, dimension: dimension)
    var logQ = [Double](repeating: 0, count: range.count)
    let dimension = dimension
    x.coordinates.withUnsafeMutableBufferPointer { coordinates in
      logQ.withUnsafeMutableBufferPointer { logQ in
        nonisolated(unsafe) let coordinates = coordinates
        nonisolated(unsafe) let logQ = logQ
        inParallelShards(of: range.count, shards: threads) { _, shard in
          var builder = Builder(self)
          for index in shard {
            var stream = random.child(range.lowerBound + index)
            logQ[index] = builder.draw(using: &stream)
            for (atom, place) in builder.positions.enumerated() {
              let base = index * dimension + 3 * atom
              (coordinates[base], coordinates[base + 1], coordinates[base + 2]) = (place.x, place.y, place.z)
            }
          }
        }
      }
    }
    return (x, logQ)
  }

  public func logDensities(of x: borrowing Configurations) throws -> [Double] {
    guard x.dimension == dimension else {
      throw EnergyError.dimensionMismatch(expected: dimension, found: x.dimension)
    }
    let (q, minusLogJ) = coordinates.inverseAndLogDet(x)
    var logQ = [Double](repeating: 0, count: x.count)
    let configurations = copy x
    logQ.withUnsafeMutableBufferPointer { logQ in
      nonisolated(unsafe) let logQ = logQ
      inParallelShards(of: configurations.count, shards: threads) { _, shard in
        var builder = Builder(self)
        for index in shard {
          for atom in builder.positions.indices {
            builder.positions[atom] = configurations.position(sample: index, atom: atom)
          }
          let values = q.coordinates[index * q.dimension..<(index + 1) * q.dimension]
          logQ[index] = builder.logDensity(of: values) + minusLogJ[index]
        }
      }
    }
    return logQ
  }

  /// Builds or retraces one molecule, atom after atom; one per thread.
  private struct Builder {
    let proposal: ForceFieldProposal
    var positions: [SIMD3<Double>]
    var grid: PlacementGrid
    var density: CircularGridDensity
    private let directions: [SIMD2<Double>]

    init(_ proposal: ForceFieldProposal) {
      self.proposal = proposal
      let nodes = proposal.options.gridNodes
      positions = [SIMD3<Double>](repeating: .zero, count: proposal.coordinates.zMatrix.atomCount)
      grid = PlacementGrid(count: nodes)
      density = CircularGridDensity(nodeCount: nodes)
      directions = (0..<nodes).map {
        let angle = -Double.pi + 2 * Double.pi * Double($0) / Double(nodes)
        return SIMD2(cos(angle), sin(angle))
      }
    }

    /// Places all atoms; returns log q.
    mutating func draw(using random: inout RandomStream) -> Double {
      let zMatrix = proposal.coordinates.zMatrix
      positions[zMatrix.root] = .zero
      var logQ = 0.0
      for (row, place) in zip(proposal.rows, zMatrix.rows) {
        let bond = row.bond.draw(using: &random)
        logQ += row.bond.logDensity(bond) - 2 * log(bond)
        let origin = positions[place.bonded]
        guard let angleDensity = row.angle, let angled = place.angled else {
          positions[place.atom] = origin + SIMD3(bond, 0, 0)
          continue
        }
        let angle = angleDensity.draw(using: &random)
        logQ += angleDensity.logDensity(angle) - log(sin(angle))
        guard let energy = row.torsion, let twisted = place.twisted else {
          let axis = (positions[angled] - origin) / length(positions[angled] - origin)
          positions[place.atom] = origin + axis * (bond * cos(angle)) + SIMD3(0, bond * sin(angle), 0)
          continue
        }
        let cone = PlacementCone(
          bond: bond, angle: angle, origin: origin, axisEnd: positions[angled], plane: positions[twisted])
        setDensity(energy, cone, row.allowedNodes)
        let torsion = density.draw(using: &random)
        logQ += density.logDensity(torsion)
        positions[place.atom] = cone.place(SIMD2(cos(torsion), sin(torsion)))
      }
      return logQ
    }

    /// Σ log p of the internal coordinates `q` of the molecule at `positions`.
    mutating func logDensity(of q: ArraySlice<Double>) -> Double {
      var sum = 0.0
      let start = q.startIndex
      for (index, (row, place)) in zip(proposal.rows, proposal.coordinates.zMatrix.rows).enumerated() {
        let offset = start + ZMatrix.offset(ofRow: index)
        sum += row.bond.logDensity(q[offset])
        guard let angleDensity = row.angle, let angled = place.angled else { continue }
        sum += angleDensity.logDensity(q[offset + 1])
        guard let energy = row.torsion, let twisted = place.twisted else { continue }
        let cone = PlacementCone(
          bond: q[offset], angle: q[offset + 1], origin: positions[place.bonded], axisEnd: positions[angled],
          plane: positions[twisted])
        setDensity(energy, cone, row.allowedNodes)
        sum += density.logDensity(q[offset + 2])
      }
      return sum
    }

    private mutating func setDensity(_ energy: PlacementEnergy, _ cone: PlacementCone, _ allowed: Range<Int>) {
      for (k, direction) in directions.enumerated() {
        grid.set(k, cone.place(direction))
      }
      energy.evaluate(&grid, positions: positions)
      let beta = 1 / proposal.kT
      for k in 0..<grid.count { grid.energy[k] *= beta }
      grid.energy.withUnsafeBufferPointer {
        density.set(reducedEnergies: $0, floor: proposal.options.uniformFloor, allowed: allowed)
      }
    }
  }
}

private func length(_ v: SIMD3<Double>) -> Double { (v * v).sum().squareRoot() }
