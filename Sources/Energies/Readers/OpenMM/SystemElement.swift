/// Typed, checked access to the attributes and children of one element of an OpenMM System.
struct SystemElement {
  let path: String
  let element: MarkupElement
  /// How messages name the place: "HarmonicBondForce, Bond 3".
  let place: String

  var line: Int { element.line }

  func error(_ problem: String, expected: String? = nil, found: String? = nil, advice: String? = nil) -> InputError {
    InputError(path, line: line, "\(place): \(problem)", expected: expected, found: found, advice: advice)
  }

  func has(_ name: String) -> Bool { element.attributes[name] != nil }

  func string(_ name: String) throws(InputError) -> String {
    guard let value = element.attributes[name] else {
      throw error("the attribute \(name) is missing", expected: "\(name)=\"…\" in <\(element.name)>")
    }
    return value
  }

  /// A finite number.
  func real(_ name: String) throws(InputError) -> Double {
    let text = try string(name)
    guard let value = FixedWidthField.real(ArraySlice(text.utf8)) else {
      throw error("the attribute \(name) is unreadable", expected: "a finite number", found: "'\(text.prefix(60))'")
    }
    return value
  }

  func positive(_ name: String) throws(InputError) -> Double {
    let value = try real(name)
    guard value > 0 else { throw error("\(name) is out of range", expected: "a positive number", found: "\(value)") }
    return value
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(InputError) -> Int {
    let text = try string(name)
    guard let value = FixedWidthField.integer(ArraySlice(text.utf8)) else {
      throw error("the attribute \(name) is unreadable", expected: "an integer", found: "'\(text.prefix(60))'")
    }
    guard range.contains(value) else {
      throw error(
        "\(name) is out of range", expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
    }
    return value
  }

  func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(InputError) -> Int {
    has(name) ? try integer(name, in: range) : standard
  }

  /// "0", "1", "false" or "true"; `false` where older versions did not write it.
  func flag(_ name: String) throws(InputError) -> Bool {
    guard let text = element.attributes[name] else { return false }
    switch text {
    case "0", "false": return false
    case "1", "true": return true
    default: throw error("the attribute \(name) is unreadable", expected: "0 or 1", found: "'\(text.prefix(60))'")
    }
  }

  /// Different particles named by attributes, each in 0..<count.
  func particles(_ names: [String], count: Int) throws(InputError) -> [Int] {
    var atoms: [Int] = []
    for name in names {
      guard count > 0 else { throw error("the System has no particles", expected: "particles", found: "none") }
      let atom = try integer(name, in: 0...count - 1)
      guard !atoms.contains(atom) else {
        throw error("\(name) repeats a particle", expected: "different particles", found: "\(atom)")
      }
      atoms.append(atom)
    }
    return atoms
  }

  /// The child `list` and its children, which must all be called `name`; empty where `list` is absent and optional.
  func entries(_ list: String, of name: String, isOptional: Bool = false) throws(InputError) -> [SystemElement] {
    var found: MarkupElement?
    for child in element.children where child.name == list {
      guard found == nil else {
        throw InputError(path, line: child.line, "\(place): <\(list)> appears twice", expected: "it once")
      }
      found = child
    }
    guard let found else {
      if isOptional { return [] }
      throw error("<\(list)> is missing", expected: "<\(list)> in <\(element.name)>")
    }
    var entries: [SystemElement] = []
    entries.reserveCapacity(found.children.count)
    for (index, child) in found.children.enumerated() {
      guard child.name == name else {
        throw InputError(
          path, line: child.line, "\(place): an unknown element in <\(list)>", expected: "<\(name)>",
          found: "<\(child.name.prefix(60))>")
      }
      entries.append(SystemElement(path: path, element: child, place: "\(place), \(name) \(index)"))
    }
    return entries
  }

  /// Throws unless every child is one of `names`.
  func allowChildren(_ names: Set<String>) throws(InputError) {
    for child in element.children where !names.contains(child.name) {
      throw InputError(
        path, line: child.line, "\(place): an unknown element could change the energy if it were ignored",
        expected: names.sorted().map { "<\($0)>" }.joined(separator: ", "), found: "<\(child.name.prefix(60))>")
    }
  }

  /// Throws for attributes that are not in `names`, nor among those that every force has.
  func allowAttributes(_ names: Set<String>) throws(InputError) {
    for name in element.attributes.keys.sorted() where !names.contains(name) {
      throw error(
        "an unknown attribute could change the energy if it were ignored",
        expected: names.sorted().joined(separator: ", "), found: "\(name.prefix(60))")
    }
  }

  /// Throws if the list has entries: `meaning` says what they would do.
  func refuseEntries(_ list: String, _ meaning: String) throws(InputError) {
    for child in element.children where child.name == list {
      guard let entry = child.children.first else { continue }
      throw InputError(
        path, line: entry.line, "\(place): \(meaning) are not supported", expected: "an empty <\(list)>",
        found: "\(child.children.count) entries")
    }
  }
}
