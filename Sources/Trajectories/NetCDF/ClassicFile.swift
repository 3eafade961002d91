import Energies

/// A NetCDF classic file opened for reading.
///
/// Reading does not go through libnetcdf, which keeps state that all threads share and promises nothing about damaged
/// headers. The classic format is simple enough to read the checked header's offsets directly, from any number of threads.
struct ClassicFile: Sendable {
  let header: ClassicHeader
  /// Rows of the unlimited dimension.
  let recordCount: Int
  private let file: ReadableFile

  var path: String { file.path }

  init(path: String) throws(InputError) { try self.init(ReadableFile(path: path)) }

  init(_ file: ReadableFile) throws(InputError) {
    self.file = file
    let start = try file.bytes(at: 0, count: ClassicHeaderParser.largestHeader, allowingFewer: true)
    if start.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      throw InputError(
        file.path, "is a NetCDF-4 (HDF5) file", expected: "the classic NetCDF format that AMBER's convention asks for",
        advice: "convert it: nccopy -k 64-bit-offset IN OUT")
    }
    var parser = ClassicHeaderParser(path: file.path, bytes: start)
    header = try parser.parse()
    if let declared = header.declaredRecordCount {
      recordCount = declared
    } else {
      let begin = header.variables.filter(\.isRecord).map(\.begin).min() ?? 0
      recordCount = header.recordSize > 0 ? max(0, file.size - begin) / header.recordSize : 0
    }
  }

  func variable(_ name: String) -> ClassicVariable? { header.variables.first { $0.name == name } }

  /// Lengths of a variable's dimensions, with the number of records for the unlimited one.
  func shape(of variable: ClassicVariable) -> [Int] {
    var shape = variable.lengths
    if variable.isRecord { shape[0] = recordCount }
    return shape
  }

  /// Throws unless the file holds all rows that the header declares for this variable.
  func requireComplete(_ variable: ClassicVariable) throws(InputError) {
    let rows = variable.isRecord ? recordCount : 1
    guard rows > 0 else { return }
    let stride = variable.isRecord ? header.recordSize : variable.byteCount
    let (jump, overflow) = (rows - 1).multipliedReportingOverflow(by: stride)
    let (begin, overflow2) = variable.begin.addingReportingOverflow(jump)
    let (end, overflow3) = begin.addingReportingOverflow(variable.byteCount)
    let size = file.size
    guard !overflow, !overflow2, !overflow3, end <= size else {
      throw InputError(
        path, "is shorter than its header says: '\(variable.name.excerpt)' is not complete",
        expected: overflow || overflow2 || overflow3 ? nil : "at least \(end) bytes", found: "\(size) bytes",
        advice: "the file was cut, perhaps while it was copied: fetch it again")
    }
  }

  /// Values of rows (indices of the first dimension) of a variable, as `Double`. Shape `[rows][rowElements]`.
  func read(_ variable: ClassicVariable, rows: Range<Int>) throws(InputError) -> [Double] {
    precondition(variable.rank > 0 && rows.lowerBound >= 0 && rows.upperBound <= shape(of: variable)[0])
    try requireComplete(variable)
    let rowElements = variable.rowElements
    guard rowElements > 0, !rows.isEmpty else { return [] }
    var values = [Double](repeating: 0, count: rows.count * rowElements)
    let stride = variable.isRecord ? header.recordSize : variable.rowByteCount
    // Small rows are fetched many at a time with what lies between them; large ones each by itself.
    let rowsPerBlock = stride <= 1 << 16 ? max(1, (1 << 20) / stride) : 1
    var row = rows.lowerBound
    while row < rows.upperBound {
      let block = min(rowsPerBlock, rows.upperBound - row)
      let bytes = try file.bytes(
        at: variable.begin + row * stride, count: (block - 1) * stride + variable.rowByteCount)
      values.withUnsafeMutableBufferPointer { all in
        bytes.withUnsafeBytes { raw in
          for place in 0..<block {
            let start = (row - rows.lowerBound + place) * rowElements
            ClassicValues.decode(
              UnsafeRawBufferPointer(rebasing: raw[(place * stride)...]), type: variable.type,
              into: UnsafeMutableBufferPointer(rebasing: all[start..<start + rowElements]))
          }
        }
      }
      row += block
    }
    return values
  }

  /// All values of a variable without unlimited dimension; one value for a scalar.
  func readAll(_ variable: ClassicVariable) throws(InputError) -> [Double] {
    if variable.rank > 0 { return try read(variable, rows: 0..<shape(of: variable)[0]) }
    try requireComplete(variable)
    let bytes = try file.bytes(at: variable.begin, count: variable.byteCount)
    return bytes.withUnsafeBytes { ClassicValues.decode($0, type: variable.type, count: 1) }
  }

  // MARK: Attributes

  func text(_ name: String) -> String? {
    guard case .text(let text) = header.attributes[name] else { return nil }
    return text
  }

  func number(_ name: String) -> Double? {
    guard case .numbers(let values) = header.attributes[name] else { return nil }
    return values.first
  }
}
