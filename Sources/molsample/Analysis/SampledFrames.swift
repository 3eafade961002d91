import Energies
import Estimators
import Foundation
import Trajectories

/// The frames of one thermodynamic state as they stand in a file, with what an analysis needs of them.
struct SampledFrames {
  var path: String
  var x: Configurations
  /// U, kJ/mol; nil where the file has none.
  var potentialEnergies: [Double]?
  /// ln w of importance samples; nil for samples of the distribution itself.
  var logWeights: [Double]?
  /// ln w as drawn, ln q, for a proposal's own distribution; nil without.
  var logProposals: [Double]?
  /// Which independent walker each frame belongs to.
  var replicas: [Int]
  /// Of samples in pairs of one stratum; see `SampleDependence`.
  var pairGroupSize: Int?
  /// K; nil where the file does not say.
  var temperature: Double?
  /// The state of the simulation, where there was one.
  var state: SimulationState?

  var count: Int { x.count }

  /// Frames of one walker after the other, in the order of time.
  var series: [[Int]] {
    var series: [Int: [Int]] = [:]
    for (frame, replica) in replicas.enumerated() { series[replica, default: []].append(frame) }
    return series.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Groups of frames that are independent of each other, for errors: walkers, or pieces of time where there is one walker.
  /// nil for importance samples, which are independent one by one.
  func groups(pieces: Int = 10, largest: Int = 32) -> [Int]? {
    let walkers = Set(replicas).count
    guard logWeights == nil || walkers > 1 else { return nil }
    if walkers == 1 { return (0..<count).map { $0 * min(pieces, count) / count } }
    // Walkers are put together where there are many: an error from 32 groups is known to an eighth.
    let numbers = Dictionary(uniqueKeysWithValues: Set(replicas).sorted().enumerated().map { ($1, $0) })
    let groups = min(walkers, largest)
    return replicas.map { numbers[$0]! * groups / walkers }
  }

  /// How the frames depend on each other, for errors.
  var dependence: SampleDependence {
    groups().map { .groups($0) } ?? pairGroupSize.map { .pairs(groupSize: $0) } ?? .independent
  }

  /// Without the first part of each walker's frames; importance samples have no first part.
  func discarding(_ share: Double) -> SampledFrames {
    guard share > 0, logWeights == nil else { return self }
    let kept = series.flatMap { $0.dropFirst(Int((share * Double($0.count)).rounded(.up))) }.sorted()
    var frames = self
    frames.x = Configurations(
      count: kept.count, dimension: x.dimension,
      coordinates: kept.flatMap { x.coordinates[$0 * x.dimension..<($0 + 1) * x.dimension] })
    frames.potentialEnergies = potentialEnergies.map { values in kept.map { values[$0] } }
    frames.logProposals = logProposals.map { values in kept.map { values[$0] } }
    frames.replicas = kept.map { replicas[$0] }
    return frames
  }

  /// Whether each frame belongs to the second half of its walker's; nil for importance samples.
  var isLate: [Bool]? {
    guard logWeights == nil else { return nil }
    var late = [Bool](repeating: false, count: count)
    for walker in series { for frame in walker.suffix(walker.count / 2) { late[frame] = true } }
    return late
  }

  /// The first frames of an ensemble file.
  static func beginning(of reader: AmberTrajectoryReader, path: String, largest: Int) throws -> SampledFrames {
    let count = min(reader.frameCount, largest)
    func values(_ variable: FrameVariable) throws -> [Double]? {
      try reader.values(of: variable).map { Array($0[..<count]) }
    }
    guard let u = try values(.reducedPotential), let logQ = try values(.logProposal) else {
      throw InputError(path, "has no log-densities of its samples", expected: "an ensemble.nc of `molsample run`")
    }
    return SampledFrames(
      path: path, x: try reader.configurations(frames: 0..<count), potentialEnergies: try values(.potentialEnergy),
      logWeights: zip(u, logQ).map { -$0 - $1 }, logProposals: logQ,
      replicas: try values(.replica)?.map { Int($0) } ?? [Int](repeating: 0, count: count),
      pairGroupSize: reader.text("stratified_group").flatMap { Int($0) }, temperature: reader.number("temperature"))
  }

  /// The states that a path holds: a folder of `simulate` (every kept state), a folder with an ensemble, or a file.
  static func read(_ path: String, atomCount: Int, temperature: Double) throws -> [SampledFrames] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw InputError(path, "there is no such file or folder")
    }
    guard isDirectory.boolValue else { return [try file(path, atomCount: atomCount, temperature: temperature)] }
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    let simulation = folder + "/simulation.json"
    if FileManager.default.fileExists(atPath: simulation) {
      return try SimulationFolder(path: simulation).states.compactMap { state in
        guard let name = state.trajectory else { return nil }
        var frames = try file("\(folder)/\(name)", atomCount: atomCount, temperature: state.temperature_K)
        frames.state = SimulationState(temperature: state.temperature_K, window: state.window)
        frames.temperature = state.temperature_K
        return frames
      }
    }
    for name in ["ensemble.nc", "trajectory.nc"] where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
      return [try file("\(folder)/\(name)", atomCount: atomCount, temperature: temperature)]
    }
    throw InputError(
      path, "holds no results", expected: "simulation.json with its trajectories, or ensemble.nc",
      advice: "a simulation that was interrupted must be finished with --resume first")
  }

  private static func file(_ path: String, atomCount: Int, temperature: Double) throws -> SampledFrames {
    guard path.hasSuffix(".nc"), let reader = try? AmberTrajectoryReader(path: path) else {
      let x = try CoordinateFile.read(path: path, atomCount: atomCount)
      return try SampledFrames(
        path: path, x: x, replicas: [Int](repeating: 0, count: x.count), temperature: temperature
      ).requiringNumbers()
    }
    guard reader.atomCount == atomCount else {
      throw InputError(
        path, "is of another molecule", expected: "\(atomCount) atoms", found: "\(reader.atomCount) atoms")
    }
    guard reader.frameCount > 0 else { throw InputError(path, "has no frames") }
    let weighted = reader.frameVariables.contains(.logWeight)
    if weighted { _ = try EnsembleFile.read(path: path) }
    return try SampledFrames(
      path: path, x: try reader.configurations(), potentialEnergies: try reader.values(of: .potentialEnergy),
      logWeights: try reader.values(of: .logWeight), logProposals: try reader.values(of: .logProposal),
      replicas: try reader.values(of: .replica)?.map { Int($0) } ?? [Int](repeating: 0, count: reader.frameCount),
      pairGroupSize: reader.text("stratified_group").flatMap { Int($0) },
      temperature: reader.number("temperature") ?? temperature
    ).requiringNumbers()
  }

  /// Itself, or an error that says where a coordinate is none.
  private func requiringNumbers() throws -> SampledFrames {
    guard let place = x.coordinates.firstIndex(where: { !$0.isFinite }) else { return self }
    throw InputError(
      path, "has coordinates that are not numbers",
      found: "\(x.coordinates[place]) in frame \(place / x.dimension) (the first is 0)",
      advice: "leave such frames out, or make the file again")
  }
}

/// The part of `simulation.json` that analyses read.
struct SimulationFolder: Decodable {
  struct State: Decodable {
    var temperature_K: Double
    var window: SimulationState.Window?
    var trajectory: String?
  }

  var states: [State]
  /// Of simulations since they are counted.
  var energy_evaluations: Int?

  init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else { throw InputError(path, "cannot be read") }
    do {
      self = try JSONDecoder().decode(SimulationFolder.self, from: data)
    } catch {
      throw InputError(path, "is not the report of a simulation", found: "\(error)".prefix(120).description)
    }
  }
}

extension SampledFrames {
  /// Of a cluster in the plane, without its third coordinate, which a simulation moves and which has an energy of its own.
  mutating func place(in system: MolecularSystem) {
    guard system.axes == 2 else { return }
    for frame in 0..<x.count {
      let squares = stride(from: 2, to: x.dimension, by: 3).reduce(0) { $0 + x[frame, $1] * x[frame, $1] }
      potentialEnergies?[frame] -= 0.5 * squares
    }
    x = system.placed(x)
  }
}
