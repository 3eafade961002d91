import Foundation

extension HarmonicGuide {
  /// What depends on the time alone.
  struct Path {
    let time: Double
    /// 1 − t
    let left: Double
    /// Matrices between atoms with the modes' α, (α − 1)/(1 − t) and (1−t)² times the precision, and the second's trace.
    let scales: [Double]
    let rates: [Double]
    let trace: Double
    let prior: [Double]
    let pairs: [PairPath]

    init(time: Double, modes: [Mode], springs: [Spring]) {
      self.time = time
      left = 1 - time
      let left = left
      let a = modes.map { 1 - left * (1 - $0.overlap) }
      let free = modes.map { 1 - $0.overlap * $0.overlap }
      let noise = free.map { left * left * $0 }
      var softness = 0.0
      pairs = springs.map { spring in
        var (shown, hidden, whole) = (0.0, 0.0, 0.0)
        for (number, share) in spring.shares.enumerated() {
          shown += a[number] * share
          hidden += noise[number] * share
          whole += share
        }
        shown /= whole
        let usual = (shown * shown * spring.squaredMean + 2 * hidden).squareRoot()
        let concentration = shown * spring.squaredMean.squareRoot() * usual / hidden
        let width = spring.variance + 3 * spring.squaredMean * Langevin(concentration).slope
        softness += spring.variance / width
        return PairPath(concentration: shown * spring.squaredMean.squareRoot() / hidden, strength: 1 / width)
      }
      let loose = min(1, softness / Double(springs.count) + left * left)
      let atoms = modes[0].vector.count
      var scales = [Double](repeating: 0, count: atoms * atoms)
      var rates = scales
      // 1 for the mean.
      var prior = [Double](repeating: 1 / Double(atoms), count: atoms * atoms)
      var trace = 0.0
      for (number, mode) in modes.enumerated() {
        let (a, rest) = (a[number], a[number] * a[number] + noise[number])
        let scale = a / rest
        let rate = (a * (1 - mode.overlap) - left * free[number]) / rest
        let precision = loose * a * a / (free[number] * mode.variance)
        trace += rate
        for i in 0..<atoms {
          for j in 0..<atoms {
            let product = mode.vector[i] * mode.vector[j]
            scales[i * atoms + j] += scale * product
            rates[i * atoms + j] += rate * product
            prior[i * atoms + j] += precision * product
          }
        }
      }
      (self.scales, self.rates, self.prior, self.trace) = (scales, rates, prior, trace)
    }
  }

  struct PairPath {
    /// κ/d
    var concentration: Double
    /// k
    var strength: Double
  }

  /// L(κ) = coth κ − 1/κ and L′; κ may be infinite.
  struct Langevin {
    let value: Double
    let slope: Double
    /// κ L′
    let scaledSlope: Double

    init(_ concentration: Double) {
      let x = concentration
      if x > 20 {
        (value, slope, scaledSlope) = (1 - 1 / x, 1 / (x * x), 1 / x)
      } else {
        value = x < 1e-2 ? x / 3 - x * x * x / 45 : 1 / tanh(x) - 1 / x
        slope = x < 1e-2 ? 1.0 / 3 - x * x / 15 : 1 - value * value - 2 * value / x
        scaledSlope = x * slope
      }
    }
  }
}
