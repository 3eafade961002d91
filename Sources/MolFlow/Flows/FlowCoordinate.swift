/// A coordinate of a chart as a flow sees it.
public struct FlowCoordinate: Sendable, Equatable {
  /// Where it stands in the architecture's matrices.
  public var place: CoordinatePlace
  public var center: Double
  public var width: Double
  /// Whether it is an angle, whose deviation from the center is taken on the circle.
  public var isPeriodic: Bool
  /// Whether the scaled number is the angle itself.
  public var isWholeCircle: Bool { isPeriodic && width == 1 }
  /// Values outside, and the limits themselves, are those of no configuration.
  public var possible: ClosedRange<Double>?

  public init(
    place: CoordinatePlace, center: Double = 0, width: Double = 1, isPeriodic: Bool = false,
    possible: ClosedRange<Double>? = nil
  ) {
    precondition(width > 0)
    (self.place, self.center, self.width) = (place, center, width)
    (self.isPeriodic, self.possible) = (isPeriodic, possible)
  }
}
