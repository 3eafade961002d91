import NeuralNetworks

/// A log-density or log-determinant of each sample as a sum of variables on a tape, added up in double precision.
///
/// A term `[rows][columns]` adds all its rows, and all tokens of a sample: column c belongs to sample c mod samples. A term
/// of one column is the same for all samples.
public struct LogDensity {
  private var terms: [(scale: Double, variable: Variable)]

  public static var zero: LogDensity { LogDensity(terms: []) }

  private init(terms: [(scale: Double, variable: Variable)]) { self.terms = terms }

  public init(_ variable: Variable, scale: Double = 1) { terms = [(scale, variable)] }

  public static func + (a: LogDensity, b: LogDensity) -> LogDensity { LogDensity(terms: a.terms + b.terms) }

  public static func += (a: inout LogDensity, b: LogDensity) { a.terms += b.terms }

  public static prefix func - (a: LogDensity) -> LogDensity {
    LogDensity(terms: a.terms.map { (-$0.scale, $0.variable) })
  }

  /// The values of `samples` samples.
  public func values(samples: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: samples)
    for (scale, variable) in terms {
      let values = variable.values
      if variable.columns == 1 {
        let sum = scale * values.reduce(0, +)
        for sample in sums.indices { sums[sample] += sum }
        continue
      }
      precondition(variable.columns % samples == 0, "a column for each sample, or token of a sample")
      var sample = 0
      for value in values {
        sums[sample] += scale * value
        sample = sample + 1 == samples ? 0 : sample + 1
      }
    }
    return sums
  }

  /// What `Tape.pullBack` starts from for the derivative of Σ weightᵢ · valueᵢ.
  public func seeds(_ weights: [Double]) -> [(variable: Variable, seed: [Double])] {
    terms.map { scale, variable in
      if variable.columns == 1 {
        return (variable, [Double](repeating: scale * weights.reduce(0, +), count: variable.rows))
      }
      precondition(variable.columns % weights.count == 0, "a column for each sample, or token of a sample")
      var seed = [Double](repeating: 0, count: variable.rows * variable.columns)
      var sample = 0
      for i in seed.indices {
        seed[i] = scale * weights[sample]
        sample = sample + 1 == weights.count ? 0 : sample + 1
      }
      return (variable, seed)
    }
  }

  /// On the tape, `[1][samples]`, in the tape's precision; for objectives that go on from here.
  public func summed(samples: Int, on tape: Tape) -> Variable {
    var sum = tape.constant(0, rows: 1, columns: samples)
    for (scale, variable) in terms {
      var rows = variable.sumOfRows()
      if rows.columns > samples {
        let tokens = rows.columns / samples
        rows = (0..<tokens).map { rows.columns($0 * samples..<($0 + 1) * samples) }.reduce(tape.constant(0), +)
      }
      sum = sum + scale * rows
    }
    return sum
  }
}
