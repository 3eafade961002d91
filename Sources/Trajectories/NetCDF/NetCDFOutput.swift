import CNetCDF
import Synchronization

/// A NetCDF file being written by libnetcdf.
///
/// The library is not safe to enter from two threads, even for different files, so every call takes one lock. After a
/// failure the file accepts nothing but `close`.
final class NetCDFOutput {
  /// The file as the user named it; for messages.
  let shownPath: String
  private let handle: Int32
  private var isOpen = true

  private static let library = Mutex<Void>(())

  /// Creates a file in the 64-bit offset format, without filling, in definition mode.
  init(creating path: String, shownAs shownPath: String) throws(OutputError) {
    self.shownPath = shownPath
    var created: Int32 = -1
    let status = Self.library.withLock { _ in
      let status = nc_create(path, NC_CLOBBER | NC_64BIT_OFFSET, &created)
      if status != NC_NOERR { return status }
      var former: Int32 = 0
      return nc_set_fill(created, NC_NOFILL, &former)
    }
    handle = created
    guard status == NC_NOERR else { throw Self.failure(shownPath, "cannot be created", status) }
  }

  /// Opens a file, whose header was checked before, to append to it.
  init(opening path: String) throws(OutputError) {
    shownPath = path
    var opened: Int32 = -1
    let status = Self.library.withLock { _ in
      let status = nc_open(path, NC_WRITE, &opened)
      if status != NC_NOERR { return status }
      var former: Int32 = 0
      return nc_set_fill(opened, NC_NOFILL, &former)
    }
    handle = opened
    guard status == NC_NOERR else { throw Self.failure(path, "cannot be opened for writing", status) }
  }

  deinit { try? close() }

  // MARK: Definitions

  /// `length` nil is the unlimited dimension.
  func defineDimension(_ name: String, length: Int?) throws(OutputError) -> Int32 {
    var id: Int32 = -1
    try check("dimension '\(name)' cannot be defined") { nc_def_dim(handle, name, length ?? Int(NC_UNLIMITED), &id) }
    return id
  }

  func defineVariable(_ name: String, type: Int32, dimensions: [Int32], units: String? = nil) throws(OutputError)
    -> Int32
  {
    var id: Int32 = -1
    try check("variable '\(name)' cannot be defined") {
      nc_def_var(handle, name, type, Int32(dimensions.count), dimensions, &id)
    }
    if let units { try putAttribute("units", units, of: id) }
    return id
  }

  func variable(named name: String) throws(OutputError) -> Int32 {
    var id: Int32 = -1
    try check("has no variable '\(name)'") { nc_inq_varid(handle, name, &id) }
    return id
  }

  func putAttribute(_ name: String, _ text: String, of variable: Int32 = NC_GLOBAL) throws(OutputError) {
    let bytes = text.utf8.map { CChar(bitPattern: $0) }
    try check("attribute '\(name)' cannot be written") { nc_put_att_text(handle, variable, name, bytes.count, bytes) }
  }

  func putAttribute(_ name: String, _ number: Double, of variable: Int32 = NC_GLOBAL) throws(OutputError) {
    try check("attribute '\(name)' cannot be written") {
      nc_put_att_double(handle, variable, name, NC_DOUBLE, 1, [number])
    }
  }

  func putAttribute(_ name: String, _ number: Int32, of variable: Int32 = NC_GLOBAL) throws(OutputError) {
    try check("attribute '\(name)' cannot be written") { nc_put_att_int(handle, variable, name, NC_INT, 1, [number]) }
  }

  func endDefinitions() throws(OutputError) { try check("the header cannot be written") { nc_enddef(handle) } }

  // MARK: Data

  /// Writes the slab `[start, start + count)`; the library converts to the variable's type.
  func put(_ values: [Float], into variable: Int32, start: [Int], count: [Int]) throws(OutputError) {
    try check("cannot be written") { nc_put_vara_float(handle, variable, start, count, values) }
  }

  func put(_ values: [Double], into variable: Int32, start: [Int], count: [Int]) throws(OutputError) {
    try check("cannot be written") { nc_put_vara_double(handle, variable, start, count, values) }
  }

  /// A scalar variable.
  func put(_ value: Double, into variable: Int32) throws(OutputError) {
    try check("cannot be written") { nc_put_var_double(handle, variable, [value]) }
  }

  /// A whole variable of characters.
  func put(_ text: String, into variable: Int32) throws(OutputError) {
    let bytes = text.utf8.map { CChar(bitPattern: $0) }
    try check("cannot be written") { nc_put_var_text(handle, variable, bytes) }
  }

  /// Hands everything written so far, and then the number of frames, to the operating system.
  func synchronise() throws(OutputError) { try check("cannot be written") { nc_sync(handle) } }

  /// Writes what is left and closes; later calls do nothing.
  func close() throws(OutputError) {
    guard isOpen else { return }
    isOpen = false
    let status = Self.library.withLock { _ in nc_close(handle) }
    guard status == NC_NOERR else { throw Self.failure(shownPath, "cannot be written", status) }
  }

  // MARK: Failures

  private func check(_ problem: String, _ call: () -> Int32) throws(OutputError) {
    precondition(isOpen, "the file was closed before")
    let status = Self.library.withLock { _ in call() }
    guard status == NC_NOERR else { throw Self.failure(shownPath, problem, status) }
  }

  private static func failure(_ path: String, _ problem: String, _ status: Int32) -> OutputError {
    OutputError(path, problem, reason: String(cString: nc_strerror(status)))
  }
}
