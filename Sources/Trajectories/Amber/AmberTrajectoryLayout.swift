import CNetCDF
import Energies

/// The variables of a trajectory file, as defined when it is created and found when it is appended to.
extension NetCDFOutput {
  func putAttribute(_ name: String, _ value: AttributeValue) throws(OutputError) {
    switch value {
    case .text(let text): try putAttribute(name, text)
    case .number(let number): try putAttribute(name, number)
    }
  }

  func defineTrajectoryVariables(
    frame: Int32, atom: Int32, labels: AmberLabels, contents: TrajectoryContents, variables: [FrameVariable]
  ) throws(OutputError) -> AmberTrajectoryWriter.Identifiers {
    let vectors = [frame, atom, labels.spatial]
    // Time first, as AMBER itself orders the variables.
    let time =
      contents.contains(.times)
      ? try defineVariable("time", type: NC_FLOAT, dimensions: [frame], units: "picosecond") : nil
    var ids = AmberTrajectoryWriter.Identifiers(
      coordinates: try defineVariable("coordinates", type: NC_FLOAT, dimensions: vectors, units: "angstrom"))
    ids.time = time
    if contents.contains(.velocities) {
      let id = try defineVariable("velocities", type: NC_FLOAT, dimensions: vectors, units: "angstrom/picosecond")
      try putAttribute("scale_factor", Units.amberVelocityScale, of: id)
      ids.velocities = id
    }
    if contents.contains(.forces) {
      ids.forces = try defineVariable(
        "forces", type: NC_FLOAT, dimensions: vectors, units: "kilocalorie/mole/angstrom")
    }
    if let cell = labels.cell {
      ids.cellLengths = try defineVariable(
        "cell_lengths", type: NC_DOUBLE, dimensions: [frame, cell.spatial], units: "angstrom")
      ids.cellAngles = try defineVariable(
        "cell_angles", type: NC_DOUBLE, dimensions: [frame, cell.angular], units: "degree")
    }
    for variable in variables {
      let type = variable.storage == .double ? NC_DOUBLE : NC_INT
      ids.frameVariables.append(
        try defineVariable(variable.name, type: type, dimensions: [frame], units: variable.units))
    }
    return ids
  }

  func trajectoryVariables(
    contents: TrajectoryContents, variables: [FrameVariable]
  ) throws(OutputError) -> AmberTrajectoryWriter.Identifiers {
    func optional(_ part: TrajectoryContents, _ name: String) throws(OutputError) -> Int32? {
      contents.contains(part) ? try variable(named: name) : nil
    }
    var ids = AmberTrajectoryWriter.Identifiers(coordinates: try variable(named: "coordinates"))
    ids.time = try optional(.times, "time")
    ids.velocities = try optional(.velocities, "velocities")
    ids.forces = try optional(.forces, "forces")
    ids.cellLengths = try optional(.cells, "cell_lengths")
    ids.cellAngles = try optional(.cells, "cell_angles")
    for variable in variables { ids.frameVariables.append(try self.variable(named: variable.name)) }
    return ids
  }
}

extension AmberTrajectoryReader {
  /// Throws unless the file is laid out as `AmberTrajectoryWriter` lays it out, so that it can be continued.
  func requireOwnLayout() throws(InputError) {
    func refuse(_ why: String) -> InputError {
      InputError(
        file.path, "cannot be appended to: \(why)",
        advice: "write to a new file; both can be read one after the other")
    }
    guard file.header.version != .data64, file.header.declaredRecordCount != nil else {
      throw refuse("it is not in the 64-bit offset format")
    }
    let scales: [(String, AmberConvention.Quantity, Double)] = [
      ("coordinates", .length, Units.nanometersPerAngstrom), ("time", .time, 1),
      ("velocities", .velocity, 1 / AmberScales.velocity), ("forces", .force, 1 / AmberScales.force),
      ("cell_lengths", .length, Units.nanometersPerAngstrom), ("cell_angles", .angle, Units.radiansPerDegree),
    ]
    for (name, quantity, expected) in scales {
      guard let variable = file.variable(name) else { continue }
      let found = try AmberConvention.factor(of: variable, quantity, in: file)
      // A scale factor stored as float differs from 20.455 in the eighth digit.
      guard variable.isRecord, abs(found / expected - 1) < 1e-6 else { throw refuse("'\(name)' has other units") }
    }
    let own = Set(["coordinates"] + scales.map(\.0) + frameVariables.map(\.name))
    for variable in file.header.variables where variable.isRecord && !own.contains(variable.name) {
      throw refuse("it has the per-frame variable '\(variable.name.excerpt)', which this program cannot continue")
    }
  }
}

/// Factors from MolFlow's units to the values an AMBER file stores.
enum AmberScales {
  /// nm/ps to Å per (1/20.455 ps).
  static let velocity = 1 / Units.nanometersPerAngstrom / Units.amberVelocityScale
  /// kJ/mol/nm to kcal/mol/Å.
  static let force = Units.nanometersPerAngstrom / Units.kilojoulesPerKilocalorie

  /// Edges in Å and angles in degree.
  static func cell(_ cell: UnitCell) -> (lengths: [Double], angles: [Double]) {
    let lengths = cell.lengths / Units.nanometersPerAngstrom
    let angles = cell.angles / Units.radiansPerDegree
    return ([lengths.x, lengths.y, lengths.z], [angles.x, angles.y, angles.z])
  }
}
