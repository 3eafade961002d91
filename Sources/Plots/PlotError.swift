/// What can go wrong with a file a chart is saved to.
public enum PlotError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The folder is missing, not writable, or full.
  case cannotWrite(path: String, reason: String)

  public var description: String {
    switch self {
    case .cannotWrite(let path, let reason): "cannot write the chart \(path): \(reason)"
    }
  }
}
