import Foundation
import NeuralNetworks
import Randomness
import Testing

@Suite struct OptimisationTests {
  /// The first step of Adam has the length of the rate in every coordinate; later steps follow the published recursion.
  @Test func adamFollowsItsRecursion() {
    var builder = ParameterBuilder(seed: 1)
    _ = Linear("l", inputs: 7, outputs: 5, in: &builder)
    var store = builder.store
    var options = AdamW.Options()
    options.weightDecay = 0.1
    var optimizer = AdamW(count: store.count, options: options)
    var expected = store.values.map(Double.init)
    var m = [Double](repeating: 0, count: store.count)
    var v = m
    var random = RandomStream(seed: 2)
    for step in 1...5 {
      let gradient = (0..<store.count).map { _ in Float(random.normal()) }
      optimizer.update(&store, gradient: gradient, scale: 0.5, rate: 0.01)
      for i in expected.indices {
        let g = 0.5 * Double(gradient[i])
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        let decays = i < 35
        let hat = m[i] / (1 - pow(0.9, Double(step)))
        let scale = (v[i] / (1 - pow(0.999, Double(step)))).squareRoot() + 1e-8
        expected[i] = expected[i] * (decays ? 1 - 0.01 * 0.1 : 1) - 0.01 * hat / scale
      }
    }
    for (a, b) in zip(store.values, expected) { #expect(abs(Double(a) - b) < 1e-6) }
  }

  @Test func schedule() {
    let schedule = LearningRateSchedule(peak: 2, warmup: 4, steps: 104, final: 0.1)
    #expect(schedule.rate(at: 0) == 0.5)
    #expect(schedule.rate(at: 3) == 2)
    #expect(abs(schedule.rate(at: 54) - 1.1) < 1e-12)
    #expect(abs(schedule.rate(at: 104) - 0.2) < 1e-12)
    #expect(abs(schedule.rate(at: 500) - 0.2) < 1e-12)
  }

  @Test func clipping() {
    #expect(abs(globalNorm(of: [3, -4]) - 5) < 1e-12)
    #expect(clippingScale(norm: 5, largest: 1) == 0.2)
    #expect(clippingScale(norm: 0.5, largest: 1) == 1)
  }

  @Test func average() {
    var average = ExponentialMovingAverage(decay: 0.9, values: [0])
    average.update([1])
    #expect(abs(average.values[0] - 0.9) < 1e-6, "the first step forgets nine tenths of the start")
    for _ in 0..<500 { average.update([2]) }
    #expect(abs(average.values[0] - 2) < 1e-6)
  }

  /// The sum over shards is the same bytes for any number of threads, and near to that of one shard.
  @Test func shardsDoNotDependOnThreads() throws {
    var builder = ParameterBuilder(seed: 4)
    let network = MultilayerPerceptron("m", widths: [2, 16, 1], in: &builder)
    let store = builder.store
    var random = RandomStream(seed: 5)
    let x = (0..<2 * 37).map { _ in random.normal() }
    func run(_ shardSize: Int, _ threads: Int) throws -> (losses: [Double], gradient: [Float]) {
      let computation = ShardedComputation(shardSize: shardSize, threads: threads)
      let result = try computation.run(count: 37, parameters: store, wantsGradient: true) { tape, range in
        let part = (0..<2).flatMap { row in range.map { x[row * 37 + $0] } }
        let y = network(tape.variable(part, rows: 2, columns: range.count))
        let loss = y.squared().sumOfColumns()
        tape.pullBack(sumOf: loss)
        return loss.values[0]
      }
      return (result.results, result.gradient)
    }
    let one = try run(8, 1)
    let three = try run(8, 3)
    #expect(one.losses == three.losses && one.gradient == three.gradient)
    let whole = try run(37, 1)
    for (a, b) in zip(one.gradient, whole.gradient) { #expect(abs(a - b) < 1e-4 * (1 + abs(b))) }
  }

  /// An error in a shard is the caller's.
  @Test func errorsOfShards() {
    struct Failure: Error {}
    let computation = ShardedComputation(shardSize: 1, threads: 2)
    #expect(throws: Failure.self) {
      try computation.run(count: 4, parameters: ParameterStore(), wantsGradient: false) { _, range in
        if range.lowerBound == 2 { throw Failure() }
      }
    }
  }
}
