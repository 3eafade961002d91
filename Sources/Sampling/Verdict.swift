import Estimators

/// Whether a weighted ensemble can be used, and why or why not.
///
/// Thresholds. 200 effective samples give a share of one half to ±3.5 %, 1000 to ±1.6 %; one sample with more than a twentieth of all
/// weight decides every average; k̂ above min(1 − 1/log₁₀ N, 0.7) means that the error bars themselves are not to be trusted
/// (Vehtari et al. 2024, Pareto smoothed importance sampling). Halves of the samples whose effective shares differ by more than
/// a factor of two know neither. A region with more than 0.4 % of the check's frames, seen in two independent ladders, that the
/// proposal all but never draws makes the ensemble wrong, whatever its weights say: a proposal that fits has at most one frame in
/// three hundred there (`ForwardCheck`).
public struct Verdict: Sendable {
  public enum Grade: String, Sendable {
    case trusted
    case useWithCare = "use with care"
    case notConverged = "not converged"
  }

  /// What speaks against an ensemble.
  public enum Finding: Sendable, Equatable {
    case tooFewEffectiveSamples(Double)
    case fewEffectiveSamples(Double)
    case dominantSample(share: Double)
    case heavyTail(shape: Double, reliable: Double)
    /// Effective fractions of the two halves.
    case halvesDisagree(ClosedRange<Double>)
    case otherMolecule(share: Double)
    case fewGroups(Int)
    case drawsNotAccepted(acceptance: Double)
    /// Of the forward check's frames, in several ladders.
    case missed(share: Double)
    case missedByOneLadder(share: Double)
    case missedOfReference(share: Double)
    case checkFailed(String)
    case notChecked
  }

  public static let fewestEffectiveSamples = 200.0
  public static let enoughEffectiveSamples = 1000.0
  public static let largestShare = 0.05
  public static let largestMissedShare = 0.004
  public static let smallestValidShare = 0.99
  public static let smallestAcceptance = 0.01
  public static let fewestGroups = 20

  /// What was found beside the weights.
  public struct Evidence: Sendable {
    /// Weighted share of samples with the molecule's own bonds and handedness.
    public var validShare = 1.0
    /// Share of the forward check's frames that the model all but never draws, and the ladders they are in; nil without check.
    public var missed: (share: Double, ladders: Int)?
    /// Why a check that was begun came to no end.
    public var failureOfCheck: String?
    /// The same of the reference's frames; nil without reference.
    public var missedOfReference: Double?
    /// Independent walkers or populations that errors are from; nil for independent samples.
    public var independentGroups: Int?
    /// Share of the model's draws that chains accept; nil for other methods.
    public var acceptanceOfDraws: Double?

    public init() {}
  }

  /// One of these makes an ensemble unfit for use.
  public private(set) var failures: [Finding] = []
  public private(set) var doubts: [Finding] = []

  public var grade: Grade {
    if !failures.isEmpty { return .notConverged }
    return doubts.isEmpty ? .trusted : .useWithCare
  }

  /// Why error bars from these weights mean little, if so: the tail is too heavy, or too few samples have weight to show one and a single one decides.
  public static func doubtOfErrors(_ statistics: WeightStatistics) -> Finding? {
    if let tail = heavyTail(statistics) { return tail }
    // Of a few equal weights each has a large share.
    return statistics.paretoShape == nil && statistics.largestShare > max(largestShare, 4 / Double(statistics.count))
      ? .dominantSample(share: statistics.largestShare) : nil
  }

  private static func heavyTail(_ statistics: WeightStatistics) -> Finding? {
    let reliable = ParetoTail.reliableShape(sampleCount: statistics.count)
    guard let shape = statistics.paretoShape, shape > reliable else { return nil }
    return .heavyTail(shape: shape, reliable: reliable)
  }

  /// - Parameter effectiveSamples: what the ensemble is worth; Kish's where samples are independent.
  public init(_ statistics: WeightStatistics, effectiveSamples: Double, _ evidence: Evidence) {
    if effectiveSamples < Self.fewestEffectiveSamples {
      failures.append(.tooFewEffectiveSamples(effectiveSamples))
    } else if effectiveSamples < Self.enoughEffectiveSamples {
      doubts.append(.fewEffectiveSamples(effectiveSamples))
    }
    if statistics.largestShare > Self.largestShare { failures.append(.dominantSample(share: statistics.largestShare)) }
    if let tail = Self.heavyTail(statistics) { failures.append(tail) }
    if let halves = statistics.splitHalfEffectiveFractions, halves.lowerBound < 0.5 * halves.upperBound {
      doubts.append(.halvesDisagree(halves))
    }
    if evidence.validShare < Self.smallestValidShare {
      failures.append(.otherMolecule(share: 1 - evidence.validShare))
    }
    if let groups = evidence.independentGroups, groups < Self.fewestGroups { doubts.append(.fewGroups(groups)) }
    if let acceptance = evidence.acceptanceOfDraws, acceptance < Self.smallestAcceptance {
      failures.append(.drawsNotAccepted(acceptance: acceptance))
    }
    if let missed = evidence.missed {
      if missed.share > Self.largestMissedShare, missed.ladders > 1 {
        failures.append(.missed(share: missed.share))
      } else if missed.share > Self.largestMissedShare {
        doubts.append(.missedByOneLadder(share: missed.share))
      }
    } else if let failure = evidence.failureOfCheck {
      doubts.append(.checkFailed(failure))
    } else if failures.isEmpty {
      doubts.append(.notChecked)
    }
    if let missed = evidence.missedOfReference, missed > Self.largestMissedShare {
      failures.append(.missedOfReference(share: missed))
    }
  }
}
