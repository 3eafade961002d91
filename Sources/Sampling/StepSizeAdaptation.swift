import Energies
import Foundation
import Randomness

/// Warm-up that changes a kernel's step until a wanted share of its moves is accepted.
///
/// ln s ← ln s + (a̅ − a*)/(1 + n)^κ with a̅ the batch's mean acceptance at iteration n (Robbins & Monro 1951,
/// doi:10.1214/aoms/1177729586; Andrieu & Thoms 2008, doi:10.1007/s11222-008-9110-y). The step returned is the geometric mean over
/// the second half. Adapting breaks the Markov property, so nothing of it may be counted: the walkers go on from where the
/// warm-up left them, with the step fixed.
public struct StepSizeAdaptation: Sendable {
  /// a*: 0.234 for random walks, 0.574 for MALA, 0.65–0.8 for HMC are near the best in high dimension (Roberts &
  /// Rosenthal 2001, doi:10.1214/ss/1015346320; Beskos et al. 2013, doi:10.3150/12-BEJ414).
  public var targetAcceptance: Double
  public var iterations: Int
  /// κ in (½, 1].
  public var decay: Double

  public init(targetAcceptance: Double, iterations: Int = 200, decay: Double = 0.6) {
    precondition(targetAcceptance > 0 && targetAcceptance < 1 && iterations > 1 && decay > 0.5 && decay <= 1)
    self.targetAcceptance = targetAcceptance
    self.iterations = iterations
    self.decay = decay
  }

  /// What the warm-up found, for the report of a run.
  public struct Report: Sendable, Codable, Equatable {
    public var iterations: Int
    public var evaluations: Int
    public var targetAcceptance: Double
    /// Mean over the second half.
    public var acceptance: Double
    public var initialStepSize: Double
    public var stepSize: Double
  }

  public func tune<Move: Kernel>(
    _ kernel: inout Move, walkers: inout Walkers, target: some TargetDensity, using random: RandomStream
  ) throws -> Report {
    precondition(Move.isMetropolised, "only kernels that reject can be tuned by their acceptance")
    let initial = kernel.stepSize
    var logStep = log(initial)
    var logSum = 0.0, acceptanceSum = 0.0, counted = 0
    for iteration in 0..<iterations {
      kernel.stepSize = exp(logStep)
      let transition = try kernel.step(&walkers, target: target, using: random.child(iteration))
      let acceptance = transition.acceptance.reduce(0, +) / Double(walkers.count)
      if iteration >= iterations / 2 {
        logSum += logStep
        acceptanceSum += acceptance
        counted += 1
      }
      logStep += (acceptance - targetAcceptance) / pow(Double(1 + iteration), decay)
    }
    kernel.stepSize = exp(logSum / Double(counted))
    return Report(
      iterations: iterations, evaluations: iterations * walkers.count * kernel.evaluationsPerStep,
      targetAcceptance: targetAcceptance, acceptance: acceptanceSum / Double(counted), initialStepSize: initial,
      stepSize: kernel.stepSize)
  }
}
