import Foundation
import NeuralNetworks

/// Integration of dx/dt = v(x, t) together with d log |det|/dt = ∇·v, for a batch of samples at once.
///
/// Samples whose path leaves what numbers can hold, or for which the step would have to be too short, are lost: the others go on, and
/// the result says which.
public struct FlowIntegrator: Sendable, Equatable {
  public enum Method: Sendable, Equatable {
    /// Dormand & Prince's pair of orders 5 and 4 with steps for which the error of every coordinate, and of log |det|, stays below
    /// the tolerance. Dormand & Prince 1980, doi:10.1016/0771-050X(80)90013-3; the controller of Hairer, Nørsett & Wanner 1993,
    /// section II.4.
    case dormandPrince(tolerance: Double)
    /// Runge and Kutta's method of order 4 with equal steps.
    case rungeKutta(steps: Int)
    /// Heun's method of order 2 with equal steps.
    case heun(steps: Int)

    var tableau: Tableau {
      switch self {
      case .dormandPrince: .dormandPrince
      case .rungeKutta: .classical
      case .heun: .heun
      }
    }
  }

  public var method: Method
  /// Adaptive steps end where they are shorter than this.
  public static let shortestStep = 1e-6
  /// Evaluations of the field that adaptive integration may take.
  public static let mostEvaluations = 10_000

  public init(_ method: Method) { self.method = method }

  public struct Result: Sendable {
    /// Row by row `[rows][tokens × samples]`.
    public var x: [Double]
    /// ∫ ∇·v dt from start to end, `[samples]`.
    public var logDet: [Double]
    public var isLost: [Bool]
    public var evaluations: Int
    /// Where steps begin and end.
    public var times: [Double]
    /// x at these times, where asked for.
    public var states: [[Double]]
  }

  /// A right-hand side: velocities, one for each coordinate, and divergences, one for each sample.
  public typealias Field = (_ x: [Double], _ time: Double) throws -> (velocity: [Double], divergence: [Double])

  /// - Parameters:
  ///   - x: coordinate c of a sample stands at c × `samples` + sample.
  public func integrate(
    _ x: [Double], samples: Int, from start: Double, to end: Double, keepingStates: Bool = false, field: Field
  ) rethrows -> Result {
    var state = State(x: x, logDet: [Double](repeating: 0, count: samples), samples: samples)
    state.keepsStates = keepingStates
    switch method {
    case .dormandPrince(let tolerance):
      try adaptive(&state, from: start, to: end, tolerance: tolerance, field: field)
    case .rungeKutta(let steps):
      try fixed(&state, from: start, to: end, steps: steps, .classical, field: field)
    case .heun(let steps):
      try fixed(&state, from: start, to: end, steps: steps, .heun, field: field)
    }
    return Result(
      x: state.x, logDet: state.logDet, isLost: state.isLost, evaluations: state.evaluations, times: state.times,
      states: state.states)
  }

  // MARK: State

  private struct State {
    var x: [Double]
    var logDet: [Double]
    let samples: Int
    var isLost: [Bool]
    var evaluations = 0
    var times: [Double] = []
    var keepsStates = false
    var states: [[Double]] = []

    /// A step, or the beginning, is done.
    mutating func note(_ time: Double) {
      times.append(time)
      if keepsStates { states.append(x) }
    }

    init(x: [Double], logDet: [Double], samples: Int) {
      (self.x, self.logDet, self.samples) = (x, logDet, samples)
      isLost = [Bool](repeating: false, count: samples)
      for sample in 0..<samples { loseUnlessFinite(sample) }
    }

    /// Lost samples stand at 0, where fields can be evaluated, and move no more.
    mutating func lose(_ sample: Int) {
      isLost[sample] = true
      for i in stride(from: sample, to: x.count, by: samples) { x[i] = 0 }
      logDet[sample] = 0
    }

    mutating func loseUnlessFinite(_ sample: Int) {
      let isFinite = stride(from: sample, to: x.count, by: samples).allSatisfy { x[$0].magnitude < 1e15 }
      if !isFinite || !logDet[sample].isFinite { lose(sample) }
    }
  }

  private struct Slope {
    var x: [Double]
    var logDet: [Double]
  }

  private func slope(_ state: inout State, at x: [Double], time: Double, field: Field) rethrows -> Slope {
    state.evaluations += 1
    var place = x
    for sample in 0..<state.samples {
      // What a stage may not hold is asked for at 0, and the sample is lost at the end of the step.
      let isFine =
        !state.isLost[sample]
        && stride(from: sample, to: x.count, by: state.samples).allSatisfy { x[$0].magnitude < 1e15 }
      if !isFine { for i in stride(from: sample, to: x.count, by: state.samples) { place[i] = 0 } }
    }
    let (v, divergence) = try field(place, time)
    var slope = Slope(x: v, logDet: divergence)
    for sample in 0..<state.samples where state.isLost[sample] {
      for i in stride(from: sample, to: x.count, by: state.samples) { slope.x[i] = 0 }
      slope.logDet[sample] = 0
    }
    return slope
  }

  /// x + h Σ weight · slope
  private func moved(_ x: [Double], _ h: Double, _ weights: [Double], _ slopes: [[Double]]) -> [Double] {
    var result = x
    for (weight, slope) in zip(weights, slopes) where weight != 0 {
      let factor = h * weight
      for i in result.indices { result[i] += factor * slope[i] }
    }
    return result
  }

