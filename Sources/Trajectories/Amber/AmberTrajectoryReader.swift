import Energies

/// Reads an AMBER NetCDF trajectory (convention 1.0 revision C; Conventions = "AMBER"), frames in any portions.
///
/// Only coordinates are required. Variables it does not know are ignored, `units` and `scale_factor` are obeyed, and
/// coordinates may be float or double. Coordinates that are not numbers are read as they are. The number of frames is that
/// at opening, also while another program appends. Safe to use from several threads at once.
///
/// Throws `InputError` for anything that is not such a file, or is cut or damaged.
public struct AmberTrajectoryReader: Sendable {
  public let frameCount: Int
  public let atomCount: Int
  /// What the file has beside coordinates.
  public let contents: TrajectoryContents
  /// Numbers per frame that are not AMBER's own, for example those of an ensemble file, in the order of the file.
  public let frameVariables: [FrameVariable]

  let file: ClassicFile
  private let coordinates: Column
  private let optional: [String: Column]

  /// A variable with the factor to MolFlow's units.
  private struct Column: Sendable {
    let variable: ClassicVariable
    let factor: Double
  }

  public init(path: String) throws(InputError) { try self.init(ClassicFile(path: path)) }

  init(_ file: ClassicFile) throws(InputError) {
    self.file = file
    try AmberConvention.require(.trajectory, file)
    guard let variable = file.variable("coordinates") else {
      throw InputError(file.path, "is an AMBER trajectory without the variable 'coordinates'")
    }
    let shape = file.shape(of: variable)
    guard shape.count == 3, shape[1] > 0, shape[2] == 3, variable.type.isReal else {
      throw InputError(
        file.path, "has coordinates of the wrong shape or type", expected: "float or double [frame][atom][3]",
        found: "\(variable.type) \(shape)")
    }
    try file.requireComplete(variable)
    frameCount = shape[0]
    atomCount = shape[1]
    coordinates = Column(variable: variable, factor: try AmberConvention.factor(of: variable, .length, in: file))

    var optional: [String: Column] = [:]
    let expected: [(String, [Int], AmberConvention.Quantity)] = [
      ("time", [shape[0]], .time), ("velocities", shape, .velocity), ("forces", shape, .force),
      ("cell_lengths", [shape[0], 3], .length), ("cell_angles", [shape[0], 3], .angle),
    ]
    for (name, wanted, quantity) in expected {
      guard let variable = file.variable(name) else { continue }
      let found = file.shape(of: variable)
      guard found == wanted, variable.type.isReal else {
        throw InputError(
          file.path, "has '\(name)' of the wrong shape or type", expected: "float or double \(wanted)",
          found: "\(variable.type) \(found)")
      }
      optional[name] = Column(variable: variable, factor: try AmberConvention.factor(of: variable, quantity, in: file))
    }
    self.optional = optional
    var contents: TrajectoryContents = []
    if optional["time"] != nil { contents.insert(.times) }
    if optional["velocities"] != nil { contents.insert(.velocities) }
    if optional["forces"] != nil { contents.insert(.forces) }
    if optional["cell_lengths"] != nil, optional["cell_angles"] != nil { contents.insert(.cells) }
    self.contents = contents
    frameVariables = Self.frameVariables(of: file, frameCount: shape[0])
  }

  // MARK: Frames

  /// Coordinates of consecutive frames; of all when `frames` is nil. nm.
  public func configurations(frames: Range<Int>? = nil) throws(InputError) -> Configurations {
    try configurations(of: coordinates, frames: frames ?? 0..<frameCount)
  }

  /// Coordinates of any frames in any order. nm.
  public func configurations(frames: [Int]) throws(InputError) -> Configurations {
    var chosen: [Double] = []
    chosen.reserveCapacity(frames.count * 3 * atomCount)
    for frame in frames {
      chosen += try configurations(of: coordinates, frames: frame..<frame + 1).coordinates
    }
    return Configurations(count: frames.count, dimension: 3 * atomCount, coordinates: chosen)
  }

