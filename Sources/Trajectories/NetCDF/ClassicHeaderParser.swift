import Energies

/// Reads the header of a NetCDF classic file from its first bytes.
///
/// Written for files that may be damaged: no count is believed before the bytes behind it are there, every product is
/// checked for overflow, and the offsets of the variables must neither overlap each other nor the header. Nothing is
/// allocated beyond a small multiple of the bytes given.
struct ClassicHeaderParser {
  /// Headers of AMBER files take some kB; this bounds the work on a damaged one.
  static let largestHeader = 1 << 20

  private let path: String
  private let bytes: [UInt8]
  private var position = 0
  private var version = ClassicHeader.Version.classic

  private enum ListTag: Int { case dimension = 0x0A, variable = 0x0B, attribute = 0x0C }

  init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  mutating func parse() throws(InputError) -> ClassicHeader {
    guard bytes.count >= 4, bytes[0...2].elementsEqual("CDF".utf8),
      let version = ClassicHeader.Version(rawValue: bytes[3])
    else { throw InputError(path, "is not a NetCDF classic file") }
    self.version = version
    position = 4
    let recordCount = try recordCount()
    let dimensions = try dimensions()
    let attributes = try attributes()
    let variables = try variables(dimensions)
    let recordSize = try checkedRecordSize(variables)
    return ClassicHeader(
      version: version, declaredRecordCount: recordCount, dimensions: dimensions, attributes: attributes,
      variables: variables, recordSize: recordSize)
  }

  // MARK: Lists

  private mutating func dimensions() throws(InputError) -> [ClassicHeader.Dimension] {
    let count = try listCount(.dimension)
    var list: [ClassicHeader.Dimension] = []
    for _ in 0..<count {
      list.append(ClassicHeader.Dimension(name: try name(), length: try nonNegative()))
    }
    guard list.count(where: { $0.length == 0 }) <= 1 else { throw damaged("has more than one unlimited dimension") }
    return list
  }

  private mutating func attributes() throws(InputError) -> [String: ClassicAttribute] {
    let count = try listCount(.attribute)
    var list: [String: ClassicAttribute] = [:]
    for _ in 0..<count {
      let name = try name()
      let type = try type()
      let elements = try nonNegative()
      let (byteCount, overflow) = elements.multipliedReportingOverflow(by: type.byteCount)
      guard !overflow else { throw damaged("has an attribute that is too long") }
      let values = try take(byteCount)
      try skipPadding(after: byteCount)
      if type == .char {
        list[name] = .text(String(decoding: values.prefix { $0 != 0 }, as: UTF8.self))
      } else {
        list[name] = .numbers(values.withUnsafeBytes { ClassicValues.decode($0, type: type, count: elements) })
      }
    }
    return list
  }

  private mutating func variables(_ dimensions: [ClassicHeader.Dimension]) throws(InputError) -> [ClassicVariable] {
    let count = try listCount(.variable)
    var list: [ClassicVariable] = []
    for _ in 0..<count {
      let name = try name()
      let rank = try nonNegative()
      // Each dimension takes at least four bytes of header, which bounds the loop.
      guard rank <= (bytes.count - position) / 4 else { throw damaged("has a variable of rank \(rank)") }
      var used: [ClassicHeader.Dimension] = []
      for place in 0..<rank {
        let index = try nonNegative()
        guard index < dimensions.count else { throw damaged("has a variable on dimension \(index) that is not there") }
        guard place == 0 || dimensions[index].length > 0 else {
          throw damaged("has a variable whose unlimited dimension is not the first")
        }
        used.append(dimensions[index])
      }
      let attributes = try attributes()
      let type = try type()
      // The size of a variable is redundant, and 32 bits are too few for large ones: it is computed below instead.
      try skip(version == .data64 ? 8 : 4)
      let begin = try offset()
      let isRecord = used.first?.length == 0
      let rowElements = try product(used.dropFirst().map(\.length), of: name)
      let fixedRows = isRecord ? 1 : (used.first?.length ?? 1)
      list.append(
        ClassicVariable(
          name: name, dimensionNames: used.map(\.name), lengths: used.map(\.length), attributes: attributes,
          type: type, begin: begin, isRecord: isRecord, rowElements: rowElements,
          byteCount: try product([rowElements, fixedRows, type.byteCount], of: name)))
    }
    return list
  }

