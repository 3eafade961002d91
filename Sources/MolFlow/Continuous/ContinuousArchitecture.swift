import NeuralNetworks

/// A continuous flow: latents at t = 0 are carried to coordinates at t = 1 by a velocity field, log |det ∂x/∂z| = ∫ ∇·v dt with
/// the exact divergence.
///
/// Source: Chen, Rubanova, Bettencourt & Duvenaud 2018, arXiv:1806.07366; Grathwohl et al. 2019, arXiv:1810.01367.
public struct ContinuousArchitecture: FlowArchitecture {
  public let field: any VelocityField
  public let integrator: FlowIntegrator
  /// Coordinates of an atom: 3, or 2 in the plane.
  public let axes: Int

  public init(field: any VelocityField, integrator: FlowIntegrator, axes: Int = 3) {
    (self.field, self.integrator, self.axes) = (field, integrator, axes)
  }

  public var rows: Int { axes }
  public var tokens: Int { field.atoms }
  public var places: [CoordinatePlace] {
    (0..<field.atoms).flatMap { atom in (0..<axes).map { CoordinatePlace(row: $0, token: atom) } }
  }

  public var hasCoordinateDerivatives: Bool { !(field is GuidedField) }

  public func forward(_ latents: Variable) -> Transformed { carried(latents, from: 0, to: 1) }
  public func inverse(_ coordinates: Variable) -> Transformed { carried(coordinates, from: 1, to: 0) }

  /// Samples that are lost on their way are NaN on arrival, with log |det| −∞ backwards.
  ///
  /// Where the tape records, derivatives go through the steps (`recorded`).
  private func carried(_ start: Variable, from: Double, to: Double) -> Transformed {
    let tape = start.tape
    if tape.isRecording { return recorded(start, from: from, to: to) }
    let samples = start.columns / field.atoms
    let result = integrated(start.values, samples: samples, from: from, to: to, on: tape)
    var (x, logDet) = (result.x, result.logDet)
    for sample in 0..<samples where result.isLost[sample] {
      for i in stride(from: sample, to: x.count, by: samples) { x[i] = .nan }
      logDet[sample] = to > from ? 0 : -.infinity
    }
    return Transformed(
      tape.variable(x, rows: axes, columns: field.atoms * samples),
      logDet: LogDensity(tape.variable(logDet, rows: 1, columns: samples)))
  }

  /// Samples at a time for which everything that a divergence needs stays in the caches.
  static let block = 16

  /// Paths of scaled coordinates, `[axes][atoms × samples]` row by row, from one time to another.
  ///
  /// - Parameter tape: with the parameters; what stands on it stays.
  public func integrated(
    _ x: [Double], samples: Int, from: Double, to: Double, keepingStates: Bool = false, on tape: Tape
  ) -> FlowIntegrator.Result {
    let wasRecording = tape.isRecording
    tape.isRecording = false
    defer { tape.isRecording = wasRecording }
    return integrator.integrate(x, samples: samples, from: from, to: to, keepingStates: keepingStates) { x, time in
      velocityAndDivergence(x, samples: samples, time: time, on: tape)
    }
  }

  private func velocityAndDivergence(
    _ x: [Double], samples: Int, time: Double, on tape: Tape
  ) -> (velocity: [Double], divergence: [Double]) {
    let coordinates = axes * field.atoms
    var velocity = x
    var divergence: [Double] = []
    for first in stride(from: 0, to: samples, by: Self.block) {
      let count = min(Self.block, samples - first)
      var part = [Double](repeating: 0, count: coordinates * count)
      for c in 0..<coordinates {
        for sample in 0..<count { part[c * count + sample] = x[c * samples + first + sample] }
      }
      tape.rewinding {
        let (v, own) = field.velocityAndDivergence(
          tape.variable(part, rows: axes, columns: field.atoms * count),
          times: tape.constant(time, rows: 1, columns: count))
        divergence += own
        let values = v.values
        for c in 0..<coordinates {
          for sample in 0..<count { velocity[c * samples + first + sample] = values[c * count + sample] }
        }
      }
    }
    return (velocity, divergence)
  }
}

extension NormalizingFlow {
  /// The same flow by another integrator; nil for flows that are not integrated.
  public func integrated(by integrator: FlowIntegrator) -> NormalizingFlow? {
    guard let architecture = architecture as? ContinuousArchitecture else { return nil }
    return NormalizingFlow(
      chart: chart, coordinates: coordinates, base: base,
      architecture: ContinuousArchitecture(
        field: architecture.field, integrator: integrator, axes: architecture.axes), parameters: parameters)
  }
}
