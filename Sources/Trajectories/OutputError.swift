/// Why a file could not be written: which file, what was being done, and what the system or the library answered.
public struct OutputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file as the user named it, not the temporary one behind it.
  public var path: String
  /// What could not be done, or what about the data does not fit the format.
  public var problem: String
  /// The answer of the operating system or of the NetCDF library, for example "No space left on device".
  public var reason: String?
  /// What the user can do about it.
  public var advice: String?

  public init(_ path: String, _ problem: String, reason: String? = nil, advice: String? = nil) {
    self.path = path
    self.problem = problem
    self.reason = reason
    self.advice = advice
  }

  public var description: String {
    var text = "\(path): \(problem)"
    if let reason { text += ": \(reason)" }
    if let advice { text += "\n  do:       \(advice)" }
    return text
  }
}
