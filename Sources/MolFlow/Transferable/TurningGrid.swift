import CLaneKernels
import Foundation

/// Memory for what is said of atoms that turn with a torsion, at equally spaced angles from −π on; in single precision, for hints.
struct TurningGrid {
  let nodes: Int
  fileprivate let cosines: [Float]
  fileprivate let sines: [Float]
  /// Lennard-Jones energies, kJ/mol; more of them than nodes, to fill lanes.
  private(set) var contact: [Float]
  /// Coulomb energies with the solvent's screening, kJ/mol.
  private(set) var electrostatic: [Float]
  /// Of `RadialShells`: atoms and then charges of each shell, a row of all angles for each.
  private(set) var shells: [Float]
  /// Of `TurningArms`: sums over arms of e^{−u}.
  private(set) var arms: [Float]

  init(nodes: Int) {
    self.nodes = nodes
    let lanes = Int(LANE_BLOCK_SINGLE)
    let angles = (0..<(nodes + lanes - 1) / lanes * lanes).map {
      -Double.pi + 2 * Double.pi * Double($0) / Double(nodes)
    }
    cosines = angles.map { Float(cos($0)) }
    sines = angles.map { Float(sin($0)) }
    contact = [Float](repeating: 0, count: angles.count)
    (electrostatic, arms) = (contact, contact)
    shells = [Float](repeating: 0, count: RadialShells.count * angles.count)
  }

  mutating func clear() {
    for k in contact.indices { (contact[k], electrostatic[k]) = (0, 0) }
  }

  /// Adds the energies of an atom at `local` in the turning frame of a cone.
  mutating func add(
    _ pairs: PlacementPairs, at local: SIMD3<Float>, of cone: PlacementCone, positions: [SIMD3<Float>]
  ) {
    guard !pairs.others.isEmpty else { return }
    var turning = Self.turning(cone, local)
    Self.withList(of: pairs.others, pairs.singleParameters) { pairs in
      var list = pairs
      positions.withUnsafeBytes { positions in
        lane_turned_pairs_single(
          &list, positions.baseAddress?.assumingMemoryBound(to: Float.self), &turning, Int64(contact.count), cosines,
          sines, &contact, &electrostatic)
      }
    }
  }

  /// Sets the sums of shells about an atom at `local` in the turning frame of a cone.
  mutating func set(
    _ shells: RadialShells, at local: SIMD3<Float>, of cone: PlacementCone, positions: [SIMD3<Float>]
  ) {
    var turning = Self.turning(cone, local)
    shells.others.withUnsafeBufferPointer { others in
      shells.weights.withUnsafeBufferPointer { weights in
        var list = lane_shells_single(
          count: Int32(others.count), others: others.baseAddress, weights: weights.baseAddress,
          position_stride: Int64(MemoryLayout<SIMD3<Float>>.stride / MemoryLayout<Float>.stride),
          first: RadialShells.first, width: RadialShells.width)
        positions.withUnsafeBytes { positions in
          lane_turned_shells_single(
            &list, positions.baseAddress?.assumingMemoryBound(to: Float.self), &turning, Int64(contact.count), cosines,
            sines, &self.shells)
        }
      }
    }
  }

  /// Sets the sums over arms of e^{−u}, where u is the energy of all that an arm meets, at most `highest`, kT.
  ///
  /// - Parameter hopeless: kT, above `highest`; arms whose beginning meets more are not followed.
  mutating func set(
    _ arms: TurningArms, of cone: PlacementCone, positions: [SIMD3<Float>], kT: Double, highest: Double,
    hopeless: Double
  ) {
    var turning = Self.turning(cone, .zero)
    arms.segments.withUnsafeBufferPointer { segments in
      arms.sites.withUnsafeBufferPointer { sites in
        Self.withList(of: arms.others, arms.parameters) { pairs in
          var tree = lane_arms_single(
            segment_count: Int32(segments.count), segments: segments.baseAddress, sites: sites.baseAddress,
            pairs: pairs, beta: Float(1 / kT), highest: Float(highest), hopeless: Float(hopeless))
          positions.withUnsafeBytes { positions in
            lane_turned_arms_single(
              &tree, positions.baseAddress?.assumingMemoryBound(to: Float.self), &turning, Int64(contact.count),
              cosines, sines, &self.arms)
          }
        }
      }
    }
  }

  private static func withList(
    of others: [Int32], _ parameters: [Float], _ body: (lane_placement_single) -> Void
  ) {
    others.withUnsafeBufferPointer { others in
      parameters.withUnsafeBufferPointer { parameters in
        body(
          lane_placement_single(
            count: Int32(others.count), others: others.baseAddress, parameters: parameters.baseAddress,
            position_stride: Int64(MemoryLayout<SIMD3<Float>>.stride / MemoryLayout<Float>.stride),
            nearest_squared: Float(PlacementPairs.nearestSquared)))
      }
    }
  }

  private static func turning(_ cone: PlacementCone, _ local: SIMD3<Float>) -> lane_turning_single {
    func numbers(_ v: SIMD3<Double>) -> (Float, Float, Float) { (Float(v.x), Float(v.y), Float(v.z)) }
    return lane_turning_single(
      origin: numbers(cone.origin), axis: numbers(cone.axis), across: numbers(cone.across),
      normal: numbers(cone.normal), local: (local.x, local.y, local.z))
  }
}
