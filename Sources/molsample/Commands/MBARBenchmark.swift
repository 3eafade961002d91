import Energies
import Estimators
import Foundation
import Trajectories

/// `molsample bench mbar`: seconds that MBAR takes with all free-energy differences and their covariance, and what it finds.
enum MBARBenchmark {
  private struct Result: Encodable {
    var states: Int
    var samples: Int
    var threads: Int
    var rounds: Int
    /// Median over the rounds, from potentials in memory to errors.
    var seconds_per_solve: Double
    var iterations: Int
    var residual: Double
    /// f_k − f₀, kT.
    var delta_f: [Double]
    /// Asymptotic standard errors of f_k − f₀, kT.
    var errors: [Double]
    /// Those of all pairs, row by row.
    var all_errors: [Double]
  }

  /// - Parameters:
  ///   - reducedPotentials: an .npy file of shape [K][N].
  ///   - counts: samples of each state, in the order of the file's columns; K numbers.
  static func run(reducedPotentials path: String, counts: [Int], rounds: Int, threads: Int = 1) throws {
    let array = try NumPyArray(path: path)
    let expected = "[\(counts.count)][\(counts.reduce(0, +))]"
    guard array.shape == [counts.count, counts.reduce(0, +)] else {
      throw InputError(
        path, "does not have one row for each count", expected: "shape \(expected)", found: "shape \(array.shape)",
        advice: "give counts=N1,N2,… whose sum is the number of columns")
    }
    let clock = ContinuousClock()
    var seconds: [Double] = []
    var solved: MBAR?
    // The first solve warms caches and is not counted. Checking the potentials is.
    for round in 0...rounds {
      let duration: Duration
      do {
        duration = try clock.measure {
          solved = try MBAR(ReducedPotentials(values: array.values, counts: counts), threads: threads)
        }
      } catch let error as EstimatorError {
        throw InputError(path, "\(error)")
      }
      if round > 0 {
        seconds.append(Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
      }
    }
    guard let mbar = solved else { return }
    try JSONOutput.print(
      Result(
        states: counts.count, samples: array.shape[1], threads: threads, rounds: rounds,
        seconds_per_solve: seconds.sorted()[rounds / 2], iterations: mbar.solution.iterations,
        residual: mbar.solution.residual, delta_f: mbar.freeEnergies,
        errors: Array(mbar.differences.standardErrors.prefix(counts.count)),
        all_errors: mbar.differences.standardErrors))
  }
}
