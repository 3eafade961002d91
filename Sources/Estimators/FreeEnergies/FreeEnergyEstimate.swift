/// A free-energy difference ΔF = F₁ − F₀ with all that says how far to trust it. Energies in kT.
public struct FreeEnergyEstimate: Sendable, Equatable {
  /// Why the error is missing or should not be trusted.
  public enum Reason: Sendable, Equatable, CustomStringConvertible {
    /// The states share too little: `overlap` is below `FreeEnergyEstimate.smallestReliableOverlap`.
    case poorOverlap(Double)
    /// The weights have so heavy a tail that averages do not settle: Pareto k̂ above its limit (see `ParetoTail`).
    case heavyTail(paretoShape: Double)
    /// So few samples carry the weight that a variance means nothing.
    case fewEffectiveSamples(Double)

    public var description: String {
      switch self {
      case .poorOverlap(let overlap):
        return "the overlap \(overlap) is too small: add states between the two, or sample longer"
      case .heavyTail(let shape):
        return "the weights have a heavy tail (Pareto k = \(shape)): the average rests on its rarest samples"
      case .fewEffectiveSamples(let count):
        return "only \(count) samples carry the weight"
      }
    }
  }

  /// Overlap below which asymptotic errors mislead: 0.03 in each of the two elements of the overlap matrix.
  ///
  /// Source: Klimovich, Shirts, Mobley 2015, doi:10.1007/s10822-015-9840-9.
  public static let smallestReliableOverlap = 0.06
  /// Effective samples below which a variance is not estimated to better than about a third.
  public static let smallestReliableCount = 5.0

  /// ΔF, kT.
  public let deltaF: Double
  /// Asymptotic standard error for independent samples, kT; nil where it cannot be given (see `reason`).
  public let standardError: Double?
  /// Percentile interval of a bootstrap, kT; nil where none was asked for.
  public internal(set) var bootstrapInterval: ClosedRange<Double>?
  /// Standard deviation over the bootstrap's resamples, kT.
  public internal(set) var bootstrapStandardError: Double?
  /// What the two states share, between 0 (nothing) and 1 (they are the same); nil for one-sided estimates.
  ///
  /// For two states 1 − λ₂, λ₂ the second eigenvalue of their overlap matrix O, which is O₀₁ + O₁₀. Among several
  /// states the smallest such sum along the best path from one to the other.
  public let overlap: Double?
  /// Kish's effective number of samples, of the state that has fewer of them.
  public let effectiveSamples: Double
  /// nil where nothing speaks against the error.
  public let reason: Reason?

  init(deltaF: Double, standardError: Double?, overlap: Double?, effectiveSamples: Double, reason: Reason? = nil) {
    self.deltaF = deltaF
    self.overlap = overlap
    self.effectiveSamples = effectiveSamples
    if let reason {
      self.reason = reason
    } else if let overlap, overlap < Self.smallestReliableOverlap {
      self.reason = .poorOverlap(overlap)
    } else if effectiveSamples < Self.smallestReliableCount {
      self.reason = .fewEffectiveSamples(effectiveSamples)
    } else {
      self.reason = nil
    }
    self.standardError = standardError.flatMap { $0.isFinite ? $0 : nil }
  }

  func with(_ bootstrap: Bootstrap.Estimate) -> FreeEnergyEstimate {
    var copy = self
    copy.bootstrapInterval = bootstrap.interval
    copy.bootstrapStandardError = bootstrap.standardError
    return copy
  }
}
