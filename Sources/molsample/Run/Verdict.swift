import Estimators
import Sampling

/// Whether an ensemble can be used, why or why not, and what to try next.
///
/// Thresholds. 200 effective samples give a share of one half to ±3.5 %, 1000 to ±1.6 %; one sample with more than a twentieth of all
/// weight decides every average; k̂ above min(1 − 1/log₁₀ N, 0.7) means that the error bars themselves are not to be trusted
/// (Vehtari et al. 2024, Pareto smoothed importance sampling). Halves of the samples whose effective shares differ by more than
/// a factor of two know neither. A region with more than 0.5 % of the check's frames, seen in two independent ladders, that the
/// model all but never draws makes the ensemble wrong, whatever its weights say.
struct Verdict {
  enum Grade: String {
    case trusted
    case useWithCare = "use with care"
    case notConverged = "not converged"
  }

  static let fewestEffectiveSamples = 200.0
  static let enoughEffectiveSamples = 1000.0
  static let largestShare = 0.05
  static let largestMissedShare = 0.005
  static let smallestValidShare = 0.99
  static let smallestAcceptance = 0.01
  static let fewestGroups = 20

  /// What was found beside the weights.
  struct Evidence {
    /// Weighted share of samples with the molecule's own bonds and handedness.
    var validShare = 1.0
    /// Share of the forward check's frames that the model all but never draws, and the ladders they are in; nil without check.
    var missed: (share: Double, ladders: Int)?
    /// Why a check that was begun came to no end.
    var failureOfCheck: String?
    /// The same of the reference's frames; nil without reference.
    var missedOfReference: Double?
    /// Independent walkers or populations that errors are from; nil for independent samples.
    var independentGroups: Int?
    /// Share of the model's draws that chains accept; nil for other methods.
    var acceptanceOfDraws: Double?
    /// The model needs no training and is a first guess.
    var isUntrained = false
  }

  var grade: Grade
  var reasons: [String]

  var text: String { grade.rawValue }

  /// Why error bars from these weights mean nothing, if so.
  static func heavyTail(_ statistics: WeightStatistics) -> String? {
    let reliable = ParetoTail.reliableShape(sampleCount: statistics.count)
    guard let shape = statistics.paretoShape else { return nil }
    guard shape > reliable else { return nil }
    return
      "the weights' tail is too heavy for error bars: Pareto k \(significant(shape, 3)), above \(significant(reliable, 2))"
  }

  /// - Parameter effectiveSamples: what the ensemble is worth; Kish's where samples are independent.
  init(_ statistics: WeightStatistics, effectiveSamples: Double, _ evidence: Evidence) {
    func percent(_ share: Double) -> String { "\(significant(100 * share, 3)) %" }
    var failures: [String] = []
    var doubts: [String] = []
    let effective = significant(effectiveSamples, 3)
    if effectiveSamples < Self.fewestEffectiveSamples {
      failures.append("only \(effective) effective samples; averages need \(Int(Self.fewestEffectiveSamples)) or more")
    } else if effectiveSamples < Self.enoughEffectiveSamples {
      doubts.append("\(effective) effective samples; \(Int(Self.enoughEffectiveSamples)) or more would be comfortable")
    }
    if statistics.largestShare > Self.largestShare {
      failures.append("one sample carries \(percent(statistics.largestShare)) of all weight")
    }
    if let reason = Self.heavyTail(statistics) { failures.append(reason) }
    if let halves = statistics.splitHalfEffectiveFractions, halves.lowerBound < 0.5 * halves.upperBound {
      doubts.append(
        "the two halves of the samples disagree on their worth: \(percent(halves.lowerBound)) and "
          + "\(percent(halves.upperBound)) effective")
    }
    if evidence.validShare < Self.smallestValidShare {
      failures.append(
        "\(percent(1 - evidence.validShare)) of the weight is on samples with other bonds or handedness than the molecule"
      )
    }
    if let groups = evidence.independentGroups, groups < Self.fewestGroups {
      doubts.append("errors are from \(groups) independent populations only; more samples make more of them")
    }
    if let acceptance = evidence.acceptanceOfDraws, acceptance < Self.smallestAcceptance {
      failures.append(
        "chains accept \(percent(acceptance)) of the model's draws: they are dynamics from their starts, not a mixture of both"
      )
    }
    if let missed = evidence.missed {
      if missed.share > Self.largestMissedShare, missed.ladders > 1 {
        failures.append(
          "dynamics from these samples finds regions that the model all but never draws: \(percent(missed.share)) of its frames"
        )
      } else if missed.share > Self.largestMissedShare {
        doubts.append(
          "one ladder of the check was where the model all but never draws, with \(percent(missed.share)) of all frames"
        )
      }
    } else if let failure = evidence.failureOfCheck {
      doubts.append("the check for regions that the model never visits failed: \(failure)")
    } else if failures.isEmpty {
      doubts.append("no check was made for regions that the model never visits")
    }
    if let missed = evidence.missedOfReference, missed > Self.largestMissedShare {
      failures.append("the model all but never draws where \(percent(missed)) of the reference ensemble is")
    }
    if !failures.isEmpty {
      grade = .notConverged
      reasons = failures + doubts
      reasons.append(
        evidence.isUntrained
          ? "next: this model needs no training and is a first guess; train one with `molsample train`"
          : "next: more samples (samples=N), or train the model further (`molsample train --help`, init_from=)")
    } else if !doubts.isEmpty {
      grade = .useWithCare
      reasons = doubts
    } else {
      grade = .trusted
      reasons = [
        "\(effective) effective samples, none with more than \(percent(statistics.largestShare)) of the weight",
        "where the model all but never draws: \(percent(evidence.missed?.share ?? 0)) of the frames of dynamics from the samples"
          + (evidence.missedOfReference.map { ", \(percent($0)) of the reference ensemble" } ?? ""),
      ]
    }
  }
}
