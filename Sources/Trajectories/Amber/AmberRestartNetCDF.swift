import CNetCDF
import Energies

/// One frame in Double as AMBER restarts carry it, for starting a simulation: Conventions = "AMBERRESTART".
///
/// NetCDF form (convention 1.0 revision C). ASCII restarts are another format.
public struct AmberRestartNetCDF: Sendable, Equatable {
  /// One frame; nm.
  public var coordinates: Configurations
  /// nm/ps
  public var velocities: Configurations?
  /// ps
  public var time: Double?
  /// K, from the optional variable `temp0`.
  public var temperature: Double?
  public var cell: UnitCell?

  public init(
    coordinates: Configurations, velocities: Configurations? = nil, time: Double? = nil, temperature: Double? = nil,
    cell: UnitCell? = nil
  ) {
    precondition(coordinates.count == 1 && coordinates.dimension % 3 == 0)
    precondition(velocities.map { $0.count == 1 && $0.dimension == coordinates.dimension } ?? true)
    self.coordinates = coordinates
    self.velocities = velocities
    self.time = time
    self.temperature = temperature
    self.cell = cell
  }

  public var atomCount: Int { coordinates.atomCount }

  // MARK: Reading

  /// Throws `InputError` when the file is not a NetCDF restart, or is cut or damaged.
  public init(path: String) throws(InputError) { try self.init(ClassicFile(path: path)) }

  init(_ file: ClassicFile) throws(InputError) {
    try AmberConvention.require(.restart, file)
    func vectors(_ name: String, _ quantity: AmberConvention.Quantity) throws(InputError) -> Configurations? {
      guard let variable = file.variable(name) else { return nil }
      let shape = file.shape(of: variable)
      guard shape.count == 2, shape[0] > 0, shape[1] == 3, variable.type.isReal else {
        throw InputError(
          file.path, "has '\(name)' of the wrong shape or type", expected: "double [atom][3]",
          found: "\(variable.type) \(shape)")
      }
      let factor = try AmberConvention.factor(of: variable, quantity, in: file)
      let values = try file.readAll(variable).map { $0 * factor }
      return Configurations(count: 1, dimension: values.count, coordinates: values)
    }
    func few(_ name: String, count: Int, _ quantity: AmberConvention.Quantity) throws(InputError) -> [Double]? {
      guard let variable = file.variable(name) else { return nil }
      let shape = file.shape(of: variable)
      guard shape == [count] || (shape.isEmpty && count == 1), variable.type.isReal else {
        throw InputError(
          file.path, "has '\(name)' of the wrong shape or type", expected: "\(count) real values",
          found: "\(variable.type) \(shape)")
      }
      let factor = try AmberConvention.factor(of: variable, quantity, in: file)
      return try file.readAll(variable).map { $0 * factor }
    }
    guard let coordinates = try vectors("coordinates", .length) else {
      throw InputError(file.path, "is an AMBER restart without the variable 'coordinates'")
    }
    let velocities = try vectors("velocities", .velocity)
    guard velocities == nil || velocities!.dimension == coordinates.dimension else {
      throw InputError(file.path, "has velocities for another number of atoms than coordinates")
    }
    let lengths = try few("cell_lengths", count: 3, .length)
    let angles = try few("cell_angles", count: 3, .angle)
    var cell: UnitCell?
    if let lengths, let angles {
      cell = UnitCell(
        lengths: SIMD3(lengths[0], lengths[1], lengths[2]), angles: SIMD3(angles[0], angles[1], angles[2]))
    }
    self.init(
      coordinates: coordinates, velocities: velocities, time: try few("time", count: 1, .time)?[0],
      temperature: try few("temp0", count: 1, .temperature)?[0], cell: cell)
  }

  // MARK: Writing

  /// Writes the file whole: it appears under its name when it is finished. Throws `OutputError`.
  public func write(to path: String, information: AmberFileInformation) throws(OutputError) {
    let pending = PendingOutput(for: path)
    do throws(OutputError) {
      let output = try NetCDFOutput(creating: pending.temporaryPath, shownAs: path)
      try write(to: output, information)
      try output.close()
      try pending.publish()
    } catch {
      pending.discard()
      throw error
    }
  }

  private func write(to output: NetCDFOutput, _ information: AmberFileInformation) throws(OutputError) {
    try output.putAmberAttributes(.restart, information)
    let labels = try output.defineAmberLabels(withCell: cell != nil)
    let atom = try output.defineDimension("atom", length: atomCount)
    // Readers such as ParmEd ask for the time of every restart.
    let timeID = try output.defineVariable("time", type: NC_DOUBLE, dimensions: [], units: "picosecond")
    let coordinatesID = try output.defineVariable(
      "coordinates", type: NC_DOUBLE, dimensions: [atom, labels.spatial], units: "angstrom")
    var velocitiesID, temperatureID: Int32?
    if velocities != nil {
      velocitiesID = try output.defineVariable(
        "velocities", type: NC_DOUBLE, dimensions: [atom, labels.spatial], units: "angstrom/picosecond")
      try output.putAttribute("scale_factor", Units.amberVelocityScale, of: velocitiesID!)
    }
    if temperature != nil {
      temperatureID = try output.defineVariable("temp0", type: NC_DOUBLE, dimensions: [], units: "kelvin")
    }
    var cellIDs: (lengths: Int32, angles: Int32)?
    if let cell = labels.cell {
      cellIDs = (
        try output.defineVariable("cell_lengths", type: NC_DOUBLE, dimensions: [cell.spatial], units: "angstrom"),
        try output.defineVariable("cell_angles", type: NC_DOUBLE, dimensions: [cell.angular], units: "degree")
      )
    }
    try output.endDefinitions()

    try output.putAmberLabels(labels)
    try output.put(time ?? 0, into: timeID)
    let length = 1 / Units.nanometersPerAngstrom
    try output.put(
      coordinates.coordinates.map { $0 * length }, into: coordinatesID, start: [0, 0], count: [atomCount, 3])
    if let velocities, let velocitiesID {
      let stored = velocities.coordinates.map { $0 * AmberScales.velocity }
      try output.put(stored, into: velocitiesID, start: [0, 0], count: [atomCount, 3])
    }
    if let temperature, let temperatureID { try output.put(temperature, into: temperatureID) }
    if let cell, let cellIDs {
      let (lengths, angles) = AmberScales.cell(cell)
      try output.put(lengths, into: cellIDs.lengths, start: [0], count: [3])
      try output.put(angles, into: cellIDs.angles, start: [0], count: [3])
    }
  }
}