  // MARK: Fixed steps

  /// Stages of a step: the share of its length at which each stands, the slopes that lead there, and the weights of the slopes.
  struct Tableau {
    var times: [Double]
    var stages: [[Double]]
    var weights: [Double]

    static let classical = Tableau(
      times: [0, 0.5, 0.5, 1], stages: [[], [0.5], [0, 0.5], [0, 0, 1]], weights: [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6])
    static let heun = Tableau(times: [0, 1], stages: [[], [1]], weights: [0.5, 0.5])
    /// Of order 5.
    static let dormandPrince = Tableau(
      times: Array(FlowIntegrator.times.prefix(6)), stages: Array(FlowIntegrator.stages.prefix(6)),
      weights: FlowIntegrator.stages[6])
  }

  private func fixed(
    _ state: inout State, from start: Double, to end: Double, steps: Int, _ tableau: Tableau, field: Field
  ) rethrows {
    let h = (end - start) / Double(steps)
    state.note(start)
    for step in 0..<steps {
      let time = start + h * Double(step)
      var slopes: [Slope] = []
      for (offset, weights) in zip(tableau.times, tableau.stages) {
        slopes.append(
          try slope(
            &state, at: moved(state.x, h, weights, slopes.map(\.x)), time: time + h * offset, field: field))
      }
      state.x = moved(state.x, h, tableau.weights, slopes.map(\.x))
      state.logDet = moved(state.logDet, h, tableau.weights, slopes.map(\.logDet))
      for sample in 0..<state.samples where !state.isLost[sample] { state.loseUnlessFinite(sample) }
      state.note(start + h * Double(step + 1))
    }
  }

  // MARK: Adaptive steps

  private static let times: [Double] = [0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1]
  private static let stages: [[Double]] = [
    [], [1.0 / 5], [3.0 / 40, 9.0 / 40], [44.0 / 45, -56.0 / 15, 32.0 / 9],
    [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
    [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
    [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
  ]
  /// Fifth less fourth order.
  private static let errorWeights: [Double] = [
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
  ]

  private func adaptive(
    _ state: inout State, from start: Double, to end: Double, tolerance: Double, field: Field
  ) rethrows {
    let direction = end > start ? 1.0 : -1.0
    var time = start
    var h = 0.05
    var first = try slope(&state, at: state.x, time: time, field: field)
    state.note(start)
    var lastError = 1e-4
    while direction * (end - time) > 1e-12 {
      let step = min(h, abs(end - time))
      var slopes = [first]
      for stage in 1..<7 {
        let x = moved(state.x, direction * step, Self.stages[stage], slopes.map(\.x))
        slopes.append(
          try slope(&state, at: x, time: time + direction * step * Self.times[stage], field: field))
      }
      let x = moved(state.x, direction * step, Self.stages[6], slopes.map(\.x))
      let logDet = moved(state.logDet, direction * step, Self.stages[6], slopes.map(\.logDet))
      let zero = [Double](repeating: 0, count: x.count)
      let error = moved(zero, step, Self.errorWeights, slopes.map(\.x))
      let errorOfLogDet = moved(
        [Double](repeating: 0, count: state.samples), step, Self.errorWeights, slopes.map(\.logDet))
      var errors = [Double](repeating: 0, count: state.samples)
      let coordinates = Double(x.count / state.samples)
      for sample in 0..<state.samples where !state.isLost[sample] {
        var sum = 0.0
        for i in stride(from: sample, to: x.count, by: state.samples) {
          let scale = tolerance * (1 + max(abs(state.x[i]), abs(x[i])))
          sum += (error[i] / scale) * (error[i] / scale)
        }
        // log |det| is asked for to ten tolerances, absolutely: what it means for weights does not grow with its size.
        let own = max((sum / coordinates).squareRoot(), abs(errorOfLogDet[sample]) / (10 * tolerance))
        errors[sample] = own.isFinite ? own : .infinity
      }
      let worst = errors.max() ?? 0
      let isTooShort = step * 0.2 < Self.shortestStep || state.evaluations > Self.mostEvaluations
      if worst > 1, !isTooShort {
        h = step * max(0.2, worst.isFinite ? 0.9 * pow(worst, -0.2) : 0.2)
        continue
      }
      (state.x, state.logDet) = (x, logDet)
      for sample in 0..<state.samples where !state.isLost[sample] {
        // With the shortest step still wrong: lost.
        if errors[sample] > 1 { state.lose(sample) } else { state.loseUnlessFinite(sample) }
      }
      if isTooShort, state.evaluations > Self.mostEvaluations {
        for sample in 0..<state.samples { state.lose(sample) }
        return
      }
      time += direction * step
      state.note(time)
      // The last slope of a step is the first of the next, but for samples that were lost.
      first = slopes[6]
      for sample in 0..<state.samples where state.isLost[sample] {
        for i in stride(from: sample, to: x.count, by: state.samples) { first.x[i] = 0 }
        first.logDet[sample] = 0
      }
      let kept = min(worst, 1)
      let factor = kept == 0 ? 5 : 0.9 * pow(kept, -0.7 / 5) * pow(lastError, 0.4 / 5)
      lastError = max(kept, 1e-4)
      h = step * min(5, max(0.2, factor))
    }
  }
}