  /// Consecutive frames with those of `parts` that the file has.
  public func read(
    frames: Range<Int>? = nil, parts: TrajectoryContents = .all
  ) throws(InputError) -> TrajectoryFrames {
    let frames = frames ?? 0..<frameCount
    let wanted = parts.intersection(contents)
    var result = TrajectoryFrames(coordinates: try configurations(of: coordinates, frames: frames))
    if wanted.contains(.times) { result.times = try values(of: optional["time"]!, frames: frames) }
    if wanted.contains(.velocities) {
      result.velocities = try configurations(of: optional["velocities"]!, frames: frames)
    }
    if wanted.contains(.forces) { result.forces = try configurations(of: optional["forces"]!, frames: frames) }
    if wanted.contains(.cells) {
      let lengths = try values(of: optional["cell_lengths"]!, frames: frames)
      let angles = try values(of: optional["cell_angles"]!, frames: frames)
      result.cells = (0..<frames.count).map { i in
        UnitCell(
          lengths: SIMD3(lengths[3 * i], lengths[3 * i + 1], lengths[3 * i + 2]),
          angles: SIMD3(angles[3 * i], angles[3 * i + 1], angles[3 * i + 2]))
      }
    }
    return result
  }

  /// Calls `body` with portions of at most `size` consecutive frames, so that a large file needs little memory.
  public func forEachPortion(
    of size: Int = 1000, _ body: (_ frames: Range<Int>, _ configurations: Configurations) throws -> Void
  ) throws {
    precondition(size > 0)
    var start = 0
    while start < frameCount {
      let frames = start..<min(start + size, frameCount)
      try body(frames, configurations(frames: frames))
      start = frames.upperBound
    }
  }

  // MARK: Per-frame numbers and attributes

  /// Values of a per-frame variable; nil when the file has none of that name.
  public func values(of variable: FrameVariable, frames: Range<Int>? = nil) throws(InputError) -> [Double]? {
    guard frameVariables.contains(variable), let stored = file.variable(variable.name) else { return nil }
    return try file.read(stored, rows: checked(frames ?? 0..<frameCount))
  }

  /// A global attribute of text, for example "title" or "program".
  public func text(_ attribute: String) -> String? { file.text(attribute) }

  /// A global attribute of one number, for example "temperature".
  public func number(_ attribute: String) -> Double? { file.number(attribute) }

  // MARK: Parts

  private func configurations(of column: Column, frames: Range<Int>) throws(InputError) -> Configurations {
    Configurations(
      count: frames.count, dimension: 3 * atomCount, coordinates: try values(of: column, frames: frames))
  }

  private func values(of column: Column, frames: Range<Int>) throws(InputError) -> [Double] {
    var values = try file.read(column.variable, rows: checked(frames))
    if column.factor != 1 { for i in values.indices { values[i] *= column.factor } }
    return values
  }

  private func checked(_ frames: Range<Int>) throws(InputError) -> Range<Int> {
    guard frames.lowerBound >= 0, frames.upperBound <= frameCount else {
      throw InputError(
        file.path, "does not have all of these frames", expected: "frames within 0..<\(frameCount)", found: "\(frames)")
    }
    return frames
  }

  private static func frameVariables(of file: ClassicFile, frameCount: Int) -> [FrameVariable] {
    file.header.variables.compactMap { variable in
      guard variable.name != "time", variable.rank == 1, variable.type != .char,
        variable.dimensionNames == ["frame"] || variable.isRecord, file.shape(of: variable) == [frameCount]
      else { return nil }
      var units: String?
      if case .text(let text) = variable.attributes["units"] { units = text }
      return FrameVariable(variable.name, units: units, storage: variable.type.isReal ? .double : .int32)
    }
  }
}

extension ClassicType {
  var isReal: Bool { self == .float || self == .double }
}
