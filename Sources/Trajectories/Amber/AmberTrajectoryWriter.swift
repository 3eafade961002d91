import CNetCDF
import Energies

/// Writes an AMBER NetCDF trajectory (convention 1.0 revision C): 64-bit offset, no filling, coordinates as float Å.
///
/// The header carries the number of frames, and it changes only in `synchronise` and `close`, after the frames
/// themselves: whoever reads, at any moment, or after this program was killed, sees whole frames only.
///
/// Not for use from several threads at once; different writers in different threads are safe.
public final class AmberTrajectoryWriter: TrajectoryWriter {
  /// When the file appears under its final name.
  public enum Appearance: Sendable {
    /// At once, with no frames, replacing an older file; it grows with every `synchronise`.
    case growing
    /// In `close`, whole. Without `close` there is no file.
    case whenClosed
  }

  public let path: String
  public let atomCount: Int
  public let contents: TrajectoryContents
  public let variables: [FrameVariable]
  public private(set) var frameCount: Int

  private let output: NetCDFOutput
  /// Until the file has its final name.
  private var pending: PendingOutput?
  private let ids: Identifiers
  private var synchronisedFrames: Int
  private var state = State.open

  private enum State { case open, failed, closed }

  /// The library's numbers of the variables.
  struct Identifiers {
    let coordinates: Int32
    var time, velocities, forces, cellLengths, cellAngles: Int32?
    var frameVariables: [Int32] = []
  }

  // MARK: Opening

  /// Creates a file for frames of `atomCount` atoms that have `contents` beside coordinates and a value of each of
  /// `variables`; `attributes` are further global attributes.
  public init(
    path: String, atomCount: Int, contents: TrajectoryContents = [], variables: [FrameVariable] = [],
    information: AmberFileInformation, attributes: [(name: String, value: AttributeValue)] = [],
    reservoir: AmberReservoir? = nil, appearance: Appearance = .growing
  ) throws(OutputError) {
    precondition(atomCount > 0)
    precondition(reservoir == nil || variables.contains(.reservoirEnergy), "a reservoir has the energy of every frame")
    self.path = path
    self.atomCount = atomCount
    self.contents = contents
    self.variables = variables
    frameCount = 0
    synchronisedFrames = 0
    let pending = PendingOutput(for: path)
    do throws(OutputError) {
      output = try NetCDFOutput(creating: pending.temporaryPath, shownAs: path)
      try output.putAmberAttributes(.trajectory, information)
      for (name, value) in attributes { try output.putAttribute(name, value) }
      let frame = try output.defineDimension("frame", length: nil)
      let labels = try output.defineAmberLabels(withCell: contents.contains(.cells))
      let atom = try output.defineDimension("atom", length: atomCount)
      ids = try output.defineTrajectoryVariables(
        frame: frame, atom: atom, labels: labels, contents: contents, variables: variables)
      let temperature = try reservoir.map { reservoir throws(OutputError) in try output.define(reservoir) }
      try output.endDefinitions()
      try output.putAmberLabels(labels)
      if let reservoir, let temperature { try output.put(reservoir.temperature, into: temperature) }
      try output.synchronise()
      if appearance == .growing { try pending.publish() }
    } catch {
      pending.discard()
      throw error
    }
    self.pending = appearance == .growing ? nil : pending
  }

  /// Opens an existing trajectory to append to it, after dropping the frames beyond the first `keepingFrames`.
  ///
  /// A run that resumes from a checkpoint of n frames passes n: frames written after the checkpoint are dropped.
  /// Throws `InputError` when the file is no such trajectory, has another number of atoms, or fewer frames;
  /// `OutputError` when it cannot be written.
  public init(appendingTo path: String, atomCount: Int, keepingFrames: Int? = nil) throws {
    let reader = try AmberTrajectoryReader(path: path)
    guard reader.atomCount == atomCount else {
      throw InputError(
        path, "cannot be appended to: it is a trajectory of another molecule", expected: "\(atomCount) atoms",
        found: "\(reader.atomCount) atoms")
    }
    let kept = keepingFrames ?? reader.frameCount
    guard kept >= 0, kept <= reader.frameCount else {
      throw InputError(
        path, "has fewer frames than are to be kept", expected: "\(kept) frames", found: "\(reader.frameCount) frames",
        advice: "the checkpoint and the trajectory do not belong together")
    }
    try reader.requireOwnLayout()
    self.path = path
    self.atomCount = atomCount
    contents = reader.contents
    variables = reader.frameVariables
    frameCount = kept
    synchronisedFrames = kept
    if kept < reader.frameCount { try RecordCount.write(kept, toHeaderOf: path) }
    output = try NetCDFOutput(opening: path)
    ids = try output.trajectoryVariables(contents: contents, variables: variables)
  }

  deinit { try? finish(keeping: false) }

  // MARK: Writing

