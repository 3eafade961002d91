/// A record of a computation over matrices, run once and differentiated afterwards.
///
/// Every operation is computed at once and noted down. `pullBack` then goes through the notes backwards and gives the
/// derivative of a scalar with respect to every variable (reverse mode); `pushForward` goes through them forwards and notes
/// down the change of every variable with a change of some of them (forward mode), so that a `pullBack` after a
/// `pushForward` differentiates directional derivatives (reverse over forward). Griewank & Walther 2008, chapters 3 and 5,
/// doi:10.1137/1.9780898717761.
///
/// One tape serves one thread; `reset` makes it ready for the next computation without giving its memory back.
public final class Tape {
  public let backend: any NetworkBackend
  /// Where parameters are read, in the backend's precision.
  private var parameters: NetworkBuffer?
  /// Where the derivatives with respect to parameters are added; nil where they are not wanted.
  private var gradient: NetworkBuffer?
  /// False for computations that nobody differentiates: nothing is noted down.
  public var isRecording: Bool
  /// True while parameters are constants: nothing computed meanwhile adds to the gradient.
  public var holdsParameters = false

  struct Node {
    var value: NetworkBuffer
    var adjoint: NetworkBuffer?
    /// Whose memory the node shares, and how many scalars into it.
    var viewOf: (parent: Int, offset: Int)?
    var operation: (any Operation)?
    var rows: Int
    var columns: Int
    /// Whether derivatives with respect to it, or to something it depends on, are wanted.
    var needsAdjoint: Bool
  }

  var nodes: [Node] = []
  private let arena = Arena()
  private let kept = Arena()
  /// With the object itself, so that no other takes its identity.
  private var keptConstants: [ObjectIdentifier: (constant: ConstantMatrix, buffer: NetworkBuffer)] = [:]

  /// - Parameters:
  ///   - parameters: the values of a `ParameterStore`, or nil for computations without any. Must outlive the tape.
  ///   - gradient: as long as `parameters`.
  public init(
    backend: any NetworkBackend, parameters: NetworkBuffer? = nil, gradient: NetworkBuffer? = nil,
    isRecording: Bool = true
  ) {
    self.backend = backend
    self.parameters = parameters
    self.gradient = gradient
    self.isRecording = isRecording
  }

  /// Forgets all variables; their memory is used again.
  public func reset() {
    nodes.removeAll(keepingCapacity: true)
    arena.reset()
  }

  /// The same, for other parameters and another gradient.
  public func reset(parameters: NetworkBuffer?, gradient: NetworkBuffer?) {
    reset()
    (self.parameters, self.gradient) = (parameters, gradient)
    isRecording = true
    holdsParameters = false
  }

  /// An empty tape over the same parameters that adds to the same gradient.
  public func sibling() -> Tape {
    let tape = Tape(backend: backend, parameters: parameters, gradient: holdsParameters ? nil : gradient)
    tape.holdsParameters = holdsParameters
    return tape
  }

  // MARK: Leaves

  /// A matrix from numbers given row by row.
  public func variable(_ values: [Double], rows: Int, columns: Int, needsAdjoint: Bool = false) -> Variable {
    precondition(values.count == rows * columns, "rows × columns values")
    let node = newNode(rows: rows, columns: columns, needsAdjoint: needsAdjoint)
    values.withUnsafeBufferPointer { backend.set(nodes[node.index].value, to: $0) }
    return node
  }

  /// A matrix of one number.
  public func constant(_ value: Double, rows: Int = 1, columns: Int = 1) -> Variable {
    let node = newNode(rows: rows, columns: columns, needsAdjoint: false)
    backend.fill(nodes[node.index].value, count: rows * columns, with: value)
    return node
  }

  func keptConstant(_ constant: ConstantMatrix) -> NetworkBuffer {
    if let known = keptConstants[ObjectIdentifier(constant)] { return known.buffer }
    let buffer = kept.allocate(bytes: constant.values.count * backend.scalarSize)
    constant.values.withUnsafeBufferPointer { backend.set(buffer, to: $0) }
    keptConstants[ObjectIdentifier(constant)] = (constant, buffer)
    return buffer
  }

  func leaf(_ buffer: NetworkBuffer, rows: Int, columns: Int) -> Variable {
    append(Node(value: buffer, rows: rows, columns: columns, needsAdjoint: false))
  }

  var zero: Variable { constant(0) }
  var one: Variable { constant(1) }

  /// A parameter; its derivative goes to the tape's gradient.
  public func variable(_ parameter: Parameter) -> Variable {
    guard let parameters else { preconditionFailure("the tape was made without parameters") }
    let offset = parameter.offset * backend.scalarSize
    return append(
      Node(
        value: parameters + offset, adjoint: holdsParameters ? nil : gradient.map { $0 + offset }, rows: parameter.rows,
        columns: parameter.columns, needsAdjoint: gradient != nil && !holdsParameters))
  }

  // MARK: For operations

  func newNode(rows: Int, columns: Int, needsAdjoint: Bool) -> Variable {
    precondition(rows > 0 && columns > 0, "a matrix has at least one row and column")
    return append(Node(value: allocate(rows * columns), rows: rows, columns: columns, needsAdjoint: needsAdjoint))
  }

  private func append(_ node: Node) -> Variable {
    nodes.append(node)
    return Variable(tape: self, index: nodes.count - 1, rows: node.rows, columns: node.columns)
  }

  var arenaMark: (chunk: Int, used: Int) { arena.mark }

  func rewindArena(to mark: (chunk: Int, used: Int)) { arena.rewind(to: mark) }

