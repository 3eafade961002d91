import Foundation

/// The scatter of an estimate when independent groups of samples are left out one after the other.
public enum Jackknife {
  /// √((G − 1)/G Σ (θ₍g₎ − mean θ)²) of the G estimates θ₍g₎ without group g (Efron & Stein 1981,
  /// doi:10.1214/aos/1176345462); groups of unequal weight are allowed.
  public static func standardError(ofReplicates replicates: [Double]) -> Double {
    let count = Double(replicates.count)
    let mean = replicates.reduce(0, +) / count
    let squares = replicates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return ((count - 1) / count * squares).squareRoot()
  }
}
