import Foundation

/// Temperatures for replica exchange, spaced so that neighbours exchange equally often.
///
/// With energies of temperature T about normal, of mean ⟨U⟩ and variance σ², Δ of an exchange between T₁ and T₂ is normal with
/// mean m = (β₁ − β₂)(⟨U⟩₁ − ⟨U⟩₂) and variance s² = (β₁ − β₂)²(σ₁² + σ₂²), and the mean acceptance is
/// Φ(m/s) + e^{m + s²/2} Φ(−(m + s²)/s). ⟨U⟩ and ln σ between the temperatures of a pilot are interpolated linearly.
///
/// Source: the normal approximation as in Kofke 2002, doi:10.1063/1.1507776, and Rathore, Chopra, de Pablo 2005,
/// doi:10.1063/1.1831273.
public struct TemperatureLadder: Sendable {
  /// Energies of a pilot at one temperature.
  public struct Pilot: Sendable {
    /// K
    public var temperature: Double
    /// kJ/mol
    public var meanEnergy: Double
    /// kJ/mol
    public var standardDeviation: Double

    public init(temperature: Double, meanEnergy: Double, standardDeviation: Double) {
      self.temperature = temperature
      self.meanEnergy = meanEnergy
      self.standardDeviation = standardDeviation
    }

    /// Of energies in kJ/mol, at least two.
    public init(temperature: Double, energies: [Double]) {
      let mean = energies.reduce(0, +) / Double(energies.count)
      let variance = energies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(energies.count - 1)
      self.init(temperature: temperature, meanEnergy: mean, standardDeviation: variance.squareRoot())
    }
  }

  private let pilots: [Pilot]
  /// kJ/(mol K)
  private let gasConstant: Double

  /// - Parameter pilots: at two or more ascending temperatures, with positive spread.
  public init(pilots: [Pilot], gasConstant: Double = 0.008_314_462_618_153_24) {
    precondition(pilots.count > 1 && zip(pilots, pilots.dropFirst()).allSatisfy { $0.temperature < $1.temperature })
    precondition(pilots.allSatisfy { $0.standardDeviation > 0 })
    self.pilots = pilots
    self.gasConstant = gasConstant
  }

  /// `count` temperatures in geometric progression from `low` to `high`, K.
  public static func geometric(from low: Double, to high: Double, count: Int) -> [Double] {
    precondition(low > 0 && high > low && count > 1)
    return (0..<count).map { k in
      k == count - 1 ? high : low * pow(high / low, Double(k) / Double(count - 1))
    }
  }

  /// Mean and standard deviation of U at T, kJ/mol.
  func energies(at temperature: Double) -> (mean: Double, standardDeviation: Double) {
    let upper = pilots.firstIndex { $0.temperature >= temperature } ?? pilots.count - 1
    let b = max(1, upper)
    let low = pilots[b - 1], high = pilots[b]
    let share = (temperature - low.temperature) / (high.temperature - low.temperature)
    return (
      low.meanEnergy + share * (high.meanEnergy - low.meanEnergy),
      exp(log(low.standardDeviation) + share * log(high.standardDeviation / low.standardDeviation))
    )
  }

  /// Expected acceptance of an exchange between two temperatures.
  public func acceptance(_ first: Double, _ second: Double) -> Double {
    let difference = 1 / (gasConstant * first) - 1 / (gasConstant * second)
    let a = energies(at: first), b = energies(at: second)
    let m = difference * (a.mean - b.mean)
    let s =
      abs(difference)
      * (a.standardDeviation * a.standardDeviation + b.standardDeviation * b.standardDeviation)
      .squareRoot()
    guard s > 0 else { return 1 }
    func normalCumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }
    // e^{m + s²/2} may overflow where Φ vanishes.
    let second = log(max(normalCumulative(-(m + s * s) / s), .leastNormalMagnitude)) + m + 0.5 * s * s
    return min(1, normalCumulative(m / s) + exp(second))
  }

  /// The fewest temperatures from `low` to `high` whose neighbours all have at least `acceptance`, equally spaced in it.
  public func temperatures(from low: Double, to high: Double, acceptance wanted: Double) -> [Double] {
    precondition(low > 0 && high > low && wanted > 0 && wanted < 1)
    let fewest = ladder(from: low, to: high, acceptance: wanted)
    // The last gap is shorter than the others; a higher acceptance makes all alike with the same number.
    var loose = wanted, tight = 1.0
    for _ in 0..<60 {
      let middle = 0.5 * (loose + tight)
      if ladder(from: low, to: high, acceptance: middle).count > fewest.count { tight = middle } else { loose = middle }
    }
    return ladder(from: low, to: high, acceptance: loose)
  }

  /// Steps of exactly `wanted` until `high` is reached; the last step is shorter.
  private func ladder(from low: Double, to high: Double, acceptance wanted: Double) -> [Double] {
    var temperatures = [low]
    // No ladder of molecules of this size is longer.
    while temperatures.count < 1000 {
      let last = temperatures[temperatures.count - 1]
      if acceptance(last, high) >= wanted {
        temperatures.append(high)
        break
      }
      var near = last, far = high
      for _ in 0..<60 {
        let middle = 0.5 * (near + far)
        if acceptance(last, middle) >= wanted { near = middle } else { far = middle }
      }
      temperatures.append(near)
    }
    return temperatures
  }
}
