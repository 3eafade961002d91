/// Values written in columns of fixed width, as Fortran formats do.
enum FixedWidthField {
  /// The line cut every `width` bytes, trailing blanks dropped.
  static func cut(_ line: ArraySlice<UInt8>, width: Int) -> [ArraySlice<UInt8>] {
    var end = line.endIndex
    while end > line.startIndex, line[end - 1] == 0x20 { end -= 1 }
    var fields: [ArraySlice<UInt8>] = []
    var start = line.startIndex
    while start < end {
      let stop = min(end, start + width)
      fields.append(line[start..<stop])
      start = stop
    }
    return fields
  }

  static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var field = field
    while field.first == 0x20 { field = field.dropFirst() }
    while field.last == 0x20 { field = field.dropLast() }
    return field
  }

  static func integer(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = trimmed(field)
    guard digits.count <= 20 else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }

  /// A finite decimal number; "1.5D+02" is 150. nil for "nan", "inf", hexadecimal, "****" and blanks.
  static func real(_ field: ArraySlice<UInt8>) -> Double? {
    var text = Array(trimmed(field))
    guard !text.isEmpty, text.count <= 64 else { return nil }
    for index in text.indices {
      switch text[index] {
      case 0x30...0x39, 0x2B, 0x2D, 0x2E: continue
      case 0x44, 0x64, 0x45, 0x65: text[index] = 0x45
      default: return nil
      }
    }
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  /// The field without surrounding blanks; nil if it holds anything but printable ASCII.
  static func text(_ field: ArraySlice<UInt8>) -> String? {
    guard field.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    return String(decoding: trimmed(field), as: UTF8.self)
  }

  /// Up to 60 characters for an error message, with unprintable bytes shown as "?".
  static func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
    let shown = bytes.prefix(60).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }
    return "'" + String(decoding: shown, as: UTF8.self) + (bytes.count > 60 ? "…'" : "'")
  }
}
