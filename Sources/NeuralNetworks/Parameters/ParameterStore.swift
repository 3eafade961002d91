import Randomness

/// All parameters of a model in one array, each with a dotted name: what optimisers step, files store and shards share.
public struct ParameterStore: Sendable {
  public private(set) var names: [String] = []
  public private(set) var parameters: [Parameter] = []
  /// Whether weight decay applies: to matrices, not to biases and gains.
  public private(set) var decays: [Bool] = []
  /// All values, in the order of `parameters`.
  public var values: [Float] = []

  public init() {}

  public var count: Int { values.count }

  /// Adds a matrix; `initial` gives its values, row by row.
  public mutating func add(
    _ name: String, rows: Int, columns: Int, decays: Bool, initial: (_ index: Int) -> Float
  ) -> Parameter {
    precondition(!names.contains(name), "two parameters are called \(name)")
    let parameter = Parameter(offset: values.count, rows: rows, columns: columns)
    names.append(name)
    parameters.append(parameter)
    self.decays.append(decays)
    values += (0..<parameter.count).map(initial)
    return parameter
  }

  /// Values of one parameter, row by row.
  public subscript(parameter: Parameter) -> [Float] {
    get { Array(values[parameter.range]) }
    set {
      precondition(newValue.count == parameter.count)
      values.replaceSubrange(parameter.range, with: newValue)
    }
  }

  public subscript(name: String) -> Parameter? { names.firstIndex(of: name).map { parameters[$0] } }
}

/// Makes the parameters of a model's layers, in order, with names and initial values that depend on nothing but the seed.
public struct ParameterBuilder {
  public private(set) var store = ParameterStore()
  private var random: RandomStream
  private var path: [String] = []

  public init(seed: UInt64) { random = RandomStream(seed: seed) }

  /// Makes parameters whose names begin with `name` and a dot.
  public mutating func scope<Result>(_ name: String, _ body: (inout ParameterBuilder) throws -> Result) rethrows
    -> Result
  {
    path.append(name)
    defer { path.removeLast() }
    return try body(&self)
  }

  public mutating func constant(_ name: String, rows: Int, columns: Int = 1, value: Float = 0) -> Parameter {
    store.add(qualified(name), rows: rows, columns: columns, decays: false) { _ in value }
  }

  /// Given values that weight decay leaves alone.
  public mutating func values(_ name: String, rows: Int, columns: Int, _ values: [Float]) -> Parameter {
    precondition(values.count == rows * columns)
    return store.add(qualified(name), rows: rows, columns: columns, decays: false) { values[$0] }
  }

  /// Independent normals with the given standard deviation.
  public mutating func normal(
    _ name: String, rows: Int, columns: Int, standardDeviation: Double, decays: Bool = true
  ) -> Parameter {
    var stream = random
    let parameter = store.add(qualified(name), rows: rows, columns: columns, decays: decays) { _ in
      Float(standardDeviation * stream.normal())
    }
    random = stream
    return parameter
  }

  private func qualified(_ name: String) -> String { (path + [name]).joined(separator: ".") }
}
