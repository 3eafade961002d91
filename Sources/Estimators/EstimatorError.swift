/// Why an estimate does not exist. Estimators give a number or one of these reasons, never NaN.
public enum EstimatorError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There are fewer samples than the estimate needs.
  case tooFewSamples(found: Int, needed: Int)
  /// A log weight is NaN, or the value it belongs to is not a finite number.
  case notANumber(sample: Int)
  /// A log weight is +∞: the proposal density vanishes where a sample was drawn.
  case infiniteWeight(sample: Int)
  /// Every log weight is −∞: no sample is possible under the target.
  case allWeightsZero(samples: Int)
  /// Two arrays that belong together differ in length.
  case countMismatch(expected: Int, found: Int)

  public var description: String {
    switch self {
    case .tooFewSamples(let found, let needed):
      return "\(found) samples are too few: at least \(needed) are needed"
    case .notANumber(let sample):
      return "sample \(sample) has a log weight or a value that is not a number"
    case .infiniteWeight(let sample):
      return "the log weight of sample \(sample) is infinite: the proposal says it cannot draw that sample"
    case .allWeightsZero(let samples):
      return "all \(samples) weights are zero: no sample is possible under the target"
    case .countMismatch(let expected, let found):
      return "expected \(expected) values, one for each weight, but found \(found)"
    }
  }
}
