import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness

/// `molsample bench field`: values and exact divergences of a continuous flow's field a second, what integration takes at several
/// tolerances, and how far it is from a far finer one and from its own way back.
struct FieldBenchmark {
  private struct Integration: Encodable {
    var tolerance: Double
    var evaluations: Int
    var samples_per_second: Double
    var lost_samples: Int
    /// Largest over samples, against fixed steps of a fourth-order method.
    var error_of_x: Double
    /// Standard deviation and largest, nats.
    var error_of_log_q: Double
    var largest_error_of_log_q: Double
    /// There and back with the same tolerance.
    var round_trip_of_x: Double
    var round_trip_of_log_q: Double
  }

  private struct Result: Encodable {
    var system: String
    var model: String
    var parameters: Int
    var threads: Int
    var velocities_per_second: Double
    var divergences_per_second: Double
    @ExplicitNull var divergences_by_directions_per_second: Double?
    var training_samples_per_second: Double
    var integrations: [Integration]
  }

  private let description: SystemDescription
  private let model: String
  private let threads: Int
  private let samples: Int
  private let seconds: Double
  private let tolerances: [Double]
  private let steps: Int
  /// Whether one derivative for each coordinate is timed too, which takes long for large molecules.
  private let takesDirections: Bool

  init(_ description: SystemDescription, _ overrides: inout Overrides) throws {
    self.description = description
    threads = try overrides.takeThreads()
    samples = try overrides.takeInteger("samples", in: 1...1_000_000) ?? 128
    seconds = try overrides.takeNumber("seconds") ?? 2
    model = overrides.takeText("model") ?? PairFieldRecipe.kind
    steps = try overrides.takeInteger("reference_steps", in: 1...100_000) ?? 200
    takesDirections = try overrides.takeSwitch("directions") ?? true
    let text = overrides.takeText("tolerances") ?? "1e-2,1e-3,1e-4"
    let words = text == "none" ? [] : text.split(separator: ",")
    tolerances = words.compactMap { Double($0) }.filter { $0 > 0 && $0 < 1 }
    guard tolerances.count == words.count, text == "none" || !words.isEmpty else {
      throw UsageError("tolerances=\(text) is neither a list of numbers between 0 and 1 with commas between, nor none")
    }
    try overrides.finish(known: [
      "threads", "samples", "seconds", "model", "tolerances", "reference_steps", "directions", "temperature",
    ])
  }

