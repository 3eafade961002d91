import CLaneKernels
import Energies

/// The bijection between internal coordinates q (bond, angle, torsion of each row of a z-matrix) and Cartesian
/// configurations without their rigid-body motion.
///
/// **Convention, used everywhere in MolFlow.** Densities of a molecule are on 3N − 6 coordinates with the volume element
/// dx = J(q) dq, J = Π over rows of b² sin θ (the first row b² alone). That is the Cartesian volume element of all 3N
/// coordinates divided by that of rigid-body motion, dx³ᴺ = dt dΩ J dq with ∫dΩ = 8π²: so
/// ∫ e^{−u} dx³ᴺ = V · 8π² · Z, and Z = ∫ e^{−u(q)} J(q) dq is the partition function that `log Z` reports. If q has
/// density p(q), the configuration has log density log p(q) − log J(q).
///
/// forward: q → x, root at the origin, first row along +x, second row in the upper xy half plane. inverse: any x → q.
/// Formulas: Gō & Scheraga 1976, doi:10.1021/ma60052a001; Parsons et al. 2005, doi:10.1002/jcc.20237.
public struct InternalCoordinates: Sendable {
  public let zMatrix: ZMatrix
  /// Threads that share a batch; the result does not depend on it.
  public var threads: Int
  private let atoms: [Int32]

  public init(_ zMatrix: ZMatrix, threads: Int = 1) {
    precondition(threads > 0)
    self.zMatrix = zMatrix
    self.threads = threads
    atoms = zMatrix.rows.flatMap {
      // Absent references are never read by the kernel.
      [Int32($0.atom), Int32($0.bonded), Int32($0.angled ?? -1), Int32($0.twisted ?? -1)]
    }
  }

  public init(_ molecule: Molecule, threads: Int = 1) throws { self.init(try ZMatrix(molecule), threads: threads) }

  /// Configurations `[count][3N]` in nm from internal coordinates `[count][3N − 6]` (nm, rad), with log J `[count]`.
  public func forwardAndLogDet(_ q: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    precondition(q.dimension == zMatrix.coordinateCount, "one internal coordinate per column")
    return transform(q, to: 3 * zMatrix.atomCount) { table, input, output, logDet in
      lane_internal_to_cartesian(table, input, output, logDet)
    }
  }

  /// Internal coordinates `[count][3N − 6]` of configurations `[count][3N]`, with −log J `[count]`.
  ///
  /// Bonds in nm, angles in [0, π], torsions in (−π, π]; torsions about a straight angle are NaN and log J is −∞.
  public func inverseAndLogDet(_ x: borrowing Configurations) -> (value: Configurations, logDet: [Double]) {
    precondition(x.dimension == 3 * zMatrix.atomCount, "three Cartesian coordinates per atom")
    var result = transform(x, to: zMatrix.coordinateCount) { table, input, output, logDet in
      lane_cartesian_to_internal(table, input, output, logDet)
    }
    for i in result.logDet.indices { result.logDet[i] = -result.logDet[i] }
    return result
  }

  private func transform(
    _ input: borrowing Configurations, to dimension: Int,
    _ kernel:
      @Sendable (
        _ table: UnsafePointer<lane_zmatrix>, _ input: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>,
        _ logDet: UnsafeMutablePointer<Double>
      ) -> Void
  ) -> (value: Configurations, logDet: [Double]) {
    let count = input.count
    let inputDimension = input.dimension
    let lanes = LaneBlock.lanes
    let blocks = (count + lanes - 1) / lanes
    var output = Configurations(count: count, dimension: dimension)
    var logDet = [Double](repeating: 0, count: count)
    input.coordinates.withUnsafeBufferPointer { source in
      output.coordinates.withUnsafeMutableBufferPointer { target in
        logDet.withUnsafeMutableBufferPointer { logDet in
          atoms.withUnsafeBufferPointer { atoms in
            nonisolated(unsafe) let source = source
            nonisolated(unsafe) let target = target
            nonisolated(unsafe) let logDet = logDet
            nonisolated(unsafe) let atoms = atoms
            inParallelShards(of: blocks, shards: min(threads, max(blocks, 1))) { _, range in
              var table = lane_zmatrix(count: Int32(zMatrix.rows.count), atoms: atoms.baseAddress)
              let laneInput = [Double](repeating: 0, count: inputDimension * lanes)
              let laneOutput = [Double](repeating: 0, count: dimension * lanes)
              let laneLogDet = [Double](repeating: 0, count: lanes)
              var buffers = (laneInput, laneOutput, laneLogDet)
              buffers.0.withUnsafeMutableBufferPointer { laneInput in
                buffers.1.withUnsafeMutableBufferPointer { laneOutput in
                  buffers.2.withUnsafeMutableBufferPointer { laneLogDet in
                    for block in range {
                      let first = block * lanes
                      for lane in 0..<lanes {
                        let sample = source.baseAddress! + min(first + lane, count - 1) * inputDimension
                        for c in 0..<inputDimension { laneInput[c * lanes + lane] = sample[c] }
                      }
                      kernel(
                        &table, UnsafePointer(laneInput.baseAddress!), laneOutput.baseAddress!, laneLogDet.baseAddress!)
                      for lane in 0..<min(lanes, count - first) {
                        let sample = target.baseAddress! + (first + lane) * dimension
                        for c in 0..<dimension { sample[c] = laneOutput[c * lanes + lane] }
                        logDet[first + lane] = laneLogDet[lane]
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return (output, logDet)
  }
}
