import Foundation

/// How MBAR's equations were solved.
public struct MBARSolution: Sendable, Equatable {
  public enum Method: Sendable, Equatable {
    /// Self-consistent iterations while far away, then Newton's with line search.
    case newton
    /// Self-consistent iteration with Anderson's acceleration; Newton's falls back on it.
    case selfConsistent
  }

  public let method: Method
  /// Passes over all samples that changed the free energies.
  public let iterations: Int
  /// Largest |Σ_n P_kn/N_k − 1| over the states, by how much the weights of a state fail to sum to 1.
  public let residual: Double
  /// Largest change, kT, that one more Newton step would make.
  public let remainingStep: Double
}

/// Minimises the convex objective κ(f) = Σ_n ln Σ_k N_k exp(f_k − u_kn) − Σ_k N_k f_k over the states with samples.
///
/// Its gradient is g_k = Σ_n P_kn − N_k and its Hessian H = diag(Σ_n P_kn) − P Pᵀ. Both are computed without cancellation,
/// which is what poor overlap takes: g_k as the flux between states, Σ_l (F_lk − F_kl) with F_lk the sum of P_kn
/// over the samples of l, and H as a graph Laplacian, whose rows sum to zero because Σ_k P_kn = 1.
///
/// Sources: Shirts & Chodera 2008, doi:10.1063/1.2978177, appendix C; Anderson 1965, doi:10.1145/321296.321305, as in Walker
/// & Ni 2011, doi:10.1137/10078356X.
struct MBARSolver {
  let p: Responsibilities
  private(set) var f: [Double]
  private(set) var moments: Responsibilities.Moments
  private var iterations = 0
  /// What was added to f since the exponentials were taken.
  private var change: [Double]

  static let tolerance = 1e-12
  static let stepTolerance = 1e-10
  private static let newtonLimit = 200
  private static let selfConsistentLimit = 10_000
  /// No step changes a free energy by more, in kT.
  private static let largestStep = 100.0

  /// - Parameter start: f of the states with samples.
  init(_ p: Responsibilities, start: [Double]) {
    self.p = p
    f = start
    change = start.map { _ in 0 }
    moments = p.fill(start)
  }

  /// For responsibilities that are already those of f.
  init(_ p: Responsibilities, continuingAt f: [Double]) {
    self.p = p
    self.f = f
    change = f.map { _ in 0 }
    _ = p.trial(change)
    moments = p.advance()
  }

  mutating func solve(_ method: MBARSolution.Method) throws(EstimatorError) -> MBARSolution {
    if method == .newton, newton() { return try solution(.newton) }
    accelerate()
    if method == .newton { _ = newton() }
    return try solution(.selfConsistent)
  }

  private func solution(_ method: MBARSolution.Method) throws(EstimatorError) -> MBARSolution {
    guard let step = newtonStep() else { throw disconnection }
    let remaining = Self.largest(step)
    guard residual <= 1e-8, remaining <= 1e-2 else {
      throw .notConverged(iterations: iterations, residual: max(residual, remaining))
    }
    return MBARSolution(method: method, iterations: iterations, residual: residual, remainingStep: remaining)
  }

  // MARK: Newton

  /// Whether it converged.
  private mutating func newton() -> Bool {
    var before = Double.infinity
    for _ in 0..<Self.newtonLimit {
      if residual > 1 {
        _ = p.trial(selfConsistentStep)
        move(by: selfConsistentStep)
        continue
      }
      guard let step = newtonStep() else { return false }
      let size = Self.largest(step)
      if residual <= Self.tolerance && (size <= Self.stepTolerance || size > before / 2) { return true }
      before = residual <= Self.tolerance ? size : .infinity
      let slope = zip(gradient, step).reduce(0) { $0 + $1.0 * $1.1 }
      var fraction = min(1, Self.largestStep / size)
      var accepted = false
      for _ in 0..<40 {
        let scaled = step.map { fraction * $0 }
        let gain = objectiveChange(scaled)
        // Close to the minimum the gain drowns in rounding, and Newton's step is right.
        if gain <= 1e-4 * fraction * slope || -slope < 1e-9 * Double(p.sampleCount).squareRoot() {
          move(by: scaled)
          accepted = true
          break
        }
        fraction /= 2
      }
      if !accepted { return false }
    }
    return false
  }

  /// −H⁺ g with the first state held; nil where H is singular to rounding.
  private func newtonStep() -> [Double]? {
    let k = p.stateCount
    guard k > 1 else { return [0] }
    let g = gradient
    let hessian = Self.laplacian(moments, k)
    var reduced = SymmetricMatrix(order: k - 1, elements: [Double](repeating: 0, count: (k - 1) * (k - 1)))
    for i in 1..<k { for j in 1..<k { reduced[i - 1, j - 1] = hessian[i, j] } }
    return reduced.solving(g.dropFirst().map { -$0 }).map { [0] + $0 }
  }

