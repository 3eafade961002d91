import Foundation
import NeuralNetworks

/// The solution y of y + r tanh(q y + k) = c for r q > −1, by bisection in double precision and then one Newton step on the
/// tape, which leaves the value as it is and gives it the derivatives of the implicit function.
///
/// Shapes: r, q `[1][1]`, k `[1][1]` or `[1][columns]`, c `[1][columns]`.
func solutionOfTanhEquation(r: Variable, q: Variable, k: Variable, c: Variable) -> Variable {
  let tape = c.tape
  let (rValue, qValue) = (r.values[0], q.values[0])
  let kValues = k.values
  let roots = c.values.enumerated().map { column, c in
    let k = kValues[kValues.count == 1 ? 0 : column]
    // tanh lies in [−1, 1]; the left side rises.
    var (low, high) = (c - abs(rValue), c + abs(rValue))
    for _ in 0..<200 where high > low {
      let middle = 0.5 * (low + high)
      if middle == low || middle == high { break }
      if middle + rValue * tanh(qValue * middle + k) < c { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
  let root = tape.variable(roots, rows: 1, columns: c.columns)
  let t = (q * root + k).tanh()
  let slope = (r * q) * (1 - t.squared()) + 1
  return root - (root + r * t - c) / slope
}
