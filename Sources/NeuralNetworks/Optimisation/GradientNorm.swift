/// √Σ g², summed in double precision.
public func globalNorm(of gradient: [Float]) -> Double {
  var sum = 0.0
  for g in gradient { sum += Double(g) * Double(g) }
  return sum.squareRoot()
}

/// The factor that brings a gradient of norm `norm` down to `largest` (Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063).
public func clippingScale(norm: Double, largest: Double) -> Double { norm > largest ? largest / norm : 1 }