  /// Bytes from record to record, after checking that no two variables share bytes.
  private func checkedRecordSize(_ variables: [ClassicVariable]) throws(InputError) -> Int {
    let records = variables.filter(\.isRecord).sorted { $0.begin < $1.begin }
    var size = 0
    for variable in records {
      // A lone record variable is not padded (format specification, note on padding).
      let padded = records.count == 1 ? variable.byteCount : variable.byteCount + (4 - variable.byteCount % 4) % 4
      guard records.count == 1 || variable.begin == records[0].begin + size else {
        throw damaged("has a variable '\(variable.name.excerpt)' that overlaps others")
      }
      let (sum, overflow) = size.addingReportingOverflow(padded)
      guard !overflow, sum < Int.max / 4 else { throw damaged("has records that are too large") }
      size = sum
    }
    var end = position
    for variable in variables.filter({ !$0.isRecord && $0.byteCount > 0 }).sorted(by: { $0.begin < $1.begin })
      + records.prefix(1)
    {
      guard variable.begin >= end else {
        throw damaged("has a variable '\(variable.name.excerpt)' that overlaps others")
      }
      let (sum, overflow) = variable.begin.addingReportingOverflow(variable.byteCount)
      guard !overflow else { throw damaged("has a variable beyond the end of any file") }
      end = sum
    }
    return size
  }

  // MARK: Parts

  private mutating func recordCount() throws(InputError) -> Int? {
    let mark = try take(version == .data64 ? 8 : 4)
    if mark.allSatisfy({ $0 == 0xFF }) { return nil }
    position -= mark.count
    return try nonNegative()
  }

  /// Elements of a list; an absent list is two zeros.
  private mutating func listCount(_ tag: ListTag) throws(InputError) -> Int {
    let found = try unsigned(4)
    let count = try nonNegative()
    if found == 0, count == 0 { return 0 }
    // Every element takes at least eight bytes.
    guard found == tag.rawValue, count <= (bytes.count - position) / 8 else {
      throw damaged("has a broken list of \(tag)s")
    }
    return count
  }

  private mutating func name() throws(InputError) -> String {
    let length = try nonNegative()
    guard length > 0, length <= 256 else { throw damaged("has a name of \(length) bytes") }
    let text = try take(length)
    try skipPadding(after: length)
    // The format forbids control characters in names; a zero would end the name early inside libnetcdf.
    guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw damaged("has a name with control characters") }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func type() throws(InputError) -> ClassicType {
    let number = try unsigned(4)
    guard let type = ClassicType(rawValue: number), version == .data64 || number <= ClassicType.double.rawValue else {
      throw damaged("has values of the unknown type \(number)")
    }
    return type
  }

  private mutating func nonNegative() throws(InputError) -> Int { try unsigned(version == .data64 ? 8 : 4) }

  private mutating func offset() throws(InputError) -> Int { try unsigned(version == .classic ? 4 : 8) }

  private mutating func unsigned(_ width: Int) throws(InputError) -> Int {
    var value: UInt64 = 0
    for byte in try take(width) { value = value << 8 | UInt64(byte) }
    guard let number = Int(exactly: value) else { throw damaged("has a count of \(value)") }
    return number
  }

  private mutating func take(_ count: Int) throws(InputError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else {
      throw bytes.count < Self.largestHeader
        ? damaged("ends within the header") : damaged("has a header of more than \(Self.largestHeader) bytes")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  private mutating func skip(_ count: Int) throws(InputError) { _ = try take(count) }

  private mutating func skipPadding(after count: Int) throws(InputError) { try skip((4 - count % 4) % 4) }

  private func product(_ factors: [Int], of name: String) throws(InputError) -> Int {
    var result = 1
    for factor in factors {
      let (next, overflow) = result.multipliedReportingOverflow(by: factor)
      // A quarter of the range leaves room for the sums of sizes and offsets.
      guard !overflow, next <= Int.max / 4 else { throw damaged("has a variable '\(name.excerpt)' that is too large") }
      result = next
    }
    return result
  }

  private func damaged(_ what: String) -> InputError {
    InputError(
      path, "the NetCDF header \(what)", advice: "the file is damaged, or not NetCDF at all: fetch or write it again")
  }
}
