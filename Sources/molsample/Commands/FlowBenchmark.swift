import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling

/// `molsample bench flow`: samples with log q, weighted samples and trained samples per second of a system's flow.
struct FlowBenchmark {
  private struct Result: Encodable {
    var system: String
    var model: String
    var parameters: Int
    var threads: Int
    var samples_with_log_q_per_second: Double
    var weighted_samples_per_second: Double
    /// Of maximum likelihood in minibatches of `batch`, gradient and optimiser.
    var training_samples_per_second: Double
    var batch: Int
  }

  private let description: SystemDescription
  private let threads: Int
  private let seconds: Double
  private let batch: Int
  private let model: String

  init(_ description: SystemDescription, _ overrides: inout Overrides) throws {
    self.description = description
    threads = try overrides.takeThreads()
    seconds = try overrides.takeNumber("seconds") ?? 3
    batch = try overrides.takeInteger("batch", in: 1...1_000_000) ?? 256
    model = overrides.takeText("model") ?? "autoregressive"
    try overrides.finish(known: ["threads", "seconds", "batch", "model", "temperature"])
  }

  func run(json: Bool) throws {
    let prepared = try PreparedSystem(description, needsStructure: false)
    let path = try ModelCatalog.path(ofModel: model, system: description.name)
    var flow = try ModelCatalog.load(path, prepared: prepared).flow
    let target = BoltzmannDensity(MolecularEnergy(prepared.system, threads: threads), state: prepared.state)
    let proposal = FlowProposal(flow, threads: threads)
    let random = RandomStream(seed: 1)
    let portion = 2048
    let drawn = try MeasuredRate.perSecond(items: portion, seconds: seconds) {
      _ = try proposal.draw(portion * $0..<portion * ($0 + 1), from: random)
    }
    let weighted = try MeasuredRate.perSecond(items: portion, seconds: seconds) {
      _ = try ImportanceSampler().sample(
        portion * $0..<portion * ($0 + 1), from: proposal, to: target, using: random)
    }
    let (x, _) = try proposal.draw(0..<batch, from: random)
    let q = flow.chart.inverseAndLogDet(x).value
    let computation = ShardedComputation(shardSize: 64, threads: threads)
    var optimizer = AdamW(count: flow.parameters.count)
    let trained = try MeasuredRate.perSecond(items: batch, seconds: seconds) { _ in
      let gradient = try flow.negativeLogLikelihood(of: q, by: computation).gradient
      optimizer.update(&flow.parameters, gradient: gradient, rate: 1e-6)
    }
    let result = Result(
      system: description.name, model: path, parameters: flow.parameters.count, threads: threads,
      samples_with_log_q_per_second: drawn, weighted_samples_per_second: weighted,
      training_samples_per_second: trained, batch: batch)
    if json { return try JSONOutput.print(result) }
    print("\(description.name), \(flow.parameters.count) parameters, \(threads) threads")
    print("  \(significant(drawn, 3)) samples with log q per second")
    print("  \(significant(weighted, 3)) weighted samples per second")
    print("  \(significant(trained, 3)) trained samples per second in minibatches of \(batch)")
  }
}
