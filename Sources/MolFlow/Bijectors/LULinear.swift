import NeuralNetworks

/// x = P L U z with a fixed permutation P, a lower triangular L with ones and an upper triangular U with the diagonal e^s
/// (Kingma & Dhariwal 2018, arXiv:1807.03039, section 3.2). log |det| = Σ s.
public struct LULinear: Bijector {
  public let dimension: Int
  private let permutation: Permutation
  private let lower: Parameter
  private let upper: Parameter
  private let logDiagonal: Parameter
  private let below: ConstantMatrix
  private let above: ConstantMatrix
  private let identity: ConstantMatrix

  public init(_ name: String, dimension: Int, permutation order: [Int], in builder: inout ParameterBuilder) {
    self.dimension = dimension
    permutation = Permutation(order)
    precondition(permutation.dimension == dimension)
    func matrix(_ element: (Int, Int) -> Bool) -> ConstantMatrix {
      ConstantMatrix(
        (0..<dimension * dimension).map { element($0 / dimension, $0 % dimension) ? 1 : 0 }, rows: dimension,
        columns: dimension)
    }
    below = matrix { $1 < $0 }
    above = matrix { $1 > $0 }
    identity = matrix { $1 == $0 }
    (lower, upper, logDiagonal) = builder.scope(name) { builder in
      (
        builder.normal("lower", rows: dimension, columns: dimension, standardDeviation: 0.01),
        builder.normal("upper", rows: dimension, columns: dimension, standardDeviation: 0.01),
        builder.constant("log_diagonal", rows: dimension)
      )
    }
  }

  private func factors(on tape: Tape) -> (lower: Variable, upper: Variable, logDiagonal: Variable) {
    let s = tape.variable(logDiagonal)
    let unit = tape.variable(identity)
    return (
      tape.variable(lower) * tape.variable(below) + unit,
      tape.variable(upper) * tape.variable(above) + unit * s.exp(), s
    )
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    let (lower, upper, s) = factors(on: z.tape)
    let mixed = lower.times(upper.times(z))
    return Transformed(permutation.forward(mixed, given: nil).value, logDet: LogDensity(s))
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    let (lower, upper, s) = factors(on: x.tape)
    let ordered = permutation.inverse(x, given: nil).value
    let z = upper.solving(
      lower.solving(ordered, lower: true, unitDiagonal: true), lower: false, unitDiagonal: false)
    return Transformed(z, logDet: LogDensity(s, scale: -1))
  }
}
