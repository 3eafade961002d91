import Energies
import Randomness

/// Walkers in K states at once, R in each: independent chains (K = 1), windows, or replica exchange between neighbouring
/// states.
///
/// States may differ in temperature, in restraints or in the whole energy. Walker r of all states together is ladder r;
/// ladders never mix, so they are R independent simulations, and errors can be told from their scatter. An exchange of
/// states j and k = j + 1 in a ladder is accepted with min(1, e^{Δ}), Δ = u_j(x_j) + u_k(x_k) − u_j(x_k) − u_k(x_j); even
/// and odd pairs take turns. Velocities go with the walker, scaled to the new state's equilibrium.
///
/// Source: Swendsen & Wang 1986, doi:10.1103/PhysRevLett.57.2607; Sugita & Okamoto 1999,
/// doi:10.1016/S0009-2614(99)01123-9; Sugita, Kitao, Okamoto 2000, doi:10.1063/1.1308516 (states of different energies).
public struct ReplicaExchange<Target: TargetDensity, Move: Kernel>: Sendable {
  /// One density and one kernel for each state. Targets are evaluated by one thread each.
  public let targets: [Target]
  public let kernels: [Move]
  /// Walkers of each state.
  public let replicas: Int
  public let threads: Int
  /// Steps between two attempts to exchange; nil without exchange.
  public let stepsPerExchange: Int?
  private let random: RandomStream

  /// Walkers that are moved together: enough for the lanes of the energies, few enough for the cache.
  public static var blockSize: Int { 64 }

  public init(
    targets: [Target], kernels: [Move], replicas: Int, stepsPerExchange: Int?, threads: Int, random: RandomStream
  ) {
    precondition(!targets.isEmpty && targets.count == kernels.count && replicas > 0 && threads > 0)
    precondition(stepsPerExchange.map { $0 > 0 } ?? true)
    self.targets = targets
    self.kernels = kernels
    self.replicas = replicas
    self.stepsPerExchange = targets.count > 1 ? stepsPerExchange : nil
    self.threads = threads
    self.random = random
  }

  private var blocks: Int { (replicas + Self.blockSize - 1) / Self.blockSize }

  private func range(ofBlock block: Int) -> Range<Int> {
    block * Self.blockSize..<min((block + 1) * Self.blockSize, replicas)
  }

  // MARK: State

  /// All walkers and the counts of exchanges after `step` steps.
  public struct State: Sendable {
    public fileprivate(set) var step = 0
    /// `[state][block]`
    fileprivate var walkers: [[Walkers]]
    public fileprivate(set) var exchanges: ExchangeStatistics
    /// Σ of acceptance probabilities of moves, and their number, by state.
    public fileprivate(set) var acceptanceSums: [Double]
    public fileprivate(set) var moves: Int

    /// Positions of all replicas of state k, `[replica][coordinate]`.
    public func positions(ofState k: Int) -> Configurations {
      Configurations(
        count: walkers[k].reduce(0) { $0 + $1.count }, dimension: walkers[k][0].dimension,
        coordinates: walkers[k].flatMap(\.x.coordinates))
    }

    /// u_k of all replicas of state k.
    public func reducedPotentials(ofState k: Int) -> [Double] { walkers[k].flatMap(\.reducedPotentials) }

    /// ẋ of all replicas of state k; nil for kernels without velocities.
    public func velocities(ofState k: Int) -> Configurations? {
      guard walkers[k][0].velocities != nil else { return nil }
      return Configurations(
        count: walkers[k].reduce(0) { $0 + $1.count }, dimension: walkers[k][0].dimension,
        coordinates: walkers[k].flatMap { $0.velocities!.coordinates })
    }

    /// Mean acceptance of moves in state k; nil before the first.
    public func acceptance(ofState k: Int) -> Double? { moves == 0 ? nil : acceptanceSums[k] / Double(moves) }
  }

