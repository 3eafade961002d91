import Foundation

/// An arc of the circle: the angles from `start` on by `width`, whatever their multiple of 2π.
public struct CircularRange: Sendable, Hashable {
  /// Radians.
  public let start: Double
  /// Radians, in (0, 2π].
  public let width: Double

  /// From one angle on to another in the positive sense: `from: 3, to: -3` is the short arc across ±π.
  public init(from start: Double, to end: Double) {
    precondition(start.isFinite && end.isFinite && start != end, "an arc needs two finite angles")
    let width = (end - start).truncatingRemainder(dividingBy: 2 * .pi)
    self.start = start
    self.width = width > 0 ? width : width + 2 * .pi
  }

  /// Whether an angle in radians lies inside; the start does, the end does not.
  public func contains(_ angle: Double) -> Bool {
    let beyond = (angle - start).truncatingRemainder(dividingBy: 2 * .pi)
    return (beyond < 0 ? beyond + 2 * .pi : beyond) < width
  }
}
