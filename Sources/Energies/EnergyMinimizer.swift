/// Finds a nearby minimum of an `Energy` from one configuration, by the limited-memory BFGS method.
///
/// The search direction is −H g with H built from the last `memory` pairs of steps and gradient changes (Liu, Nocedal
/// 1989, doi:10.1007/BF01589116). The step length fulfils the weak Wolfe conditions, found by bracketing and bisection
/// (Lewis, Overton 2013, doi:10.1007/s10107-012-0514-2), which needs no smoothness: a step into an impossible geometry
/// (U = +∞) or over a cutoff's small jump is only a step that is too long. No coordinate moves by more than
/// `longestStep` in one iteration. No random numbers and no clock: the same input gives the same bytes.
public struct EnergyMinimizer: Sendable {
  /// Converged once no component of the force is larger, kJ/mol/nm.
  public var forceTolerance: Double
  public var maximumIterations: Int
  /// Pairs remembered for H.
  public var memory: Int
  /// Bound on the change of one coordinate in one iteration, nm.
  public var longestStep: Double

  public init(
    forceTolerance: Double = 10, maximumIterations: Int = 5000, memory: Int = 12, longestStep: Double = 0.02
  ) {
    precondition(forceTolerance > 0 && maximumIterations >= 0 && memory > 0 && longestStep > 0)
    self.forceTolerance = forceTolerance
    self.maximumIterations = maximumIterations
    self.memory = memory
    self.longestStep = longestStep
  }

  /// Why the search ended.
  public enum Outcome: String, Sendable {
    /// The largest force is within the tolerance.
    case converged
    case iterationLimit
    /// No step along the steepest descent lowers the energy any more: the limit of arithmetic, or a discontinuity.
    case stalled
    /// The start already has U = +∞, which has no downhill direction.
    case impossibleStart
  }

  public struct Result: Sendable {
    /// The configuration of the lowest energy met, count 1.
    public var positions: Configurations
    /// kJ/mol
    public var energy: Double
    /// Largest absolute component of the force, kJ/mol/nm.
    public var largestForce: Double
    public var iterations: Int
    /// Evaluations of energy and forces.
    public var evaluations: Int
    public var outcome: Outcome

    public var converged: Bool { outcome == .converged }
  }

  /// Minimises from `start`, which holds one sample.
  ///
  /// Throws only what the energy throws; not converging is an outcome, not an error.
  public func minimize(_ energy: some Energy, from start: Configurations) throws(EnergyError) -> Result {
    precondition(start.count == 1, "the minimiser takes one configuration")
    var search = try LineSearch(energy: energy, start: start)
    guard search.energyHere.isFinite else {
      return search.result(iterations: 0, outcome: .impossibleStart)
    }
    var history = CurvatureHistory(capacity: memory)
    for iteration in 0..<maximumIterations {
      if search.largestForce <= forceTolerance { return search.result(iterations: iteration, outcome: .converged) }
      if try search.step(along: history.direction(forGradient: search.gradient), longestStep: longestStep) {
        history.append(step: search.lastStep, gradientChange: search.lastGradientChange)
      } else if !history.isEmpty {
        // A stale H can point nowhere useful; the steepest descent decides.
        history.removeAll()
      } else {
        return search.result(iterations: iteration, outcome: .stalled)
      }
    }
    let outcome: Outcome = search.largestForce <= forceTolerance ? .converged : .iterationLimit
    return search.result(iterations: maximumIterations, outcome: outcome)
  }
}

/// The current point of a minimisation and the search along a line from it.
private struct LineSearch<Potential: Energy> {
  let energy: Potential
  var positions: Configurations
  var energyHere: Double
  /// ∂U/∂x, kJ/mol/nm
  var gradient: [Double]
  var evaluations = 1
  var lastStep: [Double] = []
  var lastGradientChange: [Double] = []

  init(energy: Potential, start: Configurations) throws(EnergyError) {
    self.energy = energy
    positions = start
    var forces = Configurations(count: 1, dimension: start.dimension)
    energyHere = try energy.energies(of: start, forces: &forces)[0]
    gradient = forces.coordinates.map { -$0 }
  }

  var largestForce: Double {
    energyHere.isFinite ? gradient.reduce(0) { max($0, abs($1)) } : .infinity
  }