  /// Memory for `count` scalars, not set to anything.
  func allocate(_ count: Int) -> NetworkBuffer { arena.allocate(bytes: count * backend.scalarSize) }

  /// Computes an operation into a new node and notes it down.
  /// - Parameter readsParameters: whether the operation depends on parameters that are none of its inputs.
  func record(_ operation: any Operation, rows: Int, columns: Int, readsParameters: Bool = false) -> Variable {
    let wantsGradient = readsParameters && gradient != nil && !holdsParameters
    let needed = isRecording && (wantsGradient || operation.inputs.contains { nodes[$0].needsAdjoint })
    let output = newNode(rows: rows, columns: columns, needsAdjoint: needed)
    operation.evaluate(on: self, output: output.index)
    if isRecording { nodes[output.index].operation = operation }
    return output
  }

  /// Rows of a variable, or all its numbers in another shape, without a copy.
  func view(of parent: Variable, offset: Int, rows: Int, columns: Int) -> Variable {
    precondition(offset >= 0 && offset + rows * columns <= parent.count)
    let node = nodes[parent.index]
    let view = append(
      Node(
        value: node.value + offset * backend.scalarSize, viewOf: (parent.index, offset), rows: rows, columns: columns,
        needsAdjoint: isRecording && node.needsAdjoint))
    if isRecording { nodes[view.index].operation = View(input: parent.index, offset: offset) }
    return view
  }

  func value(_ index: Int) -> NetworkBuffer { nodes[index].value }

  /// Where to add the adjoint of a node, or nil if nobody wants it; zeros at first.
  func adjoint(_ index: Int) -> NetworkBuffer? {
    guard nodes[index].needsAdjoint else { return nil }
    if let adjoint = nodes[index].adjoint { return adjoint }
    let adjoint: NetworkBuffer
    if let (parent, offset) = nodes[index].viewOf {
      guard let start = self.adjoint(parent) else { return nil }
      adjoint = start + offset * backend.scalarSize
    } else {
      let count = nodes[index].rows * nodes[index].columns
      adjoint = allocate(count)
      backend.fill(adjoint, count: count, with: 0)
    }
    nodes[index].adjoint = adjoint
    return adjoint
  }

  func variable(at index: Int) -> Variable {
    Variable(tape: self, index: index, rows: nodes[index].rows, columns: nodes[index].columns)
  }

  func values(at buffer: NetworkBuffer, count: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { values, initialized in
      backend.get(buffer, into: UnsafeMutableBufferPointer(rebasing: values[0..<count]))
      initialized = count
    }
  }

  // MARK: Derivatives

  /// Reverse mode: adds the derivatives of Σ seeds · variables to the adjoints of all variables, and to the gradient.
  ///
  /// - Parameter seeds: for each variable as many numbers as it has, row by row.
  public func pullBack(_ seeds: [(variable: Variable, seed: [Double])]) {
    precondition(isRecording, "nothing was noted down")
    guard let last = seeds.map(\.variable.index).max() else { return }
    for (variable, seed) in seeds {
      guard let target = adjoint(variable.index) else { continue }
      precondition(seed.count == variable.count, "one number for each of the variable's")
      let buffer = allocate(seed.count)
      seed.withUnsafeBufferPointer { backend.set(buffer, to: $0) }
      backend.copy(rows: 1, columns: seed.count, from: buffer, stride: 0, to: target, stride: 0, adding: true)
    }
    for index in (0...last).reversed() {
      guard nodes[index].needsAdjoint, nodes[index].adjoint != nil, let operation = nodes[index].operation else {
        continue
      }
      operation.pullBack(on: self, output: index)
    }
  }

  /// Reverse mode from the sum of a variable's numbers.
  public func pullBack(sumOf variable: Variable) {
    pullBack([(variable, [Double](repeating: 1, count: variable.count))])
  }

  /// Forward mode: the change of each of `outputs` with the given changes of some variables, noted down so that it can be
  /// differentiated once more; nil where there is none.
  public func pushForward(_ changes: [(variable: Variable, change: Variable)], to outputs: [Variable]) -> [Variable?] {
    var tangents = Self.tangents(changes)
    guard let first = tangents.keys.min(), let last = outputs.map(\.index).max() else {
      return outputs.map { _ in nil }
    }
    if first <= last { pushForward(&tangents, through: first...last) }
    return outputs.map { tangents[$0.index] }
  }

  /// The change, with the given ones, of what `body` records.
  func change(with changes: [(variable: Variable, change: Variable)], of body: () -> Variable) -> Variable? {
    var tangents = Self.tangents(changes)
    let first = nodes.count
    let output = body()
    pushForward(&tangents, through: first...output.index)
    return tangents[output.index]
  }

  private static func tangents(_ changes: [(variable: Variable, change: Variable)]) -> [Int: Variable] {
    var tangents: [Int: Variable] = [:]
    for (variable, change) in changes {
      precondition(variable.rows == change.rows && variable.columns == change.columns, "a change has the same shape")
      tangents[variable.index] = change
    }
    return tangents
  }

  private func pushForward(_ tangents: inout [Int: Variable], through range: ClosedRange<Int>) {
    precondition(isRecording, "nothing was noted down")
    for index in range where tangents[index] == nil {
      guard let operation = nodes[index].operation else { continue }
      let inputs = operation.inputs.map { tangents[$0] }
      guard inputs.contains(where: { $0 != nil }) else { continue }
      tangents[index] = operation.pushForward(on: self, output: variable(at: index), changes: inputs)
    }
  }
}
