/// A periodic cell by its edges and angles.
public struct UnitCell: Sendable, Equatable {
  /// a, b, c in nm.
  public var lengths: SIMD3<Double>
  /// α (between b and c), β (a and c), γ (a and b) in radian.
  public var angles: SIMD3<Double>

  public init(lengths: SIMD3<Double>, angles: SIMD3<Double> = SIMD3(repeating: .pi / 2)) {
    self.lengths = lengths
    self.angles = angles
  }
}