  public func append(_ frames: TrajectoryFrames, values: [FrameVariable: [Double]]) throws(OutputError) {
    precondition(state != .closed, "the trajectory was closed before")
    guard state == .open else { throw OutputError(path, "cannot be continued after an earlier failure") }
    try check(frames, values)
    do throws(OutputError) {
      for i in 0..<frames.count { try put(frames, values, i) }
    } catch {
      state = .failed
      throw error
    }
    frameCount += frames.count
  }

  public func synchronise() throws(OutputError) {
    guard state == .open else { return }
    do throws(OutputError) {
      try output.synchronise()
      synchronisedFrames = frameCount
    } catch {
      state = .failed
      throw error
    }
  }

  public func close() throws(OutputError) { try finish(keeping: true) }

  /// Overwrites a per-frame variable in all frames, for values that are known only at the end.
  public func replaceValues(of variable: FrameVariable, with values: [Double]) throws(OutputError) {
    precondition(state == .open && values.count == frameCount)
    guard let place = variables.firstIndex(of: variable) else {
      throw OutputError(path, "has no per-frame variable '\(variable.name)'")
    }
    guard frameCount > 0 else { return }
    do throws(OutputError) {
      try output.put(values, into: ids.frameVariables[place], start: [0], count: [frameCount])
    } catch {
      state = .failed
      throw error
    }
  }

  // MARK: Parts

  /// Everything of frame `i`, so that what lies together in the file is written together.
  private func put(_ frames: TrajectoryFrames, _ values: [FrameVariable: [Double]], _ i: Int) throws(OutputError) {
    let frame = frameCount + i
    func putVectors(_ source: Configurations, into id: Int32, scale: Double) throws(OutputError) {
      let row = source.coordinates[i * source.dimension..<(i + 1) * source.dimension]
      try output.put(row.map { Float($0 * scale) }, into: id, start: [frame, 0, 0], count: [1, atomCount, 3])
    }
    if let id = ids.time { try output.put([frames.times![i]], into: id, start: [frame], count: [1]) }
    try putVectors(frames.coordinates, into: ids.coordinates, scale: 1 / Units.nanometersPerAngstrom)
    if let id = ids.velocities { try putVectors(frames.velocities!, into: id, scale: AmberScales.velocity) }
    if let id = ids.forces { try putVectors(frames.forces!, into: id, scale: AmberScales.force) }
    if let lengths = ids.cellLengths, let angles = ids.cellAngles {
      let (a, b) = AmberScales.cell(frames.cells![i])
      try output.put(a, into: lengths, start: [frame, 0], count: [1, 3])
      try output.put(b, into: angles, start: [frame, 0], count: [1, 3])
    }
    for (variable, id) in zip(variables, ids.frameVariables) {
      try output.put([values[variable]![i]], into: id, start: [frame], count: [1])
    }
  }

  /// Throws unless the frames are what the file was declared for.
  private func check(_ frames: TrajectoryFrames, _ values: [FrameVariable: [Double]]) throws(OutputError) {
    let shapes = [frames.coordinates, frames.velocities ?? frames.coordinates, frames.forces ?? frames.coordinates]
    for part in shapes where part.dimension != 3 * atomCount || part.count != frames.count {
      throw OutputError(
        path, "is a trajectory of \(atomCount) atoms; frames of \(part.dimension) coordinates cannot be appended")
    }
    guard frames.contents.isSuperset(of: contents) else {
      throw OutputError(path, "declares parts (times, velocities, forces, cells) that the frames do not have")
    }
    precondition((frames.times?.count ?? frames.count) == frames.count)
    precondition((frames.cells?.count ?? frames.count) == frames.count)
    if let unknown = values.keys.first(where: { !variables.contains($0) }) {
      throw OutputError(path, "has no per-frame variable '\(unknown.name)'; declare it when the file is created")
    }
    for variable in variables {
      guard let column = values[variable], column.count == frames.count else {
        throw OutputError(path, "needs one value of '\(variable.name)' for each frame")
      }
      if variable.storage == .int32, let wrong = column.first(where: { Int32(exactly: $0) == nil }) {
        throw OutputError(path, "'\(variable.name)' is an integer variable and cannot hold \(wrong)")
      }
    }
  }

  private func finish(keeping: Bool) throws(OutputError) {
    guard state != .closed else { return }
    let intact = state == .open
    state = .closed
    do throws(OutputError) {
      try output.close()
    } catch {
      pending?.discard()
      if pending == nil { try? RecordCount.write(synchronisedFrames, toHeaderOf: path) }
      throw error
    }
    guard let pending else {
      // After a failure the library still counts frames of which only a part is there.
      if !intact { try RecordCount.write(synchronisedFrames, toHeaderOf: path) }
      return
    }
    do throws(OutputError) {
      if keeping, !intact { throw OutputError(path, "was not written, because of the earlier failure") }
      if keeping { try pending.publish() } else { pending.discard() }
    } catch {
      pending.discard()
      throw error
    }
  }
}

/// The value of a global attribute.
public enum AttributeValue: Sendable, Equatable {
  case text(String)
  case number(Double)
}