  func result(iterations: Int, outcome: EnergyMinimizer.Outcome) -> EnergyMinimizer.Result {
    EnergyMinimizer.Result(
      positions: positions, energy: energyHere, largestForce: largestForce, iterations: iterations,
      evaluations: evaluations, outcome: outcome)
  }

  /// Moves to a point that fulfils the weak Wolfe conditions, or the longest allowed one that lowers the energy
  /// enough; false, without moving, when there is none.
  mutating func step(along direction: [Double], longestStep: Double) throws(EnergyError) -> Bool {
    let slope = dot(direction, gradient)
    let largest = direction.reduce(0) { max($0, abs($1)) }
    guard slope < 0, largest > 0, largest.isFinite else { return false }
    let longest = longestStep / largest
    var t = min(1, longest)
    var lower = 0.0
    var upper = Double.infinity
    var trial = positions
    var forces = Configurations(count: 1, dimension: positions.dimension)
    // Differences below this are rounding of the energy, not descent.
    let rounding = 1e-14 * max(1, abs(energyHere))
    for _ in 0..<40 {
      for i in direction.indices { trial.coordinates[i] = positions.coordinates[i] + t * direction[i] }
      let found = try energy.energies(of: trial, forces: &forces)[0]
      evaluations += 1
      if !(found <= energyHere + 1e-4 * t * slope + rounding) {
        upper = t
      } else {
        let slopeThere = -dot(direction, forces.coordinates)
        if slopeThere < 0.9 * slope, t < longest {
          lower = t
        } else {
          accept(trial, energy: found, forces: forces)
          return true
        }
      }
      t = upper.isFinite ? (lower + upper) / 2 : min(2 * t, longest)
    }
    // Wolfe's second condition can be out of reach at a jump; the best point with enough descent still counts.
    guard lower > 0 else { return false }
    for i in direction.indices { trial.coordinates[i] = positions.coordinates[i] + lower * direction[i] }
    let found = try energy.energies(of: trial, forces: &forces)[0]
    evaluations += 1
    accept(trial, energy: found, forces: forces)
    return true
  }

  private mutating func accept(_ trial: Configurations, energy found: Double, forces: Configurations) {
    lastStep = zip(trial.coordinates, positions.coordinates).map { $0 - $1 }
    lastGradientChange = zip(forces.coordinates, gradient).map { -$0 - $1 }
    positions = trial
    energyHere = found
    gradient = forces.coordinates.map { -$0 }
  }
}

/// The last steps s and gradient changes y, from which the two-loop recursion makes −H g.
private struct CurvatureHistory {
  let capacity: Int
  private var pairs: [(step: [Double], change: [Double], curvature: Double)] = []

  init(capacity: Int) { self.capacity = capacity }

  var isEmpty: Bool { pairs.isEmpty }

  mutating func removeAll() { pairs.removeAll() }

  /// Keeps the pair only where sᵀy > 0, so that H stays positive definite.
  mutating func append(step: [Double], gradientChange: [Double]) {
    let curvature = dot(step, gradientChange)
    let scale = (dot(step, step) * dot(gradientChange, gradientChange)).squareRoot()
    guard curvature > 1e-10 * scale else { return }
    if pairs.count == capacity { pairs.removeFirst() }
    pairs.append((step, gradientChange, curvature))
  }

  func direction(forGradient gradient: [Double]) -> [Double] {
    var q = gradient
    var weights: [Double] = []
    for pair in pairs.reversed() {
      let weight = dot(pair.step, q) / pair.curvature
      weights.append(weight)
      for i in q.indices { q[i] -= weight * pair.change[i] }
    }
    if let last = pairs.last {
      let scale = last.curvature / dot(last.change, last.change)
      for i in q.indices { q[i] *= scale }
    } else {
      // Nothing is known of the curvature yet: a short first step, 0.001 nm at most.
      let scale = 1e-3 / max(gradient.reduce(0) { max($0, abs($1)) }, 1e-300)
      for i in q.indices { q[i] *= scale }
    }
    for (pair, weight) in zip(pairs, weights.reversed()) {
      let correction = weight - dot(pair.change, q) / pair.curvature
      for i in q.indices { q[i] += correction * pair.step[i] }
    }
    return q.map { -$0 }
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}