  /// H at the current free energies.
  static func laplacian(_ moments: Responsibilities.Moments, _ k: Int) -> SymmetricMatrix {
    var hessian = SymmetricMatrix(order: k, elements: moments.products.map { -$0 })
    for i in 0..<k {
      hessian[i, i] = 0
      var sum = 0.0
      for j in 0..<k { sum += hessian[i, j] }
      hessian[i, i] = -sum
    }
    return hessian
  }

  // MARK: Self-consistent iteration

  /// −ln Σ_n P_kn/N_k, relative to the first state.
  private var selfConsistentStep: [Double] {
    let raw = (0..<p.stateCount).map { k in -log(max(sum(k) / p.counts[k], .leastNormalMagnitude)) }
    return raw.map { max(-Self.largestStep, min(Self.largestStep, $0 - raw[0])) }
  }

  /// Anderson's acceleration over the last steps; where it would raise the objective, the plain step, which never does.
  private mutating func accelerate() {
    let depth = min(5, p.stateCount)
    var history: [(f: [Double], step: [Double])] = []
    for _ in 0..<Self.selfConsistentLimit {
      if residual <= Self.tolerance { return }
      let step = selfConsistentStep
      history.append((f, step))
      if history.count > depth + 1 { history.removeFirst() }
      var best = step
      if let mixed = Self.mixed(history), Self.largest(mixed) <= Self.largestStep, objectiveChange(mixed) <= 0 {
        best = mixed
      } else {
        history = [(f, step)]
        _ = p.trial(step)
      }
      move(by: best)
    }
  }

  /// The step to the point where the linear model of the last steps has the smallest residual.
  private static func mixed(_ history: [(f: [Double], step: [Double])]) -> [Double]? {
    let m = history.count - 1
    guard m > 0, let last = history.last else { return nil }
    func difference(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let steps = (0..<m).map { difference(history[$0 + 1].step, history[$0].step) }
    let moves = (0..<m).map { difference(history[$0 + 1].f, history[$0].f) }
    var normal = SymmetricMatrix(order: m, elements: [Double](repeating: 0, count: m * m))
    for i in 0..<m { for j in 0..<m { normal[i, j] = dot(steps[i], steps[j]) } }
    for i in 0..<m { normal[i, i] *= 1 + 1e-12 }
    guard let weights = normal.solving(steps.map { dot($0, last.step) }) else { return nil }
    var result = last.step
    for i in 0..<m { for k in result.indices { result[k] -= weights[i] * (moves[i][k] + steps[i][k]) } }
    return result
  }

  // MARK: State

  private mutating func move(by step: [Double]) {
    iterations += 1
    for k in f.indices {
      f[k] += step[k]
      change[k] += step[k]
    }
    if change.max()! - change.min()! > Responsibilities.largestChange {
      moments = p.fill(f)
      change = change.map { _ in 0 }
    } else {
      moments = p.advance()
    }
  }

  /// κ(f + δ) − κ(f)
  private func objectiveChange(_ delta: [Double]) -> Double {
    p.trial(delta) - zip(p.counts, delta).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func sum(_ k: Int) -> Double {
    var sum = 0.0
    for l in 0..<p.stateCount { sum += moments.flux[l * p.stateCount + k] }
    return sum
  }

  private var gradient: [Double] {
    let count = p.stateCount
    return (0..<count).map { k in
      var g = 0.0
      for l in 0..<count { g += moments.flux[l * count + k] - moments.flux[k * count + l] }
      return g
    }
  }

  private var residual: Double { zip(gradient, p.counts).reduce(0) { max($0, abs($1.0) / $1.1) } }

  private static func largest(_ values: [Double]) -> Double { values.reduce(0) { max($0, abs($1)) } }

  /// Names a state that shares nothing, to rounding, with the first one's part of the graph.
  private var disconnection: EstimatorError {
    let k = p.stateCount
    var known = [Bool](repeating: false, count: k)
    known[0] = true
    var waiting = [0]
    while let here = waiting.popLast() {
      for next in 0..<k where !known[next] {
        let shared = moments.products[here * k + next]
        if shared > 1e-13 * min(p.counts[here], p.counts[next]) {
          known[next] = true
          waiting.append(next)
        }
      }
    }
    if let state = known.firstIndex(of: false) { return .disconnectedState(state: p.states[state]) }
    return .notConverged(iterations: iterations, residual: residual)
  }
}
