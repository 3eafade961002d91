import Energies
import Estimators
import Foundation
import MolFlow
import Randomness
import Sampling

/// `molsample bench layers`: effective samples a second of a model's draws, and with stochastic layers after them.
///
/// Numbers of layers take turns, so that what else the machine does falls on all alike; ratios are those of one turn.
struct LayerBenchmark {
  private struct Result: Encodable {
    var layers: Int
    /// Mean of the turns, Kish, nothing clipped.
    var ess_fraction: Double
    var milliseconds_per_sample: Double
    var effective_samples_per_second: Double
    /// Of effective samples a second over those of the draws alone: geometric mean of the turns, and its standard error.
    var gain: Double
    var gain_error: Double
  }

  private let description: SystemDescription
  private let threads: Int
  private let samples: Int
  private let turns: Int
  private let model: String
  private let layers: [Int]
  private let leapfrogSteps: Int?
  private let timeStep_fs: Double?

  init(_ description: SystemDescription, _ overrides: inout Overrides) throws {
    self.description = description
    threads = try overrides.takeThreads()
    samples = try overrides.takeInteger("samples", in: 128...10_000_000) ?? 16_384
    turns = try overrides.takeInteger("turns", in: 2...1000) ?? 4
    model = overrides.takeText("model") ?? "autoregressive"
    let text = overrides.takeText("layers") ?? "1,2,3,5,8"
    let words = text.split(separator: ",")
    layers = words.compactMap { Int($0) }.filter { $0 > 0 }
    guard layers.count == words.count, !layers.isEmpty else {
      throw UsageError("layers=\(text) is not a list of numbers of layers with commas between")
    }
    leapfrogSteps = try overrides.takeInteger("leapfrog_steps", in: 1...10_000)
    timeStep_fs = try overrides.takeNumber("time_step_fs")
    guard timeStep_fs.map({ $0 > 0 }) ?? true else { throw UsageError("time_step_fs must be positive") }
    try overrides.finish(known: [
      "threads", "samples", "turns", "model", "layers", "leapfrog_steps", "time_step_fs", "temperature",
    ])
  }

  func run(json: Bool) throws {
    let prepared = try PreparedSystem(description, needsStructure: false)
    let path = try ModelCatalog.path(ofModel: model, system: description.name)
    let flow = try ModelCatalog.load(path, prepared: prepared).flow
    let geometric = GeometricPath(
      from: FlowProposal(flow, threads: 1),
      to: BoltzmannDensity(MolecularEnergy(prepared.system, threads: 1), state: prepared.state))
    var kernel = try prepared.shortMoves()
    if let leapfrogSteps { kernel.leapfrogSteps = leapfrogSteps }
    if let timeStep_fs { kernel.stepSize = 1e-3 * timeStep_fs }
    let numbers = [0] + layers
    var measured = [[(fraction: Double, seconds: Double)]](repeating: [], count: numbers.count)
    for turn in 0..<turns {
      for (place, number) in numbers.enumerated() {
        let method = AnnealedImportanceMethod(
          along: geometric,
          sampler: AnnealedImportanceSampler(kernel: kernel, schedule: AnnealingSchedule(levels: number + 1)),
          using: RandomStream(seed: UInt64(100 + turn)), threads: threads)
        var state = NoState()
        let start = Date()
        let drawn = try method.sample(0..<samples, state: &state).samples
        let seconds = Date().timeIntervalSince(start)
        measured[place].append((try LogWeights(drawn.logWeights).effectiveSampleSize / Double(samples), seconds))
      }
    }
    let results = numbers.indices.map { place -> Result in
      func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
      let own = measured[place]
      let logGains = zip(own, measured[0]).map { log($0.fraction / $0.seconds) - log($1.fraction / $1.seconds) }
      let logGain = mean(logGains)
      let variance = logGains.reduce(0) { $0 + ($1 - logGain) * ($1 - logGain) } / Double(turns * (turns - 1))
      let (fraction, seconds) = (mean(own.map(\.fraction)), mean(own.map(\.seconds)))
      return Result(
        layers: numbers[place], ess_fraction: fraction, milliseconds_per_sample: 1000 * seconds / Double(samples),
        effective_samples_per_second: fraction * Double(samples) / seconds, gain: exp(logGain),
        gain_error: exp(logGain) * variance.squareRoot())
    }
    if json { return try JSONOutput.print(results) }
    print("\(description.name), \(path), \(turns) turns of \(samples) samples, \(threads) threads")
    var table = TextTable()
    table.add("layers", "ESS", "ms/sample", "effective/s", "gain over draws")
    for result in results {
      table.add(
        "\(result.layers)", "\(significant(100 * result.ess_fraction, 3)) %",
        significant(result.milliseconds_per_sample, 3), significant(result.effective_samples_per_second, 3),
        "\(significant(result.gain, 3)) ± \(significant(result.gain_error, 2))")
    }
    print(table.text)
  }
}
