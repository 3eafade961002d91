import Energies
import Foundation
import MolFlow
import NeuralNetworks
import Randomness
import Sampling
import Testing

@Suite struct FlowTrainerTests {
  typealias Target = BoltzmannDensity<MolecularEnergy>

  /// A tiny plan for a tiny network, with frames from the flow itself: enough to see what a trainer keeps.
  static func trainer(
    threads: Int, _ change: (inout TrainingPlan) -> Void = { _ in }
  ) throws -> FlowTrainer<Target> {
    let (system, model) = try ModelFileTests.model()
    var plan = TrainingPlan()
    (plan.seed, plan.likelihoodRounds, plan.energyRounds, plan.pool, plan.batch) = (5, 2, 2, 256, 64)
    change(&plan)
    let isContinuous = plan.objective == FlowMatchingObjective.name
    if isContinuous { plan.likelihoodObjective = plan.objective }
    let flow = isContinuous ? try ModelFileTests.model(kind: PairFieldRecipe.kind).model.flow : model.flow
    let target = Target(
      MolecularEnergy(system, threads: 1, precision: .single), state: ThermodynamicState(temperature: 300))
    // Of many samples of an untrained flow those with the lowest energies are whole enough to start from.
    let (x, _) = try FlowProposal(model.flow, threads: 2).draw(0..<2000, from: RandomStream(seed: 2))
    let u = try target.reducedPotentials(of: x)
    let best = u.indices.sorted { u[$0] < u[$1] }.prefix(20)
    let frames = best.dropFirst().reduce(x.slice(best.first!..<best.first! + 1)) { $0.appending(x.slice($1..<$1 + 1)) }
    let masses = try system.molecule.masses(hydrogenMass: 3)
    let kernel = LangevinDynamics(
      velocityVariances: masses.flatMap { [Double](repeating: 2.494 / $0, count: 3) }, stepSize: 5e-4, friction: 5)
    return FlowTrainer(
      plan: plan, state: TrainingState(flow: flow, plan: plan),
      frames: plan.likelihoodRounds == 0 ? nil : frames,
      dynamics: PropagatedFrames(kernel: kernel, stride: 3, snapshots: 2), target: target, threads: threads)
  }

  static func bytes(_ trainer: FlowTrainer<Target>) throws -> Data {
    try TrainingCheckpoint.encode(trainer.state, digest: "d", seconds: 0)
  }

  /// Four rounds at once, and two, saved, restored and two more, with other threads: the same bytes.
  @Test(arguments: TrainingObjectives.names) func resumesToTheSameBytes(objective: String) throws {
    func change(_ plan: inout TrainingPlan) { (plan.objective, plan.replayCapacity) = (objective, 200) }
    var whole = try Self.trainer(threads: 2, change)
    var losses: [Double] = []
    for _ in 0..<4 {
      let report = try whole.advance()
      if let loss = report.negativeLogLikelihood ?? report.loss { losses.append(loss) }
    }
    #expect(losses.count == (["likelihood", "mixed", "flow_matching"].contains(objective) ? 4 : 2))
    #expect((whole.state.effectiveFraction == nil) == ["likelihood", "flow_matching"].contains(objective))
    #expect(whole.state.energyEvaluations > 0 && whole.state.best != nil)
    #expect((whole.state.replay.count > 0) == (objective == "alpha_two"))

    var first = try Self.trainer(threads: 1, change)
    _ = try first.advance()
    _ = try first.advance()
    let saved = try Self.bytes(first)
    var second = try Self.trainer(threads: 1, change)
    var state = second.state
    #expect(try TrainingCheckpoint.restore(saved, path: "c", digest: "other", into: &state) == nil)
    #expect(state.round == 0, "another run's state is not taken")
    #expect(try TrainingCheckpoint.restore(saved, path: "c", digest: "d", into: &state) == 0)
    second = try Self.trainer(threads: 1, change).restored(state)
    _ = try second.advance()
    _ = try second.advance()
    let (resumed, uninterrupted) = (try Self.bytes(second), try Self.bytes(whole))
    #expect(resumed == uninterrupted)
    #expect(whole.averaged.parameters.values != whole.state.flow.parameters.values)
  }

  /// By the energy alone, from four times the temperature down: any number of threads gives the same.
  @Test func withoutFrames() throws {
    func run(_ threads: Int) throws -> (bytes: Data, ratios: [Double]) {
      var trainer = try Self.trainer(threads: threads) {
        ($0.likelihoodRounds, $0.energyRounds, $0.hotShare, $0.coldShare) = (0, 4, 0.25, 0.75)
      }
      let ratios = try (0..<4).map { _ in try trainer.advance().temperatureRatio }
      return (try Self.bytes(trainer), ratios)
    }
    let (one, two) = (try run(1), try run(2))
    #expect(one.bytes == two.bytes)
    for (ratio, expected) in zip(one.ratios, [4.0, 4, 2, 1]) { #expect(abs(ratio - expected) < 1e-9) }
  }

  @Test func likelihoodRises() throws {
    var trainer = try Self.trainer(threads: 2) { ($0.likelihoodRounds, $0.pool, $0.batch) = (5, 1024, 32) }
    let losses = try (0..<5).map { _ in try trainer.advance().negativeLogLikelihood! }
    #expect(losses[4] < losses[0] - 3, "\(losses)")
  }

  /// A learning rate beyond all measure ends with an error, and the state before the round is kept.
  @Test func divergenceIsAnError() throws {
    var trainer = try Self.trainer(threads: 2) {
      $0.likelihoodRate = 1e30
      $0.likelihoodRounds = 3
    }
    let before = try Self.bytes(trainer)
    #expect(throws: TrainingError.self) { try trainer.advance() }
    #expect(try Self.bytes(trainer) == before)
  }

  @Test func foreignCheckpoints() throws {
    let trainer = try Self.trainer(threads: 1)
    var state = trainer.state
    let (_, model) = try ModelFileTests.model()
    let file = try model.encoded()
    #expect(throws: SafetensorsError.self) {
      try TrainingCheckpoint.restore(file, path: "c", digest: "d", into: &state)
    }
    #expect(throws: SafetensorsError.self) {
      try TrainingCheckpoint.restore(Data([1, 2, 3]), path: "c", digest: "d", into: &state)
    }
  }
}
