/// A matrix on a tape, `[rows][columns]`: features in rows, samples (or tokens of samples) in columns.
///
/// A handle: the numbers live on the tape, and are valid until the tape is reset.
public struct Variable {
  public unowned(unsafe) let tape: Tape
  let index: Int
  public let rows: Int
  public let columns: Int

  /// The numbers, row by row.
  public var values: [Double] {
    tape.values(at: tape.nodes[index].value, count: rows * columns)
  }

  /// The derivative of what `Tape.pullBack` started from with respect to this variable, row by row; zeros where nothing
  /// reached it.
  public var adjoint: [Double] {
    guard let adjoint = tape.nodes[index].adjoint else { return [Double](repeating: 0, count: rows * columns) }
    return tape.values(at: adjoint, count: rows * columns)
  }

  var count: Int { rows * columns }
}

extension Variable {
  public static func + (a: Variable, b: Variable) -> Variable { a.tape.combine(1, a, 1, b) }

  public static func - (a: Variable, b: Variable) -> Variable { a.tape.combine(1, a, -1, b) }

  /// The product element by element; `Variable.times(_:)` is that of matrices.
  public static func * (a: Variable, b: Variable) -> Variable { a.tape.product(a, b) }

  public static func * (scale: Double, a: Variable) -> Variable { a.tape.combine(scale, a, 0, a.tape.zero) }

  public static prefix func - (a: Variable) -> Variable { -1 * a }

  public static func + (a: Variable, constant: Double) -> Variable { a.tape.combine(1, a, constant, a.tape.one) }

  public static func - (a: Variable, constant: Double) -> Variable { a + -constant }

  public static func - (constant: Double, a: Variable) -> Variable { a.tape.combine(-1, a, constant, a.tape.one) }

  public static func / (a: Variable, b: Variable) -> Variable { a * b.reciprocal() }

  public func applying(_ function: ElementaryFunction) -> Variable { tape.apply(function, order: 0, to: self) }

  /// Angles brought to [−π, π) by whole turns; the slope is 1.
  public func wrappedAngle() -> Variable {
    tape.record(AngleWrapping(x: index, count: count), rows: rows, columns: columns)
  }

  public func exp() -> Variable { applying(.exp) }
  public func log() -> Variable { applying(.log) }
  public func tanh() -> Variable { applying(.tanh) }
  public func squared() -> Variable { applying(.square) }
  public func reciprocal() -> Variable { applying(.reciprocal) }
  public func squareRoot() -> Variable { applying(.squareRoot) }
}
