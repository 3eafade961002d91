/// Samples of one block, stored so that the same coordinate of `lanes` samples is contiguous:
/// `positions[(3 * atom + axis) * lanes + lane]`.
///
/// A term reads positions, adds to forces, and adds its energies to `energies[component * lanes + lane]`.
public struct LaneBlock {
  /// Samples evaluated together: two AVX2 registers of doubles.
  public static let lanes = 8

  /// `[atom][3][lanes]`, nm.
  public let positions: UnsafePointer<Double>
  /// `[atom][3][lanes]`, kJ/mol/nm; nil when only energies are wanted.
  public let forces: UnsafeMutablePointer<Double>?
  /// `[component][lanes]`, kJ/mol, for the components of this term.
  public let energies: UnsafeMutablePointer<Double>
  /// `scratchCount` doubles, contents undefined.
  public let scratch: UnsafeMutablePointer<Double>

  public init(
    positions: UnsafePointer<Double>, forces: UnsafeMutablePointer<Double>?,
    energies: UnsafeMutablePointer<Double>, scratch: UnsafeMutablePointer<Double>
  ) {
    self.positions = positions
    self.forces = forces
    self.energies = energies
    self.scratch = scratch
  }
}

/// One term of a potential energy, for example harmonic bonds: immutable parameters and the evaluation of a block.
///
/// Energies are in kJ/mol, forces in kJ/mol/nm. An impossible geometry adds +∞ to the energy of that lane only. A new
/// term is one file with a type that conforms to this, and one line in the tests' registry.
public protocol EnergyTerm: Sendable {
  /// Names of the energies this term reports, in the order of `LaneBlock.energies`; "bond", "angle", "torsion", …
  static var componentNames: [String] { get }

  /// Doubles of scratch memory that `accumulate` needs.
  var scratchCount: Int { get }

  /// Largest atom index used, or −1.
  var largestAtomIndex: Int { get }

  /// Adds energies and, where `block.forces` is given, forces of all lanes.
  func accumulate(_ block: LaneBlock)

  /// The same in single precision. A term that does not implement it is evaluated in double precision.
  func accumulate(_ block: SingleLaneBlock)
}

extension EnergyTerm {
  public var scratchCount: Int { 0 }

  public func accumulate(_ block: SingleLaneBlock) { block.accumulateAsDoubles(self) }
}
