import Energies

/// The header of a `.npy` file: magic number, version, length, and a Python dictionary literal.
struct NumPyHeader {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// NumPy itself refuses longer ones by default.
  private static let longest = 10_000

  let shape: [Int]
  let type: NumPyType
  /// Bytes before the values.
  let byteCount: Int
  /// Bytes of the values.
  let valueBytes: Int

  init(_ file: ReadableFile) throws(InputError) {
    let start = try file.bytes(at: 0, count: 12, allowingFewer: true)
    guard start.count >= 10, start.starts(with: Self.magic) else {
      throw InputError(file.path, "is not a NumPy .npy file")
    }
    let major = start[6]
    guard (1...3).contains(major), start[7] == 0, major == 1 || start.count == 12 else {
      throw InputError(
        file.path, "is a .npy file of an unknown version", expected: "1.0, 2.0 or 3.0", found: "\(major).\(start[7])")
    }
    var length = Int(start[8]) | Int(start[9]) << 8
    if major > 1 { length |= Int(start[10]) << 16 | Int(start[11]) << 24 }
    guard length <= Self.longest else {
      throw InputError(
        file.path, "has a .npy header that is too long", expected: "at most \(Self.longest) bytes", found: "\(length)")
    }
    let prefix = major == 1 ? 10 : 12
    byteCount = prefix + length
    let text = try file.bytes(at: prefix, count: length)
    var parser = PythonLiteralParser(text)
    guard case .dictionary(let entries)? = parser.parse() else {
      throw InputError(
        file.path, "has a .npy header of a structured type, or none at all", expected: "one number per element",
        found: String(decoding: text, as: UTF8.self).excerpt)
    }
    guard case .text(let description)? = entries["descr"], let type = NumPyType(rawValue: description) else {
      throw InputError(
        file.path, "holds numbers of a type this program does not read", expected: "descr '<f8' or '<f4'",
        found: entries["descr"].map { "\($0)".excerpt },
        advice: "convert it: numpy.save(path, numpy.ascontiguousarray(array, dtype='<f8'))")
    }
    guard case .truth(let isFortran)? = entries["fortran_order"] else {
      throw InputError(file.path, "has a .npy header without fortran_order")
    }
    guard !isFortran else {
      throw InputError(
        file.path, "is stored in Fortran order", expected: "C order (fortran_order: False)",
        advice: "convert it: numpy.save(path, numpy.ascontiguousarray(array))")
    }
    guard case .tuple(let lengths)? = entries["shape"], lengths.count <= 64 else {
      throw InputError(file.path, "has a .npy header without a shape")
    }
    var total = type.byteCount
    for length in lengths {
      let (next, overflow) = total.multipliedReportingOverflow(by: length)
      guard !overflow else { throw InputError(file.path, "has a shape that is too large", found: "\(lengths)".excerpt) }
      total = next
    }
    shape = lengths
    self.type = type
    valueBytes = total
  }

  /// A header of version 1.0, padded so that the values start at a multiple of 64 bytes.
  static func bytes(shape: [Int], type: NumPyType) -> [UInt8] {
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(type.rawValue)', 'fortran_order': False, 'shape': (\(lengths)), }"
    let prefix = magic.count + 4
    let padding = (64 - (prefix + text.utf8.count + 1) % 64) % 64
    let length = text.utf8.count + padding + 1
    precondition(length <= UInt16.max)
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
      + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }
}

/// The few Python literals of a `.npy` header: a dictionary of text keys to text, True, False, or tuples of integers.
private struct PythonLiteralParser {
  enum Value {
    case text(String)
    case truth(Bool)
    case tuple([Int])
    case dictionary([String: Value])
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The dictionary, if that is all there is.
  mutating func parse() -> Value? {
    guard let value = dictionary() else { return nil }
    skipSpace()
    return position == bytes.count ? value : nil
  }

  private mutating func dictionary() -> Value? {
    guard accept("{") else { return nil }
    var entries: [String: Value] = [:]
    while !accept("}") {
      guard let key = text(), entries[key] == nil, accept(":"), let value = value() else { return nil }
      entries[key] = value
      if !accept(",") {
        guard accept("}") else { return nil }
        break
      }
    }
    return .dictionary(entries)
  }

  private mutating func value() -> Value? {
    if let text = text() { return .text(text) }
    if accept("True") { return .truth(true) }
    if accept("False") { return .truth(false) }
    return tuple()
  }

  private mutating func tuple() -> Value? {
    guard accept("(") else { return nil }
    var elements: [Int] = []
    var endsWithComma = true
    while !accept(")") {
      guard endsWithComma, let element = integer() else { return nil }
      elements.append(element)
      endsWithComma = accept(",")
    }
    // "(5)" is a number in Python, not a tuple.
    return elements.count == 1 && !endsWithComma ? nil : .tuple(elements)
  }

  private mutating func integer() -> Int? {
    skipSpace()
    let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
    position += digits.count
    return Int(String(decoding: digits, as: UTF8.self))
  }

  private mutating func text() -> String? {
    skipSpace()
    guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else { return nil }
    guard let end = bytes[(position + 1)...].firstIndex(of: bytes[position]) else { return nil }
    defer { position = end + 1 }
    return String(decoding: bytes[position + 1..<end], as: UTF8.self)
  }

  private mutating func accept(_ token: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }
}
