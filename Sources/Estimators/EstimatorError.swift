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
  /// A time series never changes: it has no variance and no correlation.
  case constantSeries(samples: Int)
  /// Free-energy differences need at least two states.
  case tooFewStates(found: Int)
  /// The number of samples of a state is negative.
  case negativeCount(state: Int)
  /// A reduced potential is NaN or −∞.
  case invalidReducedPotential(state: Int, sample: Int)
  /// A sample has the reduced potential +∞ in the state that it is said to be drawn from.
  case impossibleSample(state: Int, sample: Int)
  /// No sample is possible both in this state and in the states connected with the first one.
  case disconnectedState(state: Int)
  /// An iteration ended before its residual was small.
  case notConverged(iterations: Int, residual: Double)
  /// Two arrays or sets of points that belong together differ in dimension.
  case dimensionMismatch(expected: Int, found: Int)
  /// A coordinate is so large that sums of its square are not numbers any more.
  case tooLarge(sample: Int)
  /// All the weight lies inside the region, or all of it outside: the other side has no free energy.
  case oneSided(inside: Bool)
  /// An error over groups needs at least two of them.
  case tooFewGroups(found: Int, needed: Int)
  /// One group of samples holds all the weight of the region, of its outside or of a bin: nothing tells how that varies
  /// between groups.
  case oneGroupHoldsAll(group: Int)
  /// No sample lies in the range of the histogram.
  case emptyHistogram(samples: Int)
  /// No trajectory is longer than the lag.
  case trajectoriesTooShort(longest: Int, lag: Int)
  /// No combination of the features varies by more than the cut-off.
  case constantFeatures(cutoff: Double)
  /// The stationary weights of the trajectories are not determined: an eigenvalue of the Koopman matrix other than the
  /// constant's is one.
  case stationaryWeightsUndetermined
  /// A reference sample has weight zero: the target does not allow it.
  case zeroWeight(sample: Int)
  /// One sample has this share of a sum of weights or of inverse weights, so that the others hardly count.
  case dominatedByFew(largestShare: Double)

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
    case .constantSeries(let samples):
      return "all \(samples) values of the series are the same: there is no correlation to estimate"
    case .tooFewStates(let found):
      return "\(found) states are too few: a free-energy difference needs at least 2"
    case .negativeCount(let state):
      return "the number of samples of state \(state) is negative"
    case .invalidReducedPotential(let state, let sample):
      return "the reduced potential of sample \(sample) in state \(state) is NaN or minus infinity"
    case .impossibleSample(let state, let sample):
      return "sample \(sample) is said to be drawn from state \(state), where its reduced potential is infinite"
    case .disconnectedState(let state):
      return "state \(state) shares no samples with the others: add states between them, or sample longer"
    case .notConverged(let iterations, let residual):
      return "no convergence after \(iterations) iterations: the residual is \(residual)"
    case .dimensionMismatch(let expected, let found):
      return "expected points of \(expected) coordinates, but found \(found)"
    case .tooLarge(let sample):
      return "sample \(sample) has a coordinate above 1e150 in magnitude: its square is too large"
    case .oneSided(let inside):
      return
        "all the weight lies \(inside ? "inside" : "outside") the region: a free-energy difference needs both sides"
    case .tooFewGroups(let found, let needed):
      return "\(found) groups of samples are too few for an error: at least \(needed) are needed"
    case .oneGroupHoldsAll(let group):
      return "group \(group) holds all the weight on one side: the scatter between groups cannot be known"
    case .emptyHistogram(let samples):
      return "none of the \(samples) samples that have weight lies in the range of the histogram"
    case .trajectoriesTooShort(let longest, let lag):
      return "the longest trajectory has \(longest) frames: more than the lag of \(lag) are needed"
    case .constantFeatures(let cutoff):
      return "no combination of the features has a variance above \(cutoff)"
    case .stationaryWeightsUndetermined:
      return "the stationary weights are not determined: the trajectories have parts that never meet"
    case .zeroWeight(let sample):
      return
        "reference sample \(sample) has weight zero: the target does not allow it, so it is no sample of the target"
    case .dominatedByFew(let largestShare):
      let percent = (1000 * largestShare).rounded() / 10
      return "one sample has \(percent) % of the weights or of their inverses: too few samples decide"
    }
  }
}
