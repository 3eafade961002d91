import NeuralNetworks

/// x = z + Q R tanh(R̃ Qᵀz + b) with Q a product of reflections and R, R̃ upper triangular whose diagonals lie in (−1, 1), so
/// that the map has an inverse (van den Berg, Hasenclever, Tomczak & Welling 2018, arXiv:1803.05649).
/// log |det| = Σᵢ log(1 + (1 − tanh²ᵢ) rᵢᵢ r̃ᵢᵢ). The inverse solves one equation after another, the last row first.
public struct Sylvester: Bijector {
  public let dimension: Int
  private let rotation: Householder
  private let first: Parameter
  private let second: Parameter
  private let firstDiagonal: Parameter
  private let secondDiagonal: Parameter
  private let bias: Parameter
  private let above: ConstantMatrix
  private let identity: ConstantMatrix

  public init(_ name: String, dimension: Int, reflections: Int, in builder: inout ParameterBuilder) {
    self.dimension = dimension
    let elements = (0..<dimension * dimension).map { ($0 / dimension, $0 % dimension) }
    above = ConstantMatrix(elements.map { $1 > $0 ? 1 : 0 }, rows: dimension, columns: dimension)
    identity = ConstantMatrix(elements.map { $1 == $0 ? 1 : 0 }, rows: dimension, columns: dimension)
    (rotation, first, second, firstDiagonal, secondDiagonal, bias) = builder.scope(name) { builder in
      let deviation = 0.1 / Double(dimension).squareRoot()
      func square(_ name: String) -> Parameter {
        builder.normal(name, rows: dimension, columns: dimension, standardDeviation: deviation)
      }
      return (
        Householder("reflections", dimension: dimension, reflections: reflections, in: &builder), square("r"),
        square("r_tilde"),
        builder.normal("r_diagonal", rows: dimension, columns: 1, standardDeviation: 0.1, decays: false),
        builder.normal("r_tilde_diagonal", rows: dimension, columns: 1, standardDeviation: 0.1, decays: false),
        builder.constant("bias", rows: dimension)
      )
    }
  }

  private struct Factors {
    var r: Variable
    var rTilde: Variable
    var rDiagonal: Variable
    var rTildeDiagonal: Variable
    var bias: Variable
  }

  private func factors(on tape: Tape) -> Factors {
    func triangle(_ square: Parameter, _ diagonal: Variable) -> Variable {
      tape.variable(square) * tape.variable(above) + tape.variable(identity) * diagonal
    }
    let (r, rTilde) = (tape.variable(firstDiagonal).tanh(), tape.variable(secondDiagonal).tanh())
    return Factors(
      r: triangle(first, r), rTilde: triangle(second, rTilde), rDiagonal: r, rTildeDiagonal: rTilde,
      bias: tape.variable(bias))
  }

  private func logDet(_ f: Factors, _ t: Variable) -> LogDensity {
    LogDensity(((1 - t.squared()) * (f.rDiagonal * f.rTildeDiagonal) + 1).log())
  }

  public func forward(_ z: Variable, given context: Variable?) -> Transformed {
    let f = factors(on: z.tape)
    let y = rotation.inverse(z, given: nil).value
    let t = f.rTilde.times(y, plus: f.bias).tanh()
    return Transformed(z + rotation.forward(f.r.times(t), given: nil).value, logDet: logDet(f, t))
  }

  public func inverse(_ x: Variable, given context: Variable?) -> Transformed {
    let tape = x.tape
    let f = factors(on: tape)
    let turned = rotation.inverse(x, given: nil).value
    // Row i: yᵢ + rᵢᵢ tanh(r̃ᵢᵢ yᵢ + k) = c, where k and c hold what the rows below add.
    var y: [Variable] = []
    var t: [Variable] = []
    for i in (0..<dimension).reversed() {
      var k = f.bias.rows(i..<i + 1)
      var c = turned.rows(i..<i + 1)
      if !y.isEmpty {
        let below = i + 1..<dimension
        k = f.rTilde.rows(i..<i + 1).columns(below).times(tape.stacking(y)) + k
        c = c - f.r.rows(i..<i + 1).columns(below).times(tape.stacking(t))
      }
      let (r, q) = (f.rDiagonal.rows(i..<i + 1), f.rTildeDiagonal.rows(i..<i + 1))
      let root = solutionOfTanhEquation(r: r, q: q, k: k, c: c)
      y.insert(root, at: 0)
      t.insert((q * root + k).tanh(), at: 0)
    }
    return Transformed(rotation.forward(tape.stacking(y), given: nil).value, logDet: -logDet(f, tape.stacking(t)))
  }
}