  /// All replicas of state k at `positions[k]`, `[replica][coordinate]`, with fresh velocities.
  public func start(at positions: [Configurations]) throws -> State {
    precondition(positions.count == targets.count && positions.allSatisfy { $0.count == replicas })
    var walkers: [[Walkers]] = []
    for k in targets.indices {
      walkers.append(
        try (0..<blocks).map { block in
          let range = range(ofBlock: block)
          return try kernels[k].start(
            at: positions[k].slice(range), first: range.lowerBound, target: targets[k],
            using: random.child(0).child(k))
        })
      if let w = walkers[k].flatMap(\.reducedPotentials).firstIndex(of: .infinity) {
        throw SamplingError.impossibleStart(walker: w)
      }
    }
    return State(
      walkers: walkers, exchanges: ExchangeStatistics(states: targets.count, replicas: replicas),
      acceptanceSums: [Double](repeating: 0, count: targets.count), moves: 0)
  }

  /// Forgets what was counted: the end of an equilibration.
  public func resetCounts(_ state: inout State) {
    state.exchanges = ExchangeStatistics(states: targets.count, replicas: replicas)
    state.acceptanceSums = [Double](repeating: 0, count: targets.count)
    state.moves = 0
  }

  // MARK: Moving

  /// `steps` moves of every walker, with exchanges after each `stepsPerExchange` of them.
  public func advance(_ state: inout State, steps: Int) throws {
    var left = steps
    while left > 0 {
      let untilExchange = stepsPerExchange.map { $0 - state.step % $0 } ?? left
      let portion = min(left, untilExchange)
      try move(&state, steps: portion)
      left -= portion
      if let stepsPerExchange, state.step % stepsPerExchange == 0 {
        try exchange(&state, round: state.step / stepsPerExchange)
      }
    }
  }

  private func move(_ state: inout State, steps: Int) throws {
    let first = state.step
    let stepStreams = random.child(1)
    let before = state.walkers
    let moved = try parallelMap(targets.count * blocks) { task in
      let k = task / blocks
      var walkers = before[k][task % blocks]
      var acceptance = 0.0
      for step in first..<first + steps {
        let transition = try kernels[k].step(
          &walkers, target: targets[k], using: stepStreams.child(step).child(k))
        acceptance += transition.acceptance.reduce(0, +)
      }
      return (walkers, acceptance)
    }
    for (task, (walkers, acceptance)) in moved.enumerated() {
      state.walkers[task / blocks][task % blocks] = walkers
      state.acceptanceSums[task / blocks] += acceptance
    }
    state.moves += steps * replicas
    state.step += steps
  }

  private func exchange(_ state: inout State, round: Int) throws {
    let pairs = Array(stride(from: round % 2, to: targets.count - 1, by: 2))
    guard !pairs.isEmpty else { return }
    let before = state.walkers
    let exchanged = try parallelMap(pairs.count * blocks) { task in
      let j = pairs[task / blocks]
      let block = task % blocks
      var lower = before[j][block], upper = before[j + 1][block]
      let outcomes = try exchange(
        &lower, &upper, state: j, using: random.child(2).child(round).child(j))
      return (lower, upper, outcomes)
    }
    for (task, (lower, upper, outcomes)) in exchanged.enumerated() {
      let j = pairs[task / blocks]
      let block = task % blocks
      state.walkers[j][block] = lower
      state.walkers[j + 1][block] = upper
      for (offset, outcome) in outcomes.enumerated() {
        state.exchanges.record(
          pair: j, replica: range(ofBlock: block).lowerBound + offset, probability: outcome.probability,
          accepted: outcome.accepted)
      }
    }
    state.exchanges.countRoundTrips()
  }

  private typealias Outcome = (probability: Double, accepted: Bool)