  func run(json: Bool) throws {
    let prepared = try PreparedSystem(description, needsStructure: false)
    let path = try ModelCatalog.path(ofModel: model, system: description.name)
    let flow = try ModelCatalog.load(path, prepared: prepared).flow
    guard let architecture = flow.architecture as? ContinuousArchitecture else {
      throw UsageError("\(path) is no continuous flow", advice: "train one with model=\(PairFieldRecipe.kind)")
    }
    let field = architecture.field
    let pool = ComputationPool(parameters: flow.parameters, threads: threads)
    let (z, _) = try flow.base.draw(0..<samples, from: RandomStream(seed: 1))
    let shard = 16
    func rate(_ body: @escaping @Sendable (Tape, Variable, Variable) -> Void) throws -> Double {
      try MeasuredRate.perSecond(items: samples, seconds: seconds) { _ in
        _ = try pool.run(count: samples, shardSize: shard) { tape, range in
          tape.isRecording = false
          body(
            tape,
            tape.variable(
              flow.scaledMatrix(z.slice(range)), rows: architecture.axes, columns: field.atoms * range.count),
            tape.constant(0.5, rows: 1, columns: range.count))
        }
      }
    }
    let velocities = try rate { _, x, t in _ = field.velocity(x, times: t) }
    let divergences = try rate { _, x, t in _ = field.velocityAndDivergence(x, times: t) }
    let directions =
      !takesDirections
      ? nil
      : try rate { tape, x, t in
        tape.isRecording = true
        _ = field.directionalDivergence(x, times: t)
      }
    let computation = ShardedComputation(shardSize: 64, threads: threads)
    let x = flow.chartCoordinates(flow.scaledMatrix(z), samples: samples)
    let trained = try MeasuredRate.perSecond(items: samples, seconds: seconds) { round in
      _ = try flow.matchingLoss(
        of: x, noise: 0, power: 1, by: computation, using: RandomStream(seed: UInt64(round)))
    }

    func integrate(_ method: FlowIntegrator.Method, _ start: [[Double]], from: Double, to: Double) throws
      -> [FlowIntegrator.Result]
    {
      let architecture = ContinuousArchitecture(
        field: field, integrator: FlowIntegrator(method), axes: architecture.axes)
      return try pool.run(count: samples, shardSize: 64) { tape, range in
        architecture.integrated(
          start[range.lowerBound / 64], samples: range.count, from: from, to: to, on: tape)
      }
    }
    let starts = stride(from: 0, to: samples, by: 64).map {
      flow.scaledMatrix(z.slice($0..<min($0 + 64, samples)))
    }
    // Nothing to compare with where nothing is integrated.
    let fine = tolerances.isEmpty ? [] : try integrate(.rungeKutta(steps: steps), starts, from: 0, to: 1)
    func largest(_ a: [FlowIntegrator.Result], _ b: [[Double]]) -> Double {
      zip(a, b).map { zip($0.x, $1).map { abs($0 - $1) }.max()! }.max()!
    }
    let integrations = try tolerances.map { tolerance -> Integration in
      let begin = Date()
      let there = try integrate(.dormandPrince(tolerance: tolerance), starts, from: 0, to: 1)
      let elapsed = Date().timeIntervalSince(begin)
      let back = try integrate(.dormandPrince(tolerance: tolerance), there.map(\.x), from: 1, to: 0)
      let errors = zip(there, fine).flatMap { zip($0.logDet, $1.logDet).map { $0 - $1 } }
      let trips = zip(there, back).flatMap { zip($0.logDet, $1.logDet).map { $0 + $1 } }
      func deviation(_ values: [Double]) -> Double {
        (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
      }
      return Integration(
        tolerance: tolerance, evaluations: there.map(\.evaluations).max()!,
        samples_per_second: Double(samples) / elapsed, lost_samples: there.flatMap(\.isLost).count { $0 },
        error_of_x: largest(there, fine.map(\.x)), error_of_log_q: deviation(errors),
        largest_error_of_log_q: errors.map(abs).max()!, round_trip_of_x: largest(back, starts),
        round_trip_of_log_q: deviation(trips))
    }
    let result = Result(
      system: description.name, model: path, parameters: flow.parameters.count, threads: threads,
      velocities_per_second: velocities, divergences_per_second: divergences,
      divergences_by_directions_per_second: directions, training_samples_per_second: trained,
      integrations: integrations)
    if json { return try JSONOutput.print(result) }
    print("\(description.name), \(path), \(flow.parameters.count) parameters, \(threads) threads")
    print("  \(significant(velocities, 3)) velocities/s, \(significant(divergences, 3)) with exact divergence/s")
    if let directions { print("  \(significant(directions, 3)) divergences by one derivative for each coordinate/s") }
    print("  \(significant(trained, 3)) trained samples/s")
    var table = TextTable()
    table.add("tolerance", "evaluations", "samples/s", "lost", "error of x", "of log q", "largest", "there and back")
    for one in integrations {
      table.add(
        significant(one.tolerance, 2), "\(one.evaluations)", significant(one.samples_per_second, 3),
        "\(one.lost_samples)", significant(one.error_of_x, 2), significant(one.error_of_log_q, 2),
        significant(one.largest_error_of_log_q, 2),
        "\(significant(one.round_trip_of_x, 2)), log q \(significant(one.round_trip_of_log_q, 2))")
    }
    print(table.text)
  }
}
