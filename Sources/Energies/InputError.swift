/// What is wrong with something the user supplied: where, what was expected, what was found, what to do.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Path of the file as the user named it, or a description of the input ("--sequence").
  public var source: String
  /// 1-based line, where the format has lines.
  public var line: Int?
  /// One sentence that says what is wrong.
  public var problem: String
  public var expected: String?
  public var found: String?
  /// What the user can do about it.
  public var advice: String?

  public init(
    _ source: String, line: Int? = nil, _ problem: String, expected: String? = nil, found: String? = nil,
    advice: String? = nil
  ) {
    self.source = source
    self.line = line
    self.problem = problem
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  public var description: String {
    var text = source
    if let line { text += ", line \(line)" }
    text += ": \(problem)"
    if let expected { text += "\n  expected: \(expected)" }
    if let found { text += "\n  found:    \(found)" }
    if let advice { text += "\n  do:       \(advice)" }
    return text
  }
}
