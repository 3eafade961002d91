import Randomness

/// What a run draws beside its samples. Samples have the children from 0 on of the seed's stream, and negative ones are free:
/// a stream of one's own for each use, so that more samples or another check change nothing else.
enum RunStream: Int {
  case resampling = -2
  case forwardCheck = -3
  /// Settings of a method that are found before sampling.
  case tuning = -4
  case pilot = -5
  case profileBands = -6
  case strata = -7
  case adaptation = -8
}

extension RandomStream {
  func child(_ use: RunStream) -> RandomStream { child(use.rawValue) }
}