  private func exchange(
    _ lower: inout Walkers, _ upper: inout Walkers, state j: Int, using random: RandomStream
  ) throws -> [Outcome] {
    // What each walker would have in the other's state.
    var raised = lower, lowered = upper
    try kernels[j + 1].retarget(&raised, to: targets[j + 1])
    try kernels[j].retarget(&lowered, to: targets[j])
    let noise = StepNoise(random)
    let lowerWidths = kernels[j].velocityVariances, upperWidths = kernels[j + 1].velocityVariances
    return (0..<lower.count).map { w in
      let logRatio =
        (lower.reducedPotentials[w] - lowered.reducedPotentials[w])
        + (upper.reducedPotentials[w] - raised.reducedPotentials[w])
      let probability = MetropolisDecision.probability(logRatio)
      guard MetropolisDecision.accepts(logRatio, logUniform: noise.logUniform(walker: lower.first + w)) else {
        return (probability, false)
      }
      lower.take(w, x: lowered.x, potential: lowered.reducedPotentials[w], gradient: lowered.gradient)
      upper.take(w, x: raised.x, potential: raised.reducedPotentials[w], gradient: raised.gradient)
      if let lowerWidths, let upperWidths {
        for (c, i) in lower.row(w).enumerated() {
          let scale = (upperWidths[c] / lowerWidths[c]).squareRoot()
          lower.velocities!.coordinates[i] = lowered.velocities!.coordinates[i] / scale
          upper.velocities!.coordinates[i] = raised.velocities!.coordinates[i] * scale
        }
      }
      return (probability, true)
    }
  }

  /// `body` of 0 ..< count on all threads; the error of the lowest index is thrown.
  private func parallelMap<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) throws -> Value
  ) throws -> [Value] {
    var results = [Result<Value, any Error>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      // Tasks write to places of their own.
      nonisolated(unsafe) let results = results
      inParallelShards(of: count, shards: min(threads, count)) { _, range in
        for task in range { results[task] = Result { try body(task) } }
      }
    }
    return try results.map { try $0!.get() }
  }
}

// MARK: Checkpoints

extension ReplicaExchange {
  public func checkpoint(of state: State) -> SamplerCheckpoint {
    SamplerCheckpoint(
      step: state.step, positions: targets.indices.map { PackedDoubles(state.positions(ofState: $0).coordinates) },
      velocities: state.velocities(ofState: 0) == nil
        ? nil : targets.indices.map { PackedDoubles(state.velocities(ofState: $0)!.coordinates) },
      exchanges: state.exchanges, acceptanceSums: state.acceptanceSums, moves: state.moves)
  }

  /// The state that a checkpoint was made of; nil where it is of another number of states, walkers or coordinates.
  public func state(from checkpoint: SamplerCheckpoint) throws -> State? {
    let dimension = targets[0].dimension
    func fits(_ columns: [PackedDoubles]) -> Bool {
      columns.count == targets.count && columns.allSatisfy { $0.values.count == replicas * dimension }
    }
    guard fits(checkpoint.positions), checkpoint.velocities.map(fits) ?? true,
      (checkpoint.velocities != nil) == (kernels[0].velocityVariances != nil), checkpoint.step >= 0,
      checkpoint.acceptanceSums.count == targets.count,
      checkpoint.exchanges.fits(states: targets.count, replicas: replicas)
    else { return nil }
    func configurations(_ values: [Double]) -> Configurations {
      Configurations(count: replicas, dimension: dimension, coordinates: values)
    }
    var state = try start(at: checkpoint.positions.map { configurations($0.values) })
    if let velocities = checkpoint.velocities {
      for k in targets.indices {
        let all = configurations(velocities[k].values)
        for block in 0..<blocks { state.walkers[k][block].velocities = all.slice(range(ofBlock: block)) }
      }
    }
    state.step = checkpoint.step
    state.exchanges = checkpoint.exchanges
    state.acceptanceSums = checkpoint.acceptanceSums
    state.moves = checkpoint.moves
    return state
  }
}
