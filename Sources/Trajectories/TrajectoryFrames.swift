import Energies

/// Consecutive frames of a trajectory in MolFlow's units, with whatever beside coordinates the file carries.
///
/// All parts that are present have the same number of frames.
public struct TrajectoryFrames: Sendable, Equatable {
  /// `[frame][atom][3]`, nm.
  public var coordinates: Configurations
  /// ps
  public var times: [Double]?
  /// `[frame][atom][3]`, nm/ps.
  public var velocities: Configurations?
  /// `[frame][atom][3]`, kJ/mol/nm.
  public var forces: Configurations?
  public var cells: [UnitCell]?

  public init(
    coordinates: Configurations, times: [Double]? = nil, velocities: Configurations? = nil,
    forces: Configurations? = nil, cells: [UnitCell]? = nil
  ) {
    self.coordinates = coordinates
    self.times = times
    self.velocities = velocities
    self.forces = forces
    self.cells = cells
  }

  public var count: Int { coordinates.count }

  /// What is there beside coordinates.
  public var contents: TrajectoryContents {
    var contents: TrajectoryContents = []
    if times != nil { contents.insert(.times) }
    if velocities != nil { contents.insert(.velocities) }
    if forces != nil { contents.insert(.forces) }
    if cells != nil { contents.insert(.cells) }
    return contents
  }
}

/// The optional parts of a trajectory's frames.
public struct TrajectoryContents: OptionSet, Sendable, Hashable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let times = TrajectoryContents(rawValue: 1)
  public static let velocities = TrajectoryContents(rawValue: 2)
  public static let forces = TrajectoryContents(rawValue: 4)
  public static let cells = TrajectoryContents(rawValue: 8)
  public static let all: TrajectoryContents = [.times, .velocities, .forces, .cells]
}
