/// Samples of one block in single precision: as `LaneBlock`, but with twice the lanes, and with positions relative to an
/// origin of each sample, so that a molecule far from zero loses nothing by rounding.
///
/// Energies are doubles: `energies[component * lanes + lane]`.
public struct SingleLaneBlock {
  /// Samples evaluated together: two AVX2 registers of floats.
  public static let lanes = 16

  public let atomCount: Int
  /// `[atom][3][lanes]`, nm, relative to `origin`.
  public let positions: UnsafePointer<Float>
  /// `[3][lanes]`, nm.
  public let origin: UnsafePointer<Double>
  /// `[atom][3][lanes]`, kJ/mol/nm; nil when only energies are wanted.
  public let forces: UnsafeMutablePointer<Float>?
  /// `[component][lanes]`, kJ/mol, for the components of this term.
  public let energies: UnsafeMutablePointer<Double>
  /// The term's `scratchCount` doubles, contents undefined.
  public let scratch: UnsafeMutablePointer<Double>
  /// Room for positions and forces of a `LaneBlock`, contents undefined.
  let halfBlock: UnsafeMutablePointer<Double>

  /// Adds the energies and forces of a term without a single-precision method of its own: half the lanes at a time,
  /// as doubles.
  func accumulateAsDoubles(_ term: some EnergyTerm) {
    let half = LaneBlock.lanes
    let coordinateCount = 3 * atomCount
    let components = type(of: term).componentNames.count
    let wide = halfBlock
    let wideForces = forces == nil ? nil : halfBlock + coordinateCount * half
    withUnsafeTemporaryAllocation(of: Double.self, capacity: components * half) { wideEnergies in
      for firstLane in stride(from: 0, to: Self.lanes, by: half) {
        for c in 0..<coordinateCount {
          for lane in 0..<half {
            wide[c * half + lane] =
              Double(positions[c * Self.lanes + firstLane + lane]) + origin[c % 3 * Self.lanes + firstLane + lane]
          }
        }
        wideForces?.update(repeating: 0, count: coordinateCount * half)
        wideEnergies.baseAddress!.initialize(repeating: 0, count: components * half)
        term.accumulate(
          LaneBlock(positions: wide, forces: wideForces, energies: wideEnergies.baseAddress!, scratch: scratch))
        for component in 0..<components {
          for lane in 0..<half {
            energies[component * Self.lanes + firstLane + lane] += wideEnergies[component * half + lane]
          }
        }
        guard let forces, let wideForces else { continue }
        for c in 0..<coordinateCount {
          for lane in 0..<half { forces[c * Self.lanes + firstLane + lane] += Float(wideForces[c * half + lane]) }
        }
      }
    }
  }
}
